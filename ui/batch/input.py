"""A new batch: files, how they were understood, and the resulting items."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path, PurePath
from typing import Any

import streamlit as st

from evaluator import batch
from evaluator.errors import InputError
from evaluator.profiles import Profile
from evaluator.rubric import Rubric
from evaluator.storage import NewItem
from ui.scorecard.profile_choice import choose_profile
from ui.scorecard.scenario import choose_rubric, usable
from ui.scorecard.view import section
from ui.shared import stores
from ui.shared.choices import distinct, hold
from ui.shared.language import in_a_row, tr
from ui.shared.layout import guarded
from ui.shared.literal import literal
from ui.shared.once import once
from ui.shared.reading import read_once
from ui.shared.templates import offer_templates
from ui.shared.uploads import write_inputs

PREVIEW = 5
NO_COLUMN = ""


def show_form() -> str | None:
    """Goes from files to a stored batch; returns its id once the user has created it."""
    section("batch_files")
    files = st.file_uploader(
        tr("batch_drop"), accept_multiple_files=True, key="batch_files", help=tr("batch_drop_help")
    )
    if not files:
        st.html(f'<p class="ev-empty">{tr("batch_empty")}</p>')
        offer_templates("batch")
        return None
    with guarded():
        return _from_files(files)
    return None


def _from_files(files: list[Any]) -> str | None:
    handed = tuple((file.file_id, file.name) for file in files)
    size = sum(file.size for file in files)
    inputs = read_once((handed, "inputs"), size, lambda: _read(files, None))
    if inputs is not None and inputs.columns is not None:
        section("batch_mapping")
        columns = _columns(inputs)
        inputs = read_once((handed, columns), size, lambda: _read(files, columns))
    section("batch_rubric")
    rubric = choose_rubric("batch", preview=False)
    if inputs is None:
        return None
    known, read = usable(), inputs
    parts = (handed, read.columns, rubric.digest if rubric else "", *sorted(one.digest for one in known.values()))
    items = read_once(parts, size, lambda: batch.prepare(read, partial(_named_in_the_table, known), rubric))
    if items is None:
        return None
    chosen = _profiles(items)
    section("batch_preview")
    _preview(items)
    name = st.text_input(tr("batch_name"), value=PurePath(files[0].name).stem, key="batch_name")
    ready = [one for one in items if one.error_code is None]
    if st.button(
        tr("batch_create", count=len(ready)),
        type="primary",
        disabled=not ready,
        key="batch_create",
        icon=":material/add:",
    ):
        options = {"model": stores.settings().model, "pilot": _pilot(items), **batch.name_profiles(chosen)}
        made = partial(
            stores.records().batches.create, name.strip() or "–", items, options=options, owner=stores.owner()
        )
        return once("batch", made)
    return None


def _read(files: list[Any], columns: batch.Columns | None) -> batch.Inputs:
    with tempfile.TemporaryDirectory() as folder:
        return batch.read_inputs(write_inputs(files, Path(folder)), columns)


def _named_in_the_table(known: Mapping[str, Rubric], name: str) -> Rubric:
    """Finds a rubric by its id only: a path in a user's table opens no file on this machine."""
    found = known.get(name)
    if found is None:
        raise InputError("ui_rubric_unknown", name=name)
    return found


def _profiles(items: list[NewItem]) -> dict[str, Profile]:
    """The profile for each rubric of the batch, if there are any to choose from."""
    used = {one.rubric.id: one.rubric for one in items if one.rubric is not None}
    found = {
        name: choose_profile("batch", rubric, tr("profile_for", title=rubric.title)) for name, rubric in used.items()
    }
    return {name: profile for name, profile in found.items() if profile is not None}


def _columns(inputs: batch.Inputs) -> batch.Columns:
    """How the columns of the table were understood, to confirm or change."""
    guessed, names = inputs.columns, list(inputs.names)
    assert guessed is not None
    text, item, rubric = st.columns(3)
    hold("batch_text", names, guessed.transcript)
    return batch.Columns(
        transcript=text.selectbox(tr("column_transcript"), names, key="batch_text"),
        id=_or_none(item, "column_id", "by_number", names, guessed.id, "batch_id"),
        rubric=_or_none(rubric, "column_rubric", "one_rubric", names, guessed.rubric, "batch_own"),
    )


def _or_none(place: Any, label: str, none: str, names: list[str], guessed: str | None, key: str) -> str | None:
    """One of the columns, or the choice of no column."""
    labels = distinct({NO_COLUMN: tr(none)} | {name: name for name in names})
    hold(key, labels, guessed or NO_COLUMN)
    return place.selectbox(tr(label), list(labels), format_func=labels.__getitem__, key=key) or None


def _preview(items: list[NewItem]) -> None:
    bad = [one for one in items if one.error_code is not None]
    used = Counter(one.rubric.title for one in items if one.rubric is not None)
    by = in_a_row(f"{title} × {count}" for title, count in used.items())
    st.write(tr("batch_read", ready=len(items) - len(bad), by=literal(by) or "–"))
    if bad:
        st.warning(tr("batch_unread", count=len(bad), first=literal(bad[0].item), why=literal(bad[0].error or "")))
    rows = [
        {
            tr("column_id"): one.item,
            tr("scenario"): one.rubric.title if one.rubric else "–",
            tr("turns"): len(one.transcript.turns) if one.transcript else 0,
            tr("transcript"): _beginning(one),
        }
        for one in items[:PREVIEW]
    ]
    st.dataframe(rows, hide_index=True, alt=tr("batch_preview"))


def _beginning(item: NewItem) -> str:
    return item.transcript.source[:80].replace("\n", " ") if item.transcript else item.error or ""


def _pilot(items: list[NewItem]) -> list[int]:
    """Positions of the items to begin with: short, long and in between, so that the estimate is fair."""
    lengths = [(place, len(one.transcript.source)) for place, one in enumerate(items) if one.transcript is not None]
    chosen = batch.pilot_positions([length for _, length in lengths])
    return [lengths[number][0] for number in chosen]
