"""One person's data in all stores of an installation: what there is, taking it out, and deleting it for good."""

from evaluator.persons.everywhere import PersonData, delete_person, expire, export_person, find_expired, find_person

__all__ = ["PersonData", "delete_person", "expire", "export_person", "find_expired", "find_person"]
