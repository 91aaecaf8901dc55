"""What a page works with: settings, records, and the person at it."""

from __future__ import annotations

import os
import re
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING

import streamlit as st

from evaluator.settings import Settings, config_path, load_settings

if TYPE_CHECKING:
    from evaluator.policy import Account
    from evaluator.storage import Records

COOKIE = "evaluator_owner"
_TOKEN = re.compile(r"^[A-Za-z0-9_-]{16,64}$")


def settings() -> Settings:
    """Returns the current settings; raises InputError when the file is wrong.

    A page asks for them dozens of times, so they are read again only when the file or the environment has changed.
    """
    path = config_path()
    try:
        found = path.stat()
        file = (str(path), found.st_mtime_ns, found.st_size, found.st_ino)
    except OSError:
        file = (str(path), 0, 0, 0)  # none there, or none that can be read: loading says which
    return _load(file, tuple(sorted(item for item in os.environ.items() if item[0].upper().startswith("EVALUATOR_"))))


@lru_cache(maxsize=8)
def _load(file: tuple[str, int, int, int], environment: tuple[tuple[str, str], ...]) -> Settings:
    return load_settings()


def records() -> Records:
    """The records that the settings name, as the person at this page may use them; opened once per process.

    Raises StorageError if they cannot be opened, and InputError for somebody who has to sign in first.
    """
    from evaluator.policy import guard

    chosen = settings()
    return guard(_open(chosen.records_url, str(chosen.data_dir)), account())


def account() -> Account:
    """The person at this page with their role; InputError where roles are on and nobody is signed in."""
    from evaluator.policy import account_of

    return account_of(settings(), owner(), signed_in=signed_in() is not None)


def signed_in() -> str | None:
    """The e-mail address of the person signed in, None for nobody."""
    found = st.user.get("email") if st.user else None
    return str(found) if found else None


@st.cache_resource(show_spinner=False, max_entries=4)
def _open(url: str, data_dir: str) -> Records:
    from evaluator.storage import open_records

    return open_records(load_settings())


def owner() -> str:
    """The owner of these gradings, drafts and attempts: the person signed in, otherwise this browser by its cookie.

    The cookie holds a random name that cannot be guessed, so that nobody opens another's records by trying.
    """
    if name := signed_in():
        return name
    if "owner" not in st.session_state:
        known = st.context.cookies.get(COOKIE, "")
        st.session_state["owner"] = known if _TOKEN.match(known) else secrets.token_urlsafe(18)
    return str(st.session_state["owner"])


def person() -> str:
    """The name that signs overrides and notes, as last entered here; empty at first."""
    draft = records().drafts.get(owner(), "person")
    return str(draft.body.get("name", "")) if draft else ""


def remember_person(name: str) -> None:
    """Keeps the name for the next override or note."""
    if name.strip() and name != person():
        records().drafts.put(owner(), "person", {"name": name.strip()})


def may_see(record_owner: str) -> bool:
    """Whether the person at this page may see what `record_owner` made.

    They may see their own and, on the machine itself, what was graded on the command line (which has no owner).
    """
    from evaluator.policy import may_see as role_may_see

    who = account()
    if who.role is not None:
        return role_may_see(who, record_owner)
    return record_owner == owner() or (record_owner == "" and is_local())


def is_local() -> bool:
    """Whether the browser runs on the same machine as the page, without a proxy between them."""
    host = (st.context.headers.get("Host") or "localhost").rsplit(":", 1)[0]
    forwarded = st.context.headers.get("X-Forwarded-For")
    return (
        st.context.ip_address in (None, "127.0.0.1", "::1")
        and not forwarded
        and host in ("localhost", "127.0.0.1", "[::1]")
    )
