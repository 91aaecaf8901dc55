"""Opens the records: the engine, its transactions, and the migrations that update an older database.

SQLite and PostgreSQL behave alike: text is compared ignoring case, and exclusive work holds a lock in the database,
which is released when its holder ends.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.orm import Session

from evaluator.errors import StorageError
from evaluator.files import kind_at, make_private_file
from evaluator.settings import make_writable
from evaluator.storage.faults import storage_error
from evaluator.storage.journal import write_ahead

MIGRATIONS = Path(__file__).with_name("migrations")
VERSIONS = "alembic_version"
BUSY_S = 15.0

_migrating = threading.Lock()  # Alembic keeps its state in its own module


class Database:
    """One database:

    `read()` and `write()` open sessions whose failures are StorageErrors and leave nothing half-written.
    """

    def __init__(
        self,
        url: str,
        lock_dir: Path,
        busy_s: float = BUSY_S,
        migrations: Path = MIGRATIONS,
        *,
        one_writer: bool = False,
    ) -> None:
        """Connects to the database.

        `migrations` may be those of the bank, which then has its own version table in a shared database. With
        `one_writer` whole write transactions run one after another, as they always do in SQLite.
        """
        url = _with_driver(url)
        self.url, self.lock_dir, self.migrations = url, lock_dir, migrations
        self.is_server = not url.startswith("sqlite")
        self.version_table = VERSIONS if migrations == MIGRATIONS or not self.is_server else f"{VERSIONS}_bank"
        self.one_writer = one_writer and self.is_server
        self.place = _place(url)
        self.engine = _engine(url, busy_s, self.place)
        # SQLite would let a reader become a writer and then refuse it, so writers declare themselves at the start.
        self._writing = self.engine.execution_options(begin="BEGIN IMMEDIATE")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading."""
        with self._mapped(), Session(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that is committed at the end, and rolled back completely if anything was raised."""
        with self._mapped(), Session(self._writing, expire_on_commit=False) as session, session.begin():
            if self.one_writer:
                self.alone(session, self.version_table)
            yield session

    def alone(self, session: Session, what: str) -> None:
        """Waits for the lock called `what` and holds it to the end of this transaction.

        SQLite already admits only one writer at a time.
        """
        if self.is_server:
            session.execute(select(func.pg_advisory_xact_lock(_lock_number(what))))

    def migrate(self) -> None:
        """Migrates the tables to the newest revision; one process does it while others wait."""
        with self._mapped():
            if self._is_current():
                return
            if self.is_server:
                self._upgrade()
                return
            make_writable(self.lock_dir)
            try:
                with FileLock(self.lock_dir / "records.lock", timeout=60, mode=0o600):
                    if not self._is_current():
                        self._upgrade()
            except Timeout:
                raise StorageError("storage_busy", path=self.place) from None

    def close(self) -> None:
        """Closes all connections."""
        self.engine.dispose()

    def _is_current(self) -> bool:
        with self.engine.connect() as connection:
            return self._is_current_in(connection)

    def _is_current_in(self, connection: Connection) -> bool:
        now = _revision(connection, self.version_table)
        known = revisions(self.migrations)
        if now is not None and now not in known:
            raise StorageError("storage_newer", path=self.place, revision=now)
        return now == known[-1]

    def _upgrade(self) -> None:
        """Upgrades in one transaction; on a server behind a lock, so that a second process finds it done."""
        with self._writing.begin() as connection:
            if self.is_server:
                connection.execute(select(func.pg_advisory_xact_lock(_lock_number(self.version_table))))
                if self._is_current_in(connection):
                    return
            upgrade(connection, migrations=self.migrations, version_table=self.version_table)

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise  # our own bug, not a failing disk
        except (DBAPIError, OSError) as error:
            raise storage_error(error, self.place) from None


def revisions(migrations: Path) -> list[str]:
    """The numbers of the migrations in that folder, oldest first."""
    return sorted(path.name[:4] for path in (migrations / "versions").glob("[0-9]*.py"))


def upgrade(
    connection: Connection,
    revision: str = "head",
    migrations: Path = MIGRATIONS,
    version_table: str = "alembic_version",
) -> None:
    """Runs the migrations up to `revision` in the transaction of `connection`."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["version_table"] = version_table
    with _migrating:
        command.upgrade(config, revision)


def _revision(connection: Connection, version_table: str) -> str | None:
    if not inspect(connection).has_table(version_table):
        return None
    return connection.execute(text(f"SELECT version_num FROM {version_table}")).scalar()


def _lock_number(what: str) -> int:
    """A 64-bit number, because PostgreSQL's locks are numbers."""
    return int.from_bytes(hashlib.sha256(f"evaluator {what}".encode()).digest()[:8], "big", signed=True)


def _with_driver(url: str) -> str:
    """The PostgreSQL address with the driver from our extra, however the address was written."""
    for scheme in ("postgresql://", "postgres://"):
        if url.startswith(scheme):
            return f"postgresql+psycopg://{url.removeprefix(scheme)}"
    return url


def _engine(url: str, busy_s: float, place: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return create_engine(parsed, pool_pre_ping=True, pool_size=10, max_overflow=20, json_serializer=_json)
        if parsed.database and parsed.database != ":memory:":
            parsed = _reachable(parsed, Path(parsed.database))
        reads_only = "uri" in parsed.query
        engine = create_engine(parsed, connect_args={"timeout": busy_s}, json_serializer=_json)
    except ModuleNotFoundError:
        raise StorageError("storage_driver_missing", path=place) from None
    except (ArgumentError, NoSuchModuleError) as error:
        raise storage_error(error, place) from None
    event.listen(engine, "connect", lambda connection, _record: _prepare_sqlite(connection, busy_s, reads_only))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _reachable(url: URL, path: Path) -> URL:
    """The address of a file, created if necessary, that only its owner can read.

    For a file in a read-only folder it is a read-only address, so that gradings can be viewed on write-protected media.
    """
    try:
        make_writable(path.parent)
        make_private_file(path)
        return url
    except (StorageError, OSError) as error:
        if kind_at(path) != "file":
            if isinstance(error, OSError):
                raise storage_error(error, path) from None
            raise
    wal = path.with_name(f"{path.name}-wal")
    # Without a write-ahead log nobody is writing to it now, and SQLite need not create the file by which it would know.
    way = "mode=ro" if wal.is_file() and wal.stat().st_size else "immutable=1"
    return url.set(database=f"file:{quote(str(path.absolute()))}?{way}", query={**url.query, "uri": "true"})


_json = partial(json.dumps, ensure_ascii=False)  # Chinese is stored unescaped, at a third of the size


def _prepare_sqlite(connection: sqlite3.Connection, busy_s: float, reads_only: bool) -> None:
    connection.isolation_level = None  # we manage transactions ourselves, see `_begin_sqlite`
    if not reads_only:
        write_ahead(connection, busy_s)
    connection.execute("PRAGMA foreign_keys=ON")
    connection.create_function("lower", 1, _lower, deterministic=True)  # SQLite's own handles only ASCII


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _place(url: str) -> str:
    """The file or address for messages, without a password."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return url
    return parsed.database or url if parsed.get_backend_name() == "sqlite" else parsed.render_as_string()
