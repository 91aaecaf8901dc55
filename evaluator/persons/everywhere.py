"""Finds, exports and deletes one person's data in records, cache of answers, references and files."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy.exc import DBAPIError

from evaluator.errors import InputError, StorageError
from evaluator.persons.copies import count_answers, delete_files, empty_answers, files_about, folder_holds
from evaluator.references import open_store
from evaluator.settings import Settings
from evaluator.storage import OwnRows, Records, mentions, same_person


class PersonData(NamedTuple):
    """What there is about a person, or what is too old."""

    name: str
    rows: OwnRows
    references: list[str]  # ids of entries
    files: list[Path]
    answers: int  # of the cache, which is emptied because nobody can tell whose they are
    texts: list[str]  # what was said, by which copies are found

    @property
    def empty(self) -> bool:
        """Whether nothing was found."""
        return not (self.rows.counts() or self.references or self.files)


def find_person(settings: Settings, records: Records, name: str, *, mentioned: bool = False) -> PersonData:
    """What belongs to the person with this name, in all stores; with `mentioned` also what only names them.

    References belong to a person if their source is the person or a file with that name. Raises InputError for an empty
    name, and StorageError if a store cannot be read.
    """
    if not name.strip():
        raise InputError("privacy_no_name")
    rows = records.persons.find(name, mentioned=mentioned)
    texts = records.persons.texts(rows)
    files = files_about(settings, name, rows.gradings, texts)
    return PersonData(name.strip(), rows, _references(settings, name, mentioned), files, count_answers(settings), texts)


def find_expired(settings: Settings, records: Records, days: int) -> PersonData:
    """What is older than this many days, of anybody."""
    if days < 1:
        raise InputError("privacy_days", days=days)
    before = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")
    rows = records.persons.older(before)
    texts = records.persons.texts(rows)
    files = files_about(settings, "\0", rows.gradings, texts) if rows.counts() else []
    return PersonData(before, rows, [], files, count_answers(settings), texts)


def export_person(settings: Settings, records: Records, found: PersonData, *, who: str = "") -> dict[str, Any]:
    """Everything that `found` names, as JSON values; the log tells that it was exported."""
    data: dict[str, Any] = {
        "person": found.name,
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "records": records.persons.export(found.rows, found.name),
        "files": [str(path) for path in found.files],
    }
    if found.references:
        wanted = set(found.references)
        entries = open_store(settings).entries()
        data["references"] = [entry.model_dump() for entry in entries if entry.id in wanted]
    records.persons.note_export(found.name, who)
    return data


def delete_person(settings: Settings, records: Records, found: PersonData, *, who: str = "") -> None:
    """Deletes what `found` names and rewrites the files, so that no deleted byte remains in them.

    Raises StorageError while another process uses a database; then the rows are deleted, and calling again rewrites the
    files. Backups and what a person saved elsewhere are out of reach.
    """
    records.persons.delete(found.rows, found.name, who=who)
    _erase(settings, records, found)


def expire(settings: Settings, records: Records, found: PersonData, *, who: str = "") -> None:
    """Deletes what `find_expired` found, in the same way."""
    records.persons.expire(found.rows, found.name, who=who)
    _erase(settings, records, found)


def _erase(settings: Settings, records: Records, found: PersonData) -> None:
    delete_files(found.files)
    if found.references or folder_holds(settings.chroma_dir, found.name, found.texts):
        open_store(settings).erase(found.references)
    empty_answers(settings)
    try:
        records.persons.erase_free_pages()
    except (StorageError, DBAPIError, sqlite3.Error, TimeoutError) as error:
        raise StorageError("privacy_in_use", path=records.database.place, detail=error) from None


def _references(settings: Settings, name: str, mentioned: bool) -> list[str]:
    if settings.chroma_url is None and not (settings.chroma_dir / "chroma.sqlite3").is_file():
        return []
    return [
        entry.id
        for entry in open_store(settings).entries()
        if same_person(entry.source, name) or (mentioned and mentions([entry.text, entry.source, entry.context], name))
    ]
