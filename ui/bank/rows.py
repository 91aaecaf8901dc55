"""Rows that a person edits: one or several fields per row, rows added and removed, order kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import streamlit as st

from ui.shared.choices import held_text, hold, hold_several
from ui.shared.language import tr

FieldKind = Literal["text", "area", "number", "flag", "choice", "many"]
Row = dict[str, Any]


class Field(NamedTuple):
    """One field of a row. `options` are for "choice" and "many"; `width` is its share of the line."""

    name: str
    label: str
    kind: FieldKind = "text"
    width: int = 1
    options: Mapping[str, str] | None = None
    step: float = 0.5


def edit_rows(key: str, rows: Sequence[Row], fields: Sequence[Field], *, new: Row, add: str) -> list[Row]:
    """Draws the rows and returns their current content. Values of a row outside `fields` are kept.

    `rows` applies when the fields are drawn for the first time, or again after the page was left.
    """
    numbers = _numbers(key, rows, fields)
    edited = [_row(key, number, fields) for number in numbers]
    st.button(add, key=f"{key}_add", icon=":material/add:", on_click=_add, args=(key, fields, new))
    return edited


def forget_rows(key: str) -> None:
    """Makes the next drawing start from the rows that it receives."""
    for name in [name for name in st.session_state if str(name).startswith(f"{key}_")]:
        del st.session_state[name]


def keep_in_step(key: str, stored: Row | None) -> None:
    """Forgets the content of the fields under `key` once `stored` is no longer what they were filled from.

    An import, an undo or an earlier version came between, and saving the old rows would remove what it brought.
    """
    if st.session_state.get(f"{key}_filled_from") != stored:
        forget_rows(key)
        st.session_state[f"{key}_filled_from"] = stored


def _numbers(key: str, rows: Sequence[Row], fields: Sequence[Field]) -> list[int]:
    """The rows' numbers; once they are not drawn, the page forgets their fields and `rows` is read again."""
    known = st.session_state.get(f"{key}_rows")
    if known is None or any(_key(key, number, field) not in st.session_state for number in known for field in fields):
        known = list(range(len(rows)))
        for number, row in zip(known, rows, strict=True):
            _remember(key, number, fields, row)
        st.session_state[f"{key}_rows"] = known
        st.session_state[f"{key}_next"] = len(rows)
    return known


def _remember(key: str, number: int, fields: Sequence[Field], row: Row) -> None:
    st.session_state[f"{key}_{number}_base"] = dict(row)
    for field in fields:
        st.session_state[_key(key, number, field)] = _fitting(field, row.get(field.name))


def _fitting(field: Field, value: Any) -> Any:
    if field.kind == "number":
        return None if value is None else float(value)
    if field.kind == "flag":
        return bool(value)
    if field.kind == "many":
        return [one for one in value or () if one in (field.options or {})]
    if field.kind == "choice":
        return value if value in (field.options or {}) else next(iter(field.options or {}), None)
    return "" if value is None else str(value)


def _row(key: str, number: int, fields: Sequence[Field]) -> Row:
    widths = [field.width for field in fields]
    columns = st.columns([*widths, max(1.0, 0.3 * sum(widths))], vertical_alignment="bottom")
    row = dict(st.session_state[f"{key}_{number}_base"])
    for column, field in zip(columns, fields, strict=False):
        with column:
            row[field.name] = draw_field(field, _key(key, number, field))
    columns[-1].button(
        tr("ui_bank.remove"), key=f"{key}_{number}_remove", icon=":material/delete:", on_click=_remove,
        args=(key, number), type="tertiary",
    )  # fmt: skip
    return row


def draw_field(field: Field, key: str) -> Any:
    """One field; its value is kept under `key`."""
    options = field.options or {}
    if field.kind == "area":
        return st.text_area(field.label, value=held_text(key), key=key, height=80)
    if field.kind == "number":
        return st.number_input(field.label, key=key, min_value=0.0, step=field.step, format="%g", value=None)
    if field.kind == "flag":
        hold(key, (False, True), False)
        return st.checkbox(field.label, key=key)
    if field.kind == "choice":
        return st.selectbox(field.label, list(options), format_func=options.__getitem__, key=key)
    if field.kind == "many":
        hold_several(key, options)
        return st.multiselect(
            field.label,
            list(options),
            format_func=options.__getitem__,
            key=key,
            placeholder=tr("ui_bank.choose"),
        )
    return st.text_input(field.label, value=held_text(key), key=key)


def _key(key: str, number: int, field: Field) -> str:
    return f"{key}_{number}_{field.name}"


def _add(key: str, fields: Sequence[Field], new: Row) -> None:
    number = st.session_state[f"{key}_next"]
    _remember(key, number, fields, new)
    st.session_state[f"{key}_rows"] = [*st.session_state[f"{key}_rows"], number]
    st.session_state[f"{key}_next"] = number + 1


def _remove(key: str, number: int) -> None:
    st.session_state[f"{key}_rows"] = [one for one in st.session_state[f"{key}_rows"] if one != number]
