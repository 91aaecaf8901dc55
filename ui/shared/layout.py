"""The frame of every page: language, style, title, and one clear sentence if something went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from evaluator.errors import EvaluatorError, ModelError
from ui.shared import language, sign_in, stores
from ui.shared.language import tr
from ui.shared.literal import literal

_STYLE = Path(__file__).parents[1] / "theme.css"


@contextmanager
def page(title: str, lead: str = "", **values: Any) -> Iterator[None]:
    """The whole page runs inside it: sets the language, draws the title and shows errors as one sentence.

    `title` and `lead` are catalogue keys.
    """
    language.begin()
    st.html(_STYLE)
    st.html(_uploader_words())
    st.title(tr(title, **values), anchor=False)
    if lead:
        say_lead(lead, **values)
    _tell_now()
    _check_role(title)
    try:
        yield
    except EvaluatorError as error:
        problem(error)


def _check_role(title: str) -> None:
    """Ends the run of a page that the person's role does not open, in whatever way they came to it."""
    from evaluator.policy import PAGES, require

    try:
        require(stores.account(), PAGES[title.removeprefix("nav_").removesuffix("_title")])
    except EvaluatorError as error:
        problem(error)
        if error.code == "policy_sign_in":
            sign_in.offer()
        st.stop()


def tell_later(what: EvaluatorError | str) -> None:
    """Keeps a callback's message (an error, or a key of the catalogue) for the next drawing."""
    st.session_state.setdefault("_to_tell", []).append(what)


def _tell_now() -> None:
    for what in st.session_state.pop("_to_tell", []):
        if isinstance(what, EvaluatorError):
            problem(what)
        else:
            st.success(tr(what), icon=":material/check:")


def say_lead(key: str, **values: Any) -> None:
    """What the page is for, under the title; for pages that say it only in one of their states."""
    st.html(f'<p class="ev-lead">{escape(tr(key, **values))}</p>')


def _uploader_words() -> str:
    """Covers the two texts of Streamlit's uploader, which is English only, with the page's language."""
    button, limit = tr("upload_button"), tr("upload_limit", limit=st.get_option("server.maxUploadSize"))
    return (
        "<style>[data-testid=stFileUploaderDropzone] button p, [data-testid=stFileUploaderDropzoneInstructions] span"
        "{font-size:0} [data-testid=stFileUploaderDropzone] button p::after"
        f'{{font-size:0.875rem;content:"{button}"}}'
        f'[data-testid=stFileUploaderDropzoneInstructions] span::after{{font-size:0.875rem;content:"{limit}"}}</style>'
    )


@contextmanager
def guarded() -> Iterator[None]:
    """Shows an error inside the block as one sentence, and leaves the rest of the page alone."""
    try:
        yield
    except EvaluatorError as error:
        problem(error)


def problem(error: EvaluatorError) -> None:
    """Shows one sentence that says what to do.

    If it is about a model, it links to the settings, which can download the embedded one and hold keys.
    """
    st.error(literal(error.text(language.language())), icon=":material/error:")
    if isinstance(error, ModelError):
        link("views/settings.py", tr("go_settings"), ":material/settings:")


def empty(text: str, *, page_path: str | None = None, label: str = "") -> None:
    """An empty state: what to do (a catalogue key), with a link to the place to do it."""
    with st.container(border=True):
        st.html(f'<p class="ev-empty">{escape(tr(text))}</p>')
        if page_path:
            link(page_path, tr(label), ":material/arrow_forward:")


def link(page_path: str, label: str, icon: str | None = None) -> None:
    """A link to another page; nothing is drawn if the page runs alone, as in a test."""
    from streamlit.errors import StreamlitAPIException

    try:
        st.page_link(page_path, label=label, icon=icon)
    except (StreamlitAPIException, KeyError):
        st.caption(label)


def out_of(points: float | None, most: float) -> str:
    """Points with their scale: "3.2 / 4", or "– / 4" for what could not be graded."""
    shown = "–" if points is None else f"{round(points, 1):g}"
    return f"{shown} / {most:g}"


def percent(share: float) -> str:
    """A share as "62 %"."""
    return f"{round(share * 100)} %"


def when(moment: str) -> str:
    """An ISO 8601 moment in UTC as the browser's clock shows it: "2026-03-04 15:20"."""
    from datetime import UTC, datetime, timedelta

    parsed = datetime.fromisoformat(moment)
    parsed = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    offset = st.context.timezone_offset or 0
    return (parsed.astimezone(UTC) - timedelta(minutes=offset)).strftime("%Y-%m-%d %H:%M")
