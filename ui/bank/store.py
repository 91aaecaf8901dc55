"""The question bank behind the page: opened once per process, its documents kept, its references in step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from evaluator.bank import FileReport, Item, import_files
from evaluator.bank.store import Bank, open_bank
from evaluator.settings import make_writable
from ui.shared import runner, stores
from ui.shared.language import tr
from ui.shared.runner import Ticking, in_thread
from ui.shared.uploads import disk_name

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

BLOCKS = 12  # the most parts of indexing that are shown as steps


def bank() -> Bank:
    """Returns the bank in the data folder; raises StorageError if it cannot be opened."""
    settings = stores.settings()
    return _open(settings.bank_url, str(settings.data_dir))


@st.cache_resource(show_spinner=False, max_entries=4)
def _open(url: str, folder: str) -> Bank:
    return open_bank(url, Path(folder))


def items(deleted: bool = False) -> list[Item]:
    """The bank's questions, read again only when its file has changed."""
    settings = stores.settings()
    path, opened = settings.data_dir / "bank.db", bank()
    if not settings.bank_url.startswith("sqlite"):
        return _read(settings.bank_url, str(settings.data_dir), deleted, opened.state())
    files = [file for file in (path, path.with_name("bank.db-wal")) if file.exists()]
    state = tuple((file.stat().st_mtime_ns, file.stat().st_size) for file in files)
    return _read(settings.bank_url, str(settings.data_dir), deleted, state)


@st.cache_resource(show_spinner=False, max_entries=8)  # shared and not copied: items are frozen
def _read(url: str, folder: str, deleted: bool, state: tuple[Any, ...]) -> list[Item]:
    return _open(url, folder).items(deleted)


def keep_files(files: Sequence[UploadedFile]) -> list[str]:
    """Writes uploaded documents to the import folder under their own names, so that a later version finds its items."""
    folder = make_writable(stores.settings().data_dir / "imports")
    paths = []
    for file in files:
        path = folder / disk_name(file.name)
        path.write_bytes(file.getvalue())
        paths.append(str(path))
    return paths


def read_documents(paths: Sequence[str], dry_run: bool, overwrite: bool = False) -> runner.Job:
    """Begins a dry run or an import; the result is a list of FileReport. After an import the references follow."""
    opened, settings = bank(), stores.settings()
    reading, indexing = tr("ui_bank.reading"), tr("ui_bank.indexing")

    def blocking(tick: Ticking) -> list[FileReport]:
        named = [Path(path) for path in paths]
        reports = import_files(
            opened, named, dry_run, overwrite, lambda done, total, name: tick(done, total, f"{reading} {name}")
        )
        if not dry_run:
            _index(opened, settings, lambda done, total: tick(done, total, indexing))
        return reports

    async def work(job: runner.Job) -> Any:
        return await in_thread(job, blocking)

    return runner.start("bank_import", work, title=tr("ui_bank.import"))


def index_again() -> runner.Job:
    """Brings the references in step with the bank after an edit, a deletion or an undo, in the background."""
    opened, settings, indexing = bank(), stores.settings(), tr("ui_bank.indexing")

    async def work(job: runner.Job) -> Any:
        return await in_thread(job, lambda tick: _index(opened, settings, lambda a, b: tick(a, b, indexing)))

    return runner.start("bank_index", work, title=indexing)


def _index(opened: Bank, settings: Any, progress: Any) -> Any:
    from evaluator.bank import index_bank
    from evaluator.references import open_store

    return index_bank(opened, open_store(settings), progress)
