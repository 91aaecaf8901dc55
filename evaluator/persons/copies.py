"""Copies of a person's data beside the records: files in the data folder, traces of crashes, the cache of answers."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from evaluator.errors import StorageError
from evaluator.settings import Settings
from evaluator.storage import erase_sqlite, mentions

_DATABASES = (".db", ".db-wal", ".db-shm", ".lock")
_LARGEST = 50_000_000  # bytes of a file that is looked into; larger ones are only reported by name
_LEAST = 12  # characters of a line that is somebody's own
_NEEDLE = 40  # characters of each line of a text by which a copy of it is found


def files_about(settings: Settings, name: str, ids: Sequence[str], texts: Sequence[str]) -> list[Path]:
    """Files and calibration runs in the data folder, and logs of crashes, that hold the name, an id or words of a text.

    Databases, references, weights, rubrics and keys are not among them: they are stores of their own.
    """
    needles = _needles(texts)
    found: dict[Path, None] = {}
    for path in _candidates(settings):
        if path.stem in ids or _holds(path, name, (*ids, *needles)):
            found[_whole(path, settings)] = None
    return sorted(found)


def folder_holds(folder: Path, name: str, texts: Sequence[str]) -> bool:
    """Whether any byte of the folder's files spells the name or the beginning of a line of a text."""
    wanted = [one.encode() for one in (name, *_needles(texts))]
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return any(one in data for data in (path.read_bytes() for path in files) for one in wanted)


def _needles(texts: Sequence[str]) -> list[str]:
    """The beginnings of the lines of texts, except lines that anybody might say."""
    lines = (line.strip() for text in texts for line in text.splitlines())
    return sorted({line[:_NEEDLE] for line in lines if len(line) >= _LEAST})


def _candidates(settings: Settings) -> Iterator[Path]:
    apart = {settings.chroma_dir, settings.model_dir, settings.user_rubric_dir}
    if settings.data_dir.is_dir():
        for path in sorted(settings.data_dir.rglob("*")):
            kept = path.name.endswith(_DATABASES) or path.name == "service-keys.json" or path.suffix == ".toml"
            if path.is_file() and not kept and not apart & set(path.parents):
                yield path
    yield from sorted(Path(tempfile.gettempdir()).glob("evaluator-*.log"))


def _holds(path: Path, name: str, needles: Sequence[str]) -> bool:
    if mentions(path.stem, name):
        return True
    try:
        if path.stat().st_size > _LARGEST:
            return False
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return False
    escaped = (needle.encode("ascii", "backslashreplace").decode() for needle in needles)  # as JSON may write it
    return mentions(text, name) or any(one in text for one in needles) or any(one in text for one in escaped)


def _whole(path: Path, settings: Settings) -> Path:
    """The calibration run that the file belongs to, since a run with a part missing is of no use; otherwise the file."""
    runs = settings.data_dir / "calibration"
    return runs / path.relative_to(runs).parts[0] if runs in path.parents else path


def delete_files(paths: Sequence[Path]) -> None:
    """Deletes files and folders; StorageError if one cannot be deleted."""
    for path in paths:
        try:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError("storage_no_access", path=path, detail=error.strerror or error) from None


def count_answers(settings: Settings) -> int:
    """How many answers of models the cache holds."""
    if not settings.memo_path.is_file():
        return 0
    try:
        with closing(sqlite3.connect(settings.memo_path)) as connection:
            return int(connection.execute("SELECT count(*) FROM answers").fetchone()[0])
    except sqlite3.Error:
        return 0


def empty_answers(settings: Settings) -> None:
    """Empties the cache of answers: its keys are digests, so nobody can tell whose text an answer is about."""
    if not settings.memo_path.is_file():
        return
    try:
        with closing(sqlite3.connect(settings.memo_path, timeout=15, isolation_level=None)) as connection:
            connection.execute("DELETE FROM answers")
            erase_sqlite(connection)
    except (sqlite3.Error, TimeoutError) as error:
        raise StorageError("privacy_in_use", path=settings.memo_path, detail=error) from None
