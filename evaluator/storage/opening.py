"""Opens the records: the engine, its transactions, and the migrations that bring an older file up to date."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.orm import Session

from evaluator.errors import StorageError
from evaluator.settings import make_writable
from evaluator.storage.faults import storage_error
from evaluator.storage.journal import write_ahead

MIGRATIONS = Path(__file__).with_name("migrations")
BUSY_S = 15.0


class Database:
    """One database: `read()` and `write()` give sessions whose failures are StorageErrors, nothing half
    written.
    """

    def __init__(self, url: str, lock_dir: Path, busy_s: float = BUSY_S, migrations: Path = MIGRATIONS) -> None:
        self.url, self.lock_dir, self.migrations = url, lock_dir, migrations
        self.place = _place(url)
        self.engine = _engine(url, busy_s, self.place)
        # SQLite would let a reader turn writer and then refuse it; who means to write says so at the start.
        self._writing = self.engine.execution_options(begin="BEGIN IMMEDIATE")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for looking things up."""
        with self._mapped(), Session(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that is committed at the end, and wholly undone if anything was raised."""
        with self._mapped(), Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    def migrate(self) -> None:
        """Brings the tables up to the newest revision; one process does it while others wait."""
        with self._mapped():
            if self._is_current():
                return
            make_writable(self.lock_dir)
            try:
                with FileLock(self.lock_dir / "records.lock", timeout=60):
                    if not self._is_current():
                        self._upgrade()
            except Timeout:
                raise StorageError("storage_busy", path=self.place) from None

    def close(self) -> None:
        """Closes all connections."""
        self.engine.dispose()

    def _is_current(self) -> bool:
        with self.engine.connect() as connection:
            now = _revision(connection)
        known = revisions(self.migrations)
        if now is not None and now not in known:
            raise StorageError("storage_newer", path=self.place, revision=now)
        return now == known[-1]

    def _upgrade(self) -> None:
        with self._writing.begin() as connection:
            upgrade(connection, migrations=self.migrations)

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise  # a bug of ours, not a failing disk
        except (DBAPIError, OSError) as error:
            raise storage_error(error, self.place) from None


def revisions(migrations: Path) -> list[str]:
    """The numbers of the migrations in that folder, oldest first."""
    return sorted(path.name[:4] for path in (migrations / "versions").glob("[0-9]*.py"))


def upgrade(connection: Connection, revision: str = "head", migrations: Path = MIGRATIONS) -> None:
    """Runs the migrations up to `revision` in the transaction of `connection`."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _engine(url: str, busy_s: float, place: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return create_engine(parsed, pool_pre_ping=True, json_serializer=_json)
        if parsed.database and parsed.database != ":memory:":
            make_writable(Path(parsed.database).parent)
        engine = create_engine(parsed, connect_args={"timeout": busy_s}, json_serializer=_json)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise storage_error(error, place) from None
    event.listen(engine, "connect", lambda connection, _record: _prepare_sqlite(connection, busy_s))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


_json = partial(json.dumps, ensure_ascii=False)  # Chinese stays Chinese, a third of the size


def _prepare_sqlite(connection: sqlite3.Connection, busy_s: float) -> None:
    connection.isolation_level = None  # transactions are ours, see `_begin_sqlite`
    write_ahead(connection, busy_s)
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _place(url: str) -> str:
    """The file or address for messages, without a password."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return url
    return parsed.database or url if parsed.get_backend_name() == "sqlite" else parsed.render_as_string()
