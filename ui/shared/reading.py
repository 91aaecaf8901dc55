"""Texts and files that are handed in: within limits, read once, and long ones read outside the page's thread.

A run of the page reads everything it is given again. So what was read is kept for the session; what takes longer is read by
the runner, with a progress line, and until it is done the page shows what is already there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from typing import TypeVar

import streamlit as st

from evaluator import transcript as transcripts
from evaluator.errors import InputError
from evaluator.transcript import Form, Transcript
from ui.shared import drafts, runner
from ui.shared.language import tr
from ui.shared.layout import tell_later
from ui.shared.progress import watch

T = TypeVar("T")

# Characters pasted into a field: the browser sends a field's whole content with every click. About ten hours of talk.
LONGEST_PASTE = 300_000
AT_ONCE = 12_000  # characters or bytes that are read in less than a second on a slow machine
KEPT = 24  # readings per session


def read_once(name: Hashable, size: int, make: Callable[[], T]) -> T | None:
    """The result of `make`, which is called once for `name` and session; None while it is being made or if it failed.

    More than AT_ONCE is made in the background: progress and errors are drawn here. Anything smaller raises its own errors.
    """
    kept = st.session_state.setdefault("_read_once", {})
    if name not in kept:
        for oldest in list(kept)[: max(0, len(kept) - KEPT + 1)]:
            del kept[oldest]
        kept[name] = make() if size <= AT_ONCE else _begin(make)
    found = kept[name]
    return watch(found) if isinstance(found, runner.Job) else found


def _begin(make: Callable[[], T]) -> runner.Job:
    words = tr("reading_text")

    def work(tick: runner.Ticking) -> T:
        tick(0, 1, words)
        return make()

    return runner.start("read", lambda job: runner.in_thread(job, work))


def read_pasted(text: str, form: Form = "dialogue") -> Transcript | None:
    """The pasted text as a transcript; None while it is being read. Raises InputError."""
    return read_once((_digest(text.encode()), form), len(text), lambda: transcripts.parse(text, form=form))


def read_upload(content: bytes, name: str, form: Form = "dialogue") -> Transcript | None:
    """A file's content as a transcript; None while it is being read. Raises InputError, also if it is too large."""
    if len(content) > transcripts.SIZE_LIMIT_BYTES:
        raise InputError("transcript_too_large", path=name, limit_mb=transcripts.SIZE_LIMIT_BYTES // 1_000_000)
    return read_once(
        (_digest(content), name, form), len(content), lambda: transcripts.parse_bytes(content, name, form=form)
    )


def keep_pasted(field: str, draft: str, name: str = "text") -> None:
    """The callback of a field to paste into: keeps the text as a draft. One beyond LONGEST_PASTE is refused."""
    text = str(st.session_state[field])
    if len(text) > LONGEST_PASTE:
        st.session_state[field] = str(drafts.load(draft).get(name, ""))
        limits = {"count": f"{len(text):,}", "limit": f"{LONGEST_PASTE:,}"}
        tell_later(InputError("ui_paste_too_long", **limits, limit_mb=transcripts.SIZE_LIMIT_BYTES // 1_000_000))
        return
    drafts.keep(draft, **{name: text})


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
