"""The processes that run a batch, each a row with heartbeats, so that the work of a dead one goes to another.

Times come from the database, because the clocks of two machines differ. A process of this machine that has ended counts
as dead at once; one on another machine after `DEAD_S` without a heartbeat, such as a sleeping laptop. If somebody changes
the clock of a machine with its own file, the next heartbeat tells the new time.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Collection
from functools import cache
from pathlib import Path

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from evaluator.errors import InputError
from evaluator.storage import tables as t
from evaluator.storage.batches import Batches
from evaluator.storage.ids import new_id
from evaluator.storage.opening import Database

BEAT_S = 2.0  # how often a runner sends a heartbeat and checks whether to stop
DEAD_S = 60.0  # without one for this long it counts as dead


class Runners:
    """The runners of the batches in one database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def enroll(self, batch_id: str, *, join: bool = False) -> str:
        """Starts a run and returns its id; what dead runners were working on waits again.

        Raises InputError if another process runs the batch and `join` is not set.
        """
        with self.database.write() as session:
            batch = session.get(t.BatchRow, batch_id, with_for_update=True)  # simultaneous starts run one by one
            if batch is None:
                raise InputError("batch_unknown", id=batch_id)
            living = self._bury(session, batch_id)
            if living and not join:
                raise InputError("batch_running", id=batch_id)
            row = t.BatchRunnerRow(id=new_id(), batch_id=batch_id, host=_machine(), pid=os.getpid(), seen=_now(session))
            session.add(row)
            batch.paused = False
            runner_id, others = row.id, [one.id for one in living]
        self._release(batch_id, others)
        return runner_id

    def beat(self, runner_id: str) -> bool:
        """Sends a heartbeat; returns False if the run must stop.

        That is the case if somebody paused the batch, or if this runner was declared dead and its work given away.
        """
        with self.database.write() as session:
            query = update(t.BatchRunnerRow).where(t.BatchRunnerRow.id == runner_id).values(seen=_now(session))
            alive = bool(session.execute(query).rowcount)  # type: ignore[attr-defined]
            asked = select(t.BatchRow.paused).join(t.BatchRunnerRow, t.BatchRunnerRow.batch_id == t.BatchRow.id)
            return alive and not session.scalar(asked.where(t.BatchRunnerRow.id == runner_id))

    def leave(self, batch_id: str, runner_id: str) -> None:
        """Ends a run; what it was working on waits again."""
        with self.database.write() as session:
            session.execute(delete(t.BatchRunnerRow).where(t.BatchRunnerRow.id == runner_id))
        Batches(self.database).release(batch_id, [runner_id])

    def living(self, batch_id: str) -> list[str]:
        """The runners working on the batch, as HOST:PID."""
        with self.database.write() as session:
            return [f"{row.host}:{row.pid}" for row in self._bury(session, batch_id)]

    def _bury(self, session: Session, batch_id: str) -> list[t.BatchRunnerRow]:
        """Deletes the dead runners and returns the others."""
        rows = session.scalars(select(t.BatchRunnerRow).where(t.BatchRunnerRow.batch_id == batch_id)).all()
        moment = _now(session)
        dead = [row for row in rows if _is_dead(row, moment)]
        for row in dead:
            session.delete(row)
        return [row for row in rows if row not in dead]

    def _release(self, batch_id: str, living: Collection[str]) -> None:
        """Sets items back to waiting that no living runner is working on."""
        row = t.BatchItemRow
        query = select(row.runner).where(row.batch_id == batch_id, row.state == "running").distinct()
        with self.database.read() as session:
            holders = set(session.scalars(query)) - set(living)
        if holders:
            Batches(self.database).release(batch_id, holders)


def _is_dead(row: t.BatchRunnerRow, moment: float) -> bool:
    if row.host == _machine() and row.pid != os.getpid():
        try:
            os.kill(row.pid, 0)
        except ProcessLookupError:
            return True
        except OSError:
            pass
    return abs(moment - row.seen) > DEAD_S  # in the future: the clock was set back since


def _now(session: Session) -> float:
    if session.get_bind().dialect.name == "postgresql":
        return float(session.scalar(select(func.extract("epoch", func.clock_timestamp()))) or 0.0)
    return time.time()  # a file on this machine


@cache
def _machine() -> str:
    """This machine since its last boot: process ids are only meaningful until the next one."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
    except OSError:
        boot = ""
    try:
        space = os.readlink("/proc/self/ns/pid")  # each container has its own process ids
    except OSError:
        space = ""
    return f"{socket.gethostname()} {boot}{space}".strip()[:200]
