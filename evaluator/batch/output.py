"""The file that a run's results go to, valid at every moment.

JSON Lines files and folders grow as items finish. A workbook, CSV or Parquet file is replaced now and then as a whole,
so seldom that this costs at most a twentieth of the time. The journal is authoritative: when a run ends, or continues
after an interruption, the file is rewritten from it, so that its final content does not depend on the interruption.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from evaluator.batch.export import check_suffix, json_line, row_of, table_of, write_batch, write_item
from evaluator.batch.many import Result
from evaluator.errors import InputError
from evaluator.files import kind_at, not_written
from evaluator.messages import say
from evaluator.storage import BatchItem, Records

LEAST_PAUSE_S = 5.0
SHARE = 0.05  # share of the time that may go into snapshots


def check_output(path: Path, overwrite: bool = False) -> Path:
    """The path, checked.

    Raises InputError if results cannot be written there: an unknown format, or a file or folder that is not empty.
    """
    if path.suffix:
        check_suffix(path)
    kind = kind_at(path)
    if kind not in ("missing", "file" if path.suffix else "folder"):
        raise InputError("file_not_regular", path=path, kind=say(f"errors.kind_{kind}"))
    taken = kind == "file" or (kind == "folder" and any(path.iterdir()))
    if taken and not overwrite:
        raise InputError("file_exists", path=path)
    if kind_at(path.parent) != "folder":
        raise InputError("file_missing", path=path.parent)
    return path


class Output:
    """Results of one batch being written to one file or folder."""

    def __init__(self, path: Path, records: Records, batch_id: str) -> None:
        self.path, self._records, self._batch_id = path, records, batch_id
        self._table = table_of(records, batch_id)
        self._grows = path.suffix.lower() in ("", ".jsonl")
        self._written_at, self._cost_s = time.monotonic(), 0.0
        self._write()

    async def add(self, result: Result) -> None:
        """Adds a result."""
        if self._grows:
            await asyncio.to_thread(self._append, result)
        elif time.monotonic() - self._written_at > max(LEAST_PAUSE_S, self._cost_s / SHARE):
            await self.finish()

    async def finish(self) -> None:
        """Writes everything in the journal, in the order handed in."""
        await asyncio.to_thread(self._write)

    def _write(self) -> None:
        started = time.monotonic()
        write_batch(self._records, self._batch_id, self.path)
        self._written_at = time.monotonic()
        self._cost_s = self._written_at - started

    def _append(self, result: Result) -> None:
        card = result.scorecard
        item = BatchItem.model_construct(
            batch_id=self._batch_id,
            position=result.position,
            item=result.item,
            state="done" if card else "failed",
            error=result.error,
            grading_id=result.grading_id,
            extra=dict(result.extra),
            corrected=None,
        )
        if not self.path.suffix:
            write_item(item, card, self.path)
            return
        try:
            with self.path.open("ab", buffering=0) as file:  # one write per line: a kill leaves no partial line
                file.write(json_line(row_of(item, card, self._table)).encode())
        except OSError as error:
            raise not_written(self.path, error) from None
