"""From the lines of a paper to its questions: the grammar, the answer keys, and the checks."""

from evaluator.bank.papers.checks import check_item

__all__ = ["check_item"]
