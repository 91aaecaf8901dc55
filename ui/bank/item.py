"""One question: how it reads, its warnings, and a form whose fields are checked as the user types."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st
from pydantic import ValidationError

from evaluator.bank import KINDS, OBJECTIVE_KINDS, Item, ItemOption, ModelAnswer, ScoringLine
from evaluator.bank.papers import check_item
from evaluator.bank.store import EDITABLE
from ui.bank import store
from ui.bank.rows import Field, edit_rows, forget_rows, keep_in_step
from ui.scorecard.view import section
from ui.shared import drafts
from ui.shared.choices import go_to, held_text, hold
from ui.shared.language import labelled, tr
from ui.shared.layout import guarded
from ui.shared.literal import literal
from ui.shared.notes import note

LABELS = "ABCDEFGH"
_DRAWABLE = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".svg")


def show_item(item: Item, deleted: bool) -> None:
    """The question with everything known about it, to edit, delete, or turn into a rubric."""
    left, right = st.columns([11, 9], gap="medium")
    with left:
        section("ui_bank.edit")
        changed = _form(item) if not deleted else {}
    with right:
        section("ui_bank.preview")
        shown = _applied(item, changed)
        st.html(preview_html(shown))
        _pictures(shown)
        _warnings(shown)
        if not deleted:
            _actions(item, changed)


def forget(item_id: str) -> None:
    """Drops unsaved edits to an item."""
    drafts.drop(_draft(item_id))
    forget_rows(f"bank_edit_{item_id}")


def _draft(item_id: str) -> str:
    return f"bank_item:{item_id}"


def _form(item: Item) -> dict[str, Any]:
    """Draws the fields; returns those that differ from the stored ones, and keeps them as a draft."""
    stored = item.model_dump(mode="json")
    now = {**stored, **drafts.load(_draft(item.id))}
    key = f"bank_edit_{item.id}"
    keep_in_step(key, stored)
    fields = {
        "kind": _choice(f"{key}_kind", now["kind"]),
        "text": _area(f"{key}_text", "label_text", now["text"], 110),
        **(_objective(key, now) if item.kind in OBJECTIVE_KINDS else _open(key, now)),
        "points": _number(f"{key}_points", now["points"]),
        "explanation": _area(f"{key}_explanation", "label_explanation", now["explanation"], 90),
    }
    changed = {name: value for name, value in fields.items() if name in EDITABLE and value != stored[name]}
    before = drafts.load(_draft(item.id))
    if changed != before:
        drafts.drop(_draft(item.id))
        drafts.keep(_draft(item.id), **changed)
    return changed


def _choice(key: str, value: str) -> str:
    hold(key, KINDS, value)
    return st.selectbox(tr("bank.label_kind"), KINDS, format_func=lambda kind: tr(f"bank.kind_{kind}"), key=key)


def _area(key: str, label: str, value: str, height: int) -> str:
    return st.text_area(tr(f"bank.{label}"), value=held_text(key, value), key=key, height=height)


def _number(key: str, value: float | None) -> float | None:
    st.session_state.setdefault(key, value)
    return st.number_input(tr("bank.label_points"), key=key, min_value=0.0, step=0.5, format="%g", value=None)


def _objective(key: str, now: dict[str, Any]) -> dict[str, Any]:
    """Options, one per row, and the key."""
    found: dict[str, Any] = {}
    if now["kind"] != "true_false":
        rows = edit_rows(
            f"{key}_options",
            now["options"],
            [
                Field("label", tr("ui_bank.option_label"), "text", 1),
                Field("text", tr("ui_bank.option_text"), "text", 6),
            ],
            new={"label": LABELS[min(len(now["options"]), 7)], "text": ""},
            add=tr("ui_bank.add_option"),
        )
        found["options"] = [{"label": row["label"], "text": row["text"]} for row in rows]
    letters = held_text(f"{key}_key", now["key"] or "")
    given = st.text_input(tr("bank.label_key"), value=letters, key=f"{key}_key", help=tr("ui_bank.key_help"))
    found["key"] = given.strip() or None
    return found


def _open(key: str, now: dict[str, Any]) -> dict[str, Any]:
    """Background, requirements, scoring criteria and reference answers."""
    found: dict[str, Any] = {
        "background": _area(f"{key}_background", "label_background", now["background"], 80),
        "requirements": _area(f"{key}_requirements", "label_requirements", now["requirements"], 80),
    }
    st.html(f'<p class="ev-dim">{escape(tr("bank.label_criteria"))}</p>')
    rows = edit_rows(
        f"{key}_criteria",
        now["criteria"],
        [Field("text", tr("ui_bank.criterion_text"), "text", 6), Field("points", tr("bank.label_points"), "number", 2)],
        new={"text": "", "points": 1.0},
        add=tr("ui_bank.add_criterion"),
    )
    found["criteria"] = [
        {"number": number, "text": row["text"], "points": row["points"]} for number, row in enumerate(rows, start=1)
    ]
    st.html(f'<p class="ev-dim">{escape(tr("bank.label_references"))}</p>')
    answers = edit_rows(
        f"{key}_references",
        now["references"],
        [Field("text", tr("ui_bank.answer_text"), "area", 6)],
        new={"text": ""},
        add=tr("ui_bank.add_answer"),
    )
    before = {answer["text"]: answer for answer in now["references"]}  # an unchanged answer keeps its parts
    found["references"] = [before.get(row["text"], {"text": row["text"], "parts": []}) for row in answers]
    return found


def _applied(item: Item, changed: dict[str, Any]) -> Item:
    """The question with its edits; unchanged where a field is not valid yet."""
    try:
        after = Item.model_validate({**item.model_dump(mode="json"), **changed})
    except ValidationError:
        return item
    if not changed:
        return item
    return after.model_copy(update={"warnings": tuple(check_item(after))})


def _pictures(item: Item) -> None:
    """The pictures that stand in the question; a name whose file is gone says so."""
    for place, name in enumerate(item.pictures, start=1):
        path = store.bank().picture(name)
        caption = tr("ui_bank.picture", number=place)
        if path is None:
            st.caption(tr("ui_bank.picture_missing", name=literal(name)))
        elif path.suffix.lower() in _DRAWABLE:
            st.image(str(path), caption=caption, width="content")
        else:  # drawings of old Word files, which browsers cannot show
            st.download_button(caption, path.read_bytes(), file_name=path.name, key=f"bank_picture_{item.id}_{place}")


def _warnings(item: Item) -> None:
    if not item.warnings:
        note(tr("ui_bank.no_warnings"), "good")
        return
    note(tr("ui_bank.to_resolve"), items=[warning.text() for warning in item.warnings])


def _actions(item: Item, changed: dict[str, Any]) -> None:
    save, remove, draft = st.columns(3)
    if save.button(
        tr("ui_bank.save"), type="primary", key=f"bank_save_{item.id}", disabled=not changed, width="stretch"
    ):
        with guarded():
            store.bank().edit(item.id, **changed)
            forget(item.id)
            store.index_again()
            st.toast(tr("ui_bank.saved"))
            st.rerun()
    if remove.button(tr("ui_bank.delete"), key=f"bank_delete_{item.id}", width="stretch"):
        with guarded():
            store.bank().delete([item.id])
            store.index_again()
            st.session_state["bank_undone"] = [tr("ui_bank.deleted")]
            st.rerun()
    if item.kind not in OBJECTIVE_KINDS and draft.button(
        tr("ui_bank.make_rubric"), key=f"bank_draft_{item.id}", disabled=bool(changed), width="stretch"
    ):
        with guarded():
            _begin_rubric(item)


def _begin_rubric(item: Item) -> None:
    """A draft rubric of the question, opened in the editor; nothing is saved yet."""
    from evaluator.bank import draft_rubric
    from ui.bank.rubric_form import open_draft

    open_draft(draft_rubric(item))
    go_to("bank_view", "rubrics")


def preview_html(item: Item) -> str:
    """The question as a person reads it."""
    parts = [("label_background", item.background), ("label_requirements", item.requirements)]
    head = "".join(
        f"<p class='ev-dim'>{escape(labelled(tr(f'bank.{label}'), text))}</p>" for label, text in parts if text
    )
    points = "" if item.points is None else tr("points_unit", points=f"{item.points:g}")
    body = f"<p style='white-space:pre-wrap'><strong>{escape(item.text)}</strong> {escape(points)}</p>"
    options = "".join(_option(option, item) for option in item.options)
    steps = "".join(f"<li>{escape(step)}</li>" for step in item.steps)
    key = f"<p>{escape(labelled(tr('bank.label_key'), item.key))}</p>" if item.key else ""
    why = f"<p>{escape(labelled(tr('bank.label_explanation'), item.explanation))}</p>" if item.explanation else ""
    source = "" if item.source is None else f"{item.source.file} · {tr('ui_bank.line', line=item.source.start)}"
    return (
        f"<div class='ev-total'>{head}{body}<ul class='ev-list'>{options}</ul><ol>{steps}</ol>{key}{why}"
        f"{_criteria(item.criteria)}{_answers(item.references)}<p class='ev-dim'>{escape(source)}</p></div>"
    )


def _option(option: ItemOption, item: Item) -> str:
    right = option.label in item.key_letters
    mark = f" <span class='ev-yes'>✓ {escape(tr('ui_bank.right'))}</span>" if right else ""
    return f"<li>{escape(option.label)}. {escape(option.text)}{mark}</li>"


def _criteria(criteria: tuple[ScoringLine, ...]) -> str:
    points = ["" if one.points is None else tr("points_unit", points=f"{one.points:g}") for one in criteria]
    rows = "".join(f"<li>{escape(f'{one.text} {worth}')}</li>" for one, worth in zip(criteria, points, strict=True))
    return f"<p>{escape(tr('bank.label_criteria'))}</p><ol>{rows}</ol>" if rows else ""


def _answers(answers: tuple[ModelAnswer, ...]) -> str:
    texts = "".join(f"<p style='white-space:pre-wrap'>{escape(answer.text)}</p>" for answer in answers)
    return f"<p class='ev-dim'>{escape(tr('bank.label_references'))}</p>{texts}" if texts else ""
