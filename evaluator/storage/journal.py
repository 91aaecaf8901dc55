"""Write-ahead journals for our SQLite files, so that readers do not wait for a writer."""

from __future__ import annotations

import sqlite3
import time

PAUSE_S = 0.02


def write_ahead(connection: sqlite3.Connection, wait_s: float) -> None:
    """Switches the connection's file to write-ahead logging, retrying for `wait_s` seconds.

    If several processes switch a new file at the same time, SQLite reports it as locked immediately, whatever its
    timeout, because waiting might never end. Raises sqlite3.OperationalError for anything else, and when the time is
    up.
    """
    end = time.monotonic() + wait_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(PAUSE_S)
