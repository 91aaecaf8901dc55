"""Imports documents one by one, so that a bad file never stops or affects the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evaluator.bank.documents import ReadDocument, from_json, read_as_json
from evaluator.bank.formats import ARCHIVE, FORMATS, digest_of
from evaluator.bank.formats.archive import unpacked
from evaluator.bank.formats.doc import as_docx
from evaluator.bank.formats.limits import check_size
from evaluator.bank.items import Item, Paper
from evaluator.bank.readings import LineReading
from evaluator.bank.store import Bank, Stored, new_run
from evaluator.encoding import Frozen
from evaluator.errors import EvaluatorError, InputError, StorageError
from evaluator.files import Reader, kind_at

Progress = Callable[[int, int, str], None]
Status = Literal["imported", "unchanged", "failed", "skipped"]


class FileReport(Frozen):
    """The outcome for one file. `error` is one sentence; `papers` holds sections, unplaced lines and warnings.

    `skipped` is a file in a folder or archive in an unsupported format: it is reported, but not a failure.
    """

    file: str
    status: Status
    error: str = ""
    code: str = ""
    papers: tuple[Paper, ...] = ()
    stored: Stored = Stored()
    identity: str = ""  # of the file in the bank: its readings are kept under it
    readings: tuple[LineReading, ...] = ()  # what a person said about its lines
    headings: tuple[str, ...] = ()  # columns of a refused spreadsheet: a person may say what they contain

    @property
    def items(self) -> list[Item]:
        return [item for paper in self.papers for item in paper.items]

    @property
    def whole(self) -> int:
        """Number of items that are not truncated."""
        return sum(not item.truncated for item in self.items)

    @property
    def kinds(self) -> Counter[str]:
        """Whole items by kind."""
        return Counter(item.kind for item in self.items if not item.truncated)


@dataclass(frozen=True)
class _Found:
    """A file to import: its display name, its identity in the bank, and its path, or the reason why it has none."""

    name: str
    identity: str
    path: Path
    error: EvaluatorError | None = None
    skipped: bool = False


def import_files(
    bank: Bank | None,
    paths: Iterable[Path],
    dry_run: bool = False,
    overwrite_edits: bool = False,
    on_progress: Progress | None = None,
) -> list[FileReport]:
    """Imports files, folders and archives, and reports each file. StorageError stops: the next file would fail too.

    With `dry_run` nothing is written; `bank` may then be None, which compares with an empty bank.
    """
    run = new_run()
    reports: list[FileReport] = []
    with Reader() as reader, ExitStack() as open_archives:
        found = list(_find(paths, open_archives, reader))
        for place, file in enumerate(found):
            if on_progress:
                on_progress(place, len(found), file.name)
            reports.append(_import_one(bank, file, reader, run, dry_run, overwrite_edits))
        if on_progress:
            on_progress(len(found), len(found), "")
    return reports


def _import_one(
    bank: Bank | None, file: _Found, reader: Reader, run: str, dry_run: bool, overwrite: bool
) -> FileReport:
    """Imports one file; the only place where a file's failure becomes data."""
    try:
        if file.error:
            raise file.error
        known, readings = (bank.column_names(), bank.readings(file.identity)) if bank else ({}, [])
        read = _read_bounded(file, reader, known, readings)
        digest, papers = read.digest, read.papers
        if bank is None:
            ids = tuple(str(place) for place in range(sum(len(paper.items) for paper in papers)))
            stored = Stored(added=ids)
        elif dry_run:
            stored = bank.plan(file.identity, digest, papers, overwrite)
        else:
            bank.keep_pictures(read.pictures)
            stored = bank.store(file.identity, digest, papers, run, overwrite)
    except StorageError:
        raise
    except EvaluatorError as error:
        status: Status = "skipped" if file.skipped else "failed"
        headings = str(error.values.get("found", "")) if error.code == "bank_wrong_columns" else ""
        names = tuple(filter(None, headings.split("、")))
        return FileReport(file=file.name, status=status, error=str(error), code=error.code, headings=names)
    touched = stored.added or stored.changed or stored.removed or stored.restored
    status = "imported" if touched else "unchanged"
    return FileReport(
        file=file.name,
        status=status,
        papers=tuple(papers),
        stored=stored,
        identity=file.identity,
        readings=tuple(readings),
    )


def _read_bounded(file: _Found, reader: Reader, known: dict[str, str], readings: list[LineReading]) -> ReadDocument:
    check_size(file.path)
    said = [reading.model_dump(mode="json") for reading in readings]
    with as_docx(file.path) as path:
        return from_json(reader.call(read_as_json, path, file.name, digest_of(file.path), known, said, name=file.name))


def _find(paths: Iterable[Path], open_archives: ExitStack, reader: Reader) -> Iterator[_Found]:
    """The files behind the given names: folders are walked, archives opened; nothing named is skipped."""
    for path in paths:
        if _is_folder(path):
            inside = sorted(file for file in path.rglob("*") if file.is_file() and not _hidden(file, path))
            if not any(_known(file) for file in inside):
                yield _nothing_in(path, str(path))
            for file in inside:
                name = str(file.relative_to(path))
                yield from _open(file, name, open_archives, reader) if _known(file) else (_skipped(name, file),)
        else:
            yield from _open(path, path.name, open_archives, reader)


def _is_folder(path: Path) -> bool:
    """A path that cannot be looked at counts as a file, so that reading it says why."""
    try:
        return kind_at(path) == "folder"
    except InputError:
        return False


def _hidden(file: Path, root: Path) -> bool:
    """Whether a system or Office keeps the file for itself."""
    return any(part.startswith((".", "~$")) for part in file.relative_to(root).parts)


def _known(file: Path) -> bool:
    return file.suffix.lower() in (*FORMATS, ARCHIVE)


def _skipped(name: str, path: Path) -> _Found:
    return _Found(
        name, name, path, InputError("bank_unknown_format", file=name, formats=" ".join(FORMATS)), skipped=True
    )


def _nothing_in(path: Path, name: str) -> _Found:
    return _Found(name, str(path), path, InputError("bank_empty_folder", folder=name, formats=" ".join(FORMATS)))


def _open(path: Path, name: str, open_archives: ExitStack, reader: Reader) -> Iterator[_Found]:
    identity = str(path.absolute())
    if path.suffix.lower() != ARCHIVE:
        yield _Found(name, identity, path)
        return
    try:
        members = open_archives.enter_context(unpacked(path, reader))
    except EvaluatorError as error:
        yield _Found(name, identity, path, error)
        return
    if not any(file.suffix.lower() in FORMATS for _, file in members):
        yield _nothing_in(path, name)
    for member, file in members:
        shown = f"{name}!{member}"
        known = file.suffix.lower() in FORMATS
        yield _Found(shown, f"{identity}!{member}", file) if known else _skipped(shown, file)
