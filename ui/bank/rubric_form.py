"""A rubric in a form: every field, checked as the user types, with a preview beside it; saved as a version."""

from __future__ import annotations

from html import escape
from typing import Any, NoReturn, get_args

import streamlit as st

from evaluator import rubrics
from evaluator.encoding import write_yaml
from evaluator.errors import RubricError
from evaluator.rubric import CriterionKind, Rubric, Speaker
from evaluator.rubrics import Finding
from ui.bank import versions
from ui.bank.rows import Field, edit_rows, forget_rows, keep_in_step
from ui.scorecard import scenario
from ui.scorecard.scenario import show_rubric
from ui.scorecard.view import section
from ui.shared import drafts, stores
from ui.shared.choices import held_text, hold
from ui.shared.language import labelled, tr
from ui.shared.layout import guarded
from ui.shared.literal import literal
from ui.shared.notes import note_html

Content = dict[str, Any]
PREFIX = "bank_rubric:"


def open_draft(rubric: Rubric) -> None:
    """Opens `rubric` in the editor without saving it; the draft stays until it is saved or dropped.

    If a draft with its id exists already, that one is opened.
    """
    if rubric.id in unsaved():
        st.toast(tr("ui_bank.begun_before"))
    else:
        drafts.keep(PREFIX + rubric.id, content=rubric.model_dump(mode="json"))
        forget_rows(_key(rubric.id))
    st.session_state["bank_rubric_edit"] = rubric.id


def unsaved() -> dict[str, str]:
    """Title by id of rubrics that were edited and not saved."""
    found = stores.records().drafts.all(stores.owner())
    return {
        draft.name.removeprefix(PREFIX): str(draft.body.get("content", {}).get("title", ""))
        for draft in found
        if draft.name.startswith(PREFIX)
    }


def show_editor(rubric_id: str) -> None:
    """The form on the left; problems, the preview and the saving on the right."""
    stored = scenario.usable().get(rubric_id)
    before = stored.model_dump(mode="json") if stored else None
    content = drafts.load(PREFIX + rubric_id).get("content") or before
    if content is None:
        _close(rubric_id)
    keep_in_step(_key(rubric_id), before)
    if st.button(tr("ui_bank.back"), icon=":material/arrow_back:", key="bank_rubric_back"):
        st.session_state["bank_rubric_edit"] = None
        st.rerun()
    left, right = st.columns([11, 9], gap="medium")
    with left:
        edited = _form(rubric_id, content)
    if edited != before:
        drafts.keep(PREFIX + rubric_id, content=edited)
    else:
        drafts.drop(PREFIX + rubric_id)
    with right:
        _checked(rubric_id, edited, stored)


def _checked(rubric_id: str, edited: Content, stored: Rubric | None) -> None:
    """Lint of the current draft, its preview, and the buttons."""
    text = write_yaml(edited)
    findings = rubrics.lint_text(text, rubric_id)
    section("ui_bank.lint")
    st.html(findings_html(findings, edited))
    rubric = _readable(text, rubric_id)
    if rubric is not None:
        section("ui_bank.preview")
        show_rubric(rubric)
    comment = st.text_input(tr("ui_bank.comment"), key=f"{_key(rubric_id)}_comment")
    save, drop = st.columns(2)
    wrong = rubric is None or any(finding.severity == "error" for finding in findings)
    same = stored is not None and rubric == stored
    if save.button(tr("ui_bank.save"), type="primary", key="bank_rubric_save", disabled=wrong or same, width="stretch"):
        with guarded():
            assert rubric is not None
            versions.save(rubric, stored, comment)
            drafts.drop(PREFIX + rubric_id)
            st.session_state["bank_rubric_saved"] = rubric.id
            st.toast(tr("ui_bank.saved"))
            _close(rubric_id)
    if drop.button(tr("ui_bank.drop_changes"), key="bank_rubric_drop", disabled=same, width="stretch"):
        drafts.drop(PREFIX + rubric_id)
        _close(rubric_id)


def _close(rubric_id: str) -> NoReturn:
    forget_rows(_key(rubric_id))
    st.session_state["bank_rubric_edit"] = None
    st.rerun()


def _readable(text: str, rubric_id: str) -> Rubric | None:
    try:
        return rubrics.parse(text, rubric_id)
    except RubricError:
        return None


def findings_html(findings: list[Finding], content: Content) -> str:
    """What is wrong and what grades badly, each with its place in words."""
    if not findings:
        return note_html(tr("ui_bank.lint_fine"), "good")
    kinds = {"error": "bad", "warning": ""}
    return "".join(
        f'<div class="ev-note {kinds[one.severity]}" role="note"><p>'
        f"<strong>{escape(tr(f'ui_bank.{one.severity}'))}</strong> "
        f"{escape(_place(one.where, content))}{escape(one.text())}</p></div>"
        for one in findings
    )


def _place(where: str, content: Content) -> str:
    """Where a finding is, by the criterion's name rather than by a path."""
    parts = where.split(".")
    if parts[0] != "criteria" or len(parts) < 2:
        return ""
    named = {item["id"]: item["name"] for item in content["criteria"]}
    found = content["criteria"][int(parts[1])]["name"] if parts[1].isdigit() else named.get(parts[1], "")
    return labelled(f"“{found}”", "") if found else ""


def _key(rubric_id: str) -> str:
    return f"bank_re_{rubric_id}"


def _form(rubric_id: str, content: Content) -> Content:
    """Draws all fields; returns the current content."""
    key = _key(rubric_id)
    section("ui_bank.rubric_head")
    head = {
        "title": _text(f"{key}_title", "ui_bank.rubric_title", content["title"]),
        "task": _text(f"{key}_task", "ui_bank.task", content["task"], tall=140),
        "form": _choice(f"{key}_form", "ui_bank.form", content["form"], {n: f"form_{n}" for n in scenario_forms()}),
        "pass_mark": _number(f"{key}_pass", "ui_bank.pass_mark", content["pass_mark"]),
        "out_of": _number(f"{key}_out_of", "ui_bank.out_of", content["out_of"]),
    }
    section("ui_bank.criteria")
    criteria = _criteria(f"{key}_crit", content["criteria"])
    names = {item["id"]: item["name"] or item["id"] for item in criteria}
    section("ui_bank.references")
    references = _references(f"{key}_refs", content["references"], names)
    section("ui_bank.explanations")
    fields = [Field("text", tr("bank.label_explanation"), "area", 5), Field("source", tr("ui_bank.source"), "text", 2)]
    explanations = edit_rows(
        f"{key}_expl",
        content["explanations"],
        fields,
        new={"text": "", "source": ""},
        add=tr("ui_bank.add_explanation"),
    )
    return {
        **content,
        **head,
        "criteria": criteria,
        "references": references,
        "explanations": _with_ids(explanations, "e"),
    }


def scenario_forms() -> tuple[str, ...]:
    """The forms that a response can have."""
    return get_args(Rubric.model_fields["form"].annotation)


def _criteria(key: str, criteria: list[Content]) -> list[Content]:
    """Each criterion in its own expander; criteria can be added and removed."""
    numbers = st.session_state.setdefault(f"{key}_open", list(range(len(criteria))))
    bases = st.session_state.setdefault(f"{key}_bases", dict(enumerate(criteria)))
    kept = {item["id"]: item for item in criteria}  # what the draft holds now, for fields whose memory has ended
    edited = []
    for number in numbers:
        base = kept.get(bases[number]["id"], bases[number])
        with st.expander(literal(base["name"]) or tr("ui_bank.new_criterion"), expanded=not base["name"]):
            edited.append(_criterion(f"{key}_{number}", base))
            st.button(
                tr("ui_bank.remove_criterion"), key=f"{key}_{number}_gone", icon=":material/delete:",
                on_click=_drop_criterion, args=(key, number), type="tertiary",
            )  # fmt: skip
    st.button(
        tr("ui_bank.add_criterion"), key=f"{key}_more", icon=":material/add:", on_click=_add_criterion, args=(key,)
    )
    return edited


def _criterion(key: str, base: Content) -> Content:
    kinds = {name: f"ui_bank.kind_{name}" for name in get_args(CriterionKind)}
    speakers = {name: f"ui_bank.speaker_{name}" for name in get_args(Speaker)}
    kind = _choice(f"{key}_kind", "ui_bank.kind", base["kind"], kinds)
    found = {
        **base,
        "name": _text(f"{key}_name", "ui_bank.name", base["name"]),
        "description": _text(f"{key}_about", "ui_bank.description", base["description"], tall=80),
        "kind": kind,
        "points": 0.0 if kind == "fatal" else _number(f"{key}_points", "bank.label_points", base["points"]) or 0.0,
        "speaker": _choice(f"{key}_speaker", "ui_bank.speaker", base["speaker"], speakers),
        "optional": _flag(f"{key}_optional", "ui_bank.optional", base["optional"]),
        "levels": [],
    }
    if kind not in ("fatal", "checklist"):
        found["levels"] = _levels(f"{key}_levels", base["levels"])
    fields = [
        Field("question", tr("ui_bank.check_question"), "text", 4),
        Field("yes", tr("ui_bank.check_yes"), "text", 2),
        Field("no", tr("ui_bank.check_no"), "text", 2),
    ]
    st.html(f'<p class="ev-dim">{escape(tr("ui_bank.checks"))}</p>')
    checks = edit_rows(
        f"{key}_checks", base["checks"], fields, new={"question": "", "yes": "", "no": ""}, add=tr("ui_bank.add_check")
    )
    return {
        **found,
        "checks": _with_ids(checks, "k"),
        "closing": _closing(f"{key}_closing", base.get("closing"), found),
    }


def _closing(key: str, base: Content | None, criterion: Content) -> Content | None:
    """How conversations that went badly and well end, one sentence per line; None while both are empty."""
    st.html(f'<p class="ev-dim">{escape(tr("ui_bank.closing"))}</p>')
    base = base or {"speaker": "agent" if criterion["speaker"] == "agent" else "customer", "low": [], "high": []}
    ends = {
        end: _text(f"{key}_{end}", f"ui_bank.closing_{end}", "\n".join(base[end]), tall=100) for end in ("low", "high")
    }
    lines = {end: [line.strip() for line in text.splitlines() if line.strip()] for end, text in ends.items()}
    if not any(lines.values()):
        return None
    speakers = {name: f"ui_bank.speaker_{name}" for name in ("customer", "agent")}
    return {**lines, "speaker": _choice(f"{key}_speaker", "ui_bank.closing_speaker", base["speaker"], speakers)}


def _levels(key: str, levels: list[Content]) -> list[Content]:
    """Levels from lowest to highest; a person has to confirm each level that the program proposed."""
    fields = [
        Field("points", tr("bank.label_points"), "number", 2),
        Field("description", tr("ui_bank.level_text"), "area", 6),
        Field("proposed", tr("ui_bank.proposed"), "flag", 2),
    ]
    st.html(f'<p class="ev-dim">{escape(tr("ui_bank.levels"))}</p>')
    new = {"points": (levels[-1]["points"] + 1 if levels else 0.0), "description": "", "proposed": False}
    return edit_rows(key, levels, fields, new=new, add=tr("ui_bank.add_level"))


def _references(key: str, references: list[Content], criteria: dict[str, str]) -> list[Content]:
    fields = [Field("text", tr("ui_bank.answer_text"), "area", 5), Field("source", tr("ui_bank.source"), "text", 2)]
    answers = edit_rows(
        key, references, fields, new={"text": "", "source": "", "key_points": []}, add=tr("ui_bank.add_answer")
    )
    answers = _with_ids(answers, "r")
    found = []
    for answer in answers:
        points = [
            Field("text", tr("ui_bank.key_point"), "text", 5),
            Field("criteria", tr("ui_bank.key_point_criteria"), "many", 3, criteria),
        ]
        st.html(f'<p class="ev-dim">{escape(tr("ui_bank.key_points_of", text=answer["text"][:30]))}</p>')
        rows = edit_rows(
            f"{key}_{answer['id']}_points",
            answer.get("key_points", []),
            points,
            new={"text": "", "criteria": []},
            add=tr("ui_bank.add_key_point"),
        )
        found.append({**answer, "key_points": _with_ids(rows, f"{answer['id']}-p")})
    return found


def _with_ids(rows: list[Content], prefix: str) -> list[Content]:
    """Gives new rows an id that no other row has."""
    taken = {row["id"] for row in rows if row.get("id")}
    named = []
    for row in rows:
        number = 1
        while not row.get("id") and f"{prefix}{number}" in taken:
            number += 1
        name = row.get("id") or f"{prefix}{number}"
        taken.add(name)
        named.append({**row, "id": name})
    return named


def _add_criterion(key: str) -> None:
    bases = st.session_state[f"{key}_bases"]
    number = max(bases, default=-1) + 1
    taken = {base["id"] for base in bases.values()}
    place = next(n for n in range(1, 1000) if f"c{n}" not in taken)
    levels = [{"points": points, "description": "", "proposed": False} for points in (0.0, 1.0)]
    bases[number] = {
        "id": f"c{place}", "name": "", "description": "", "kind": "score", "points": 1.0, "speaker": "agent",
        "optional": False, "levels": levels, "checks": [],
    }  # fmt: skip
    st.session_state[f"{key}_open"] = [*st.session_state[f"{key}_open"], number]


def _drop_criterion(key: str, number: int) -> None:
    st.session_state[f"{key}_open"] = [one for one in st.session_state[f"{key}_open"] if one != number]


def _text(key: str, label: str, value: str, tall: int = 0) -> str:
    held = held_text(key, value)
    if tall:
        return st.text_area(tr(label), value=held, key=key, height=tall)
    return st.text_input(tr(label), value=held, key=key)


def _number(key: str, label: str, value: float | None) -> float | None:
    st.session_state.setdefault(key, value)
    return st.number_input(tr(label), key=key, min_value=0.0, step=0.5, format="%g", value=None)


def _flag(key: str, label: str, value: bool) -> bool:
    hold(key, (False, True), value)
    return st.checkbox(tr(label), key=key)


def _choice(key: str, label: str, value: str, options: dict[str, str]) -> str:
    hold(key, options, value)
    return st.selectbox(tr(label), list(options), format_func=lambda name: tr(options[name]), key=key)
