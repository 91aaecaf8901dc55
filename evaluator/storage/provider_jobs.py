"""Jobs at a provider: recorded before the provider hears of them, so that none is forgotten or sent twice."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from evaluator.storage import tables as t
from evaluator.storage.ids import new_id
from evaluator.storage.models import Shape, now
from evaluator.storage.opening import Database


class ProviderJob(Shape):
    """One job. `state` is "creating", "submitted", "collected" or "lost".

    `provider_id` is empty until the provider has assigned one.
    """

    id: str
    batch_id: str
    provider_id: str
    state: str
    requests: int
    at: str


class ProviderJobs:
    """The jobs of the batches of one database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def begin(self, batch_id: str, requests: int) -> ProviderJob:
        """Records a job that is about to be submitted."""
        row = t.ProviderJobRow(
            id=new_id(), batch_id=batch_id, provider_id="", state="creating", requests=requests, at=now()
        )
        with self.database.write() as session:
            session.add(row)
        return ProviderJob.model_validate(row)

    def update(self, job_id: str, **values: Any) -> None:
        """Sets `provider_id` or `state`."""
        with self.database.write() as session:
            session.execute(update(t.ProviderJobRow).where(t.ProviderJobRow.id == job_id).values(**values))

    def open(self, batch_id: str) -> list[ProviderJob]:
        """The jobs that are not finished, oldest first."""
        row = t.ProviderJobRow
        query = select(row).where(row.batch_id == batch_id, row.state.in_(("creating", "submitted"))).order_by(row.id)
        with self.database.read() as session:
            return [ProviderJob.model_validate(found) for found in session.scalars(query)]

    def all(self, batch_id: str) -> list[ProviderJob]:
        """All jobs of a batch, oldest first."""
        query = select(t.ProviderJobRow).where(t.ProviderJobRow.batch_id == batch_id).order_by(t.ProviderJobRow.id)
        with self.database.read() as session:
            return [ProviderJob.model_validate(found) for found in session.scalars(query)]
