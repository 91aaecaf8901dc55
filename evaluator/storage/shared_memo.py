"""The answer cache in the records database, shared by several machines: none asks again what another has asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from evaluator.settings import Settings
from evaluator.storage.memo import AskMemo, Memo
from evaluator.storage.opening import Database
from evaluator.storage.tables import AnswerRow


class SharedMemo:
    """A mapping from keys (SHA-256 as hex) to JSON values on PostgreSQL; StorageError if it cannot be reached."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def get(self, key: str) -> Any | None:
        """The stored value, or None."""
        return (await self.get_many([key])).get(key)

    async def get_many(self, keys: Sequence[str]) -> dict[str, Any]:
        """The stored values of the keys that have one."""
        return await asyncio.to_thread(self._get_many, keys)

    async def put(self, key: str, value: Any) -> None:
        """Stores a value, replacing an older one; it is durable when this returns."""
        await self.put_many({key: value})

    async def put_many(self, values: Mapping[str, Any]) -> None:
        """Stores several values, all of them or none."""
        if values:
            rows = [{"key": key, "value": json.dumps(values[key], ensure_ascii=True)} for key in sorted(values)]
            await asyncio.to_thread(self._put_many, rows)

    def close(self) -> None:
        """Closes the connections."""
        self.database.close()

    def _get_many(self, keys: Sequence[str]) -> dict[str, Any]:
        query = select(AnswerRow.key, AnswerRow.value).where(AnswerRow.key.in_(keys))
        with self.database.read() as session:
            return {key: json.loads(value) for key, value in session.execute(query)}

    def _put_many(self, rows: list[dict[str, str]]) -> None:
        statement = insert(AnswerRow)
        newer = statement.on_conflict_do_update(index_elements=["key"], set_={"value": statement.excluded.value})
        with self.database.write() as session:
            session.execute(newer, rows)


def open_memo(settings: Settings) -> Memo:
    """The memo that the settings select: beside the records on a server, otherwise a file."""
    database = Database(settings.records_url, settings.data_dir) if settings.is_on_server else None
    if database is None:
        return AskMemo(settings.memo_path)
    database.migrate()
    return SharedMemo(database)
