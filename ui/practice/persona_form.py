"""Custom customers: a form over every field of a persona, checked while typing, tried in a call, saved as a file."""

from __future__ import annotations

from html import escape
from typing import Any, get_args

import streamlit as st

from evaluator.encoding import write_yaml
from evaluator.errors import RubricError
from evaluator.practice import Event, Persona, StockLines, lint_persona, parse_persona, write_persona
from evaluator.rubrics import Finding, WrongRubric
from ui.bank.rows import Field, edit_rows, forget_rows
from ui.practice import calling
from ui.scorecard.scenario import usable
from ui.scorecard.view import section
from ui.shared import drafts, stores
from ui.shared.choices import distinct, go_to, held_text, hold
from ui.shared.language import tr
from ui.shared.layout import guarded, tell_later
from ui.shared.literal import literal
from ui.shared.notes import note_html

DRAFT = "practice_persona"
KEY = "persona_form"
Content = dict[str, Any]
CALMS: tuple[Event, ...] = get_args(Event)[:11]
ENRAGES: tuple[Event, ...] = get_args(Event)[11:]


def show_personas() -> None:
    """The form if a persona is being written, otherwise the choice of one to start from."""
    content = drafts.load(DRAFT).get("content")
    if content is None:
        _choose()
    else:
        _edit(content)


def _choose() -> None:
    st.html(f'<p class="ev-dim">{escape(tr("practice_call.form_intro"))}</p>')
    known = calling.known_personas()
    rubrics = usable()
    labels = distinct(
        {name: literal(f"{rubrics[one.rubric].title} · {one.name} ({name})") for name, one in known.items()}
    )
    hold("persona_from", list(known), next(iter(known)))
    name = st.selectbox(tr("practice_call.form_start"), list(known), format_func=labels.__getitem__, key="persona_from")
    if st.button(tr("practice_call.form_edit"), key="persona_edit", icon=":material/edit:", type="primary"):
        _forget()
        drafts.keep(DRAFT, content=known[name].model_dump(mode="json"))
        st.rerun()


def _edit(content: Content) -> None:
    if st.button(tr("practice_call.form_back"), key="persona_back", icon=":material/arrow_back:"):
        _forget()
        drafts.drop(DRAFT)
        st.rerun()
    left, right = st.columns([11, 9], gap="medium")
    with left:
        edited = _form(content)
    drafts.keep(DRAFT, content=edited)
    with right:
        _checked(edited)


def _checked(edited: Content) -> None:
    """What is wrong with the current persona, and the buttons."""
    section("practice_call.form_check")
    persona, findings = read(edited)
    st.html(findings_html(findings))
    wrong = persona is None or any(one.severity == "error" for one in findings)
    try_it, save = st.columns(2)
    if try_it.button(
        tr("practice_call.form_try"), key="persona_try", icon=":material/call:", disabled=wrong, width="stretch"
    ):
        assert persona is not None
        with guarded():
            calling.begin_call(persona, usable()[persona.rubric], stores.settings().model)
            go_to("practice_view", "call")
    if save.button(tr("practice_call.form_save"), key="persona_save", type="primary", disabled=wrong, width="stretch"):
        assert persona is not None
        with guarded():
            write_persona(persona, stores.settings())
            tell_later("practice_call.form_saved")
            _forget()
            drafts.drop(DRAFT)
            st.rerun()


def read(content: Content) -> tuple[Persona | None, list[Finding]]:
    """The persona in the form, None if it is invalid, and everything that is wrong with it."""
    try:
        persona = parse_persona(write_yaml(content))
    except WrongRubric as wrong:
        return None, list(wrong.findings)
    except RubricError as error:
        return None, [Finding(severity="error", code=error.code, where="", values=error.values)]
    return persona, lint_persona(persona, usable().get(persona.rubric))


def findings_html(findings: list[Finding]) -> str:
    """What is wrong and what would spoil a call, one note each."""
    if not findings:
        return note_html(tr("practice_call.form_fine"), "good")
    kinds = {"error": "bad", "warning": ""}
    return "".join(
        f'<div class="ev-note {kinds[one.severity]}" role="note"><p>'
        f"<strong>{escape(tr(f'ui_bank.{one.severity}'))}</strong> {escape(one.where)} {escape(one.text())}</p></div>"
        for one in findings
    )


def _form(content: Content) -> Content:
    """Draws all fields; returns the current content."""
    one, two = st.columns(2)
    with one:
        head = {"id": _text("id", "form_id", content["id"]), "name": _text("name", "form_name", content["name"])}
    with two:
        head["temper"] = _choice("temper", "form_temper", content["temper"], Persona, "temper")
        head["channel"] = _choice("channel", "form_channel", content["channel"], Persona, "channel")
    head["happened"] = _text("happened", "form_happened", content["happened"], tall=True)
    section("practice_call.form_facts")
    facts = _facts(content["facts"])
    wants = _lines("wants", "form_wants", content["wants"])
    section("practice_call.form_moves")
    calms = _weights("calms", CALMS, content["calms"])
    enrages = _weights("enrages", ENRAGES, content["enrages"])
    mood = st.slider(tr("practice_call.form_mood"), 0, 10, _start("mood", content["mood"]), key=f"{KEY}_mood")
    patience = st.slider(
        tr("practice_call.form_patience"), 2, 20, _start("patience", content["patience"]), key=f"{KEY}_patience"
    )
    region = _text("region", "form_region", content["speech"]["region"])
    samples = _lines("samples", "form_samples", content["speech"]["samples"])
    with st.expander(tr("practice_call.form_lines")):
        lines = {
            name: _lines(f"line_{name}", f"line_{name}", content["lines"][name]) for name in StockLines.model_fields
        }
    return {
        **content,
        **head,
        "facts": facts,
        "wants": wants,
        "calms": calms,
        "enrages": enrages,
        "mood": mood,
        "patience": patience,
        "speech": {**content["speech"], "region": region, "samples": samples},
        "lines": lines,
    }


def _facts(facts: list[Content]) -> list[Content]:
    fields = [
        Field("says", tr("practice_call.form_says"), "area", 4),
        Field("hidden", tr("practice_call.form_hidden"), "flag", 1),
        Field("asked_about", tr("practice_call.form_asked_about"), "text", 2),
        Field("giveaways", tr("practice_call.form_giveaways"), "text", 2),
    ]
    rows = [{**fact, "giveaways": ", ".join(fact["giveaways"])} for fact in facts]
    new = {"says": "", "hidden": False, "asked_about": "", "giveaways": ""}
    edited = edit_rows(f"{KEY}_facts", rows, fields, new=new, add=tr("practice_call.form_add_fact"))
    known = {row["id"] for row in edited if row.get("id")}
    free = (f"fact{number}" for number in range(1, 1000) if f"fact{number}" not in known)
    return [
        {
            "id": row.get("id") or next(free),
            "says": row["says"],
            "hidden": bool(row["hidden"]),
            "asked_about": row["asked_about"] if row["hidden"] else "",
            "giveaways": _split(row["giveaways"]) if row["hidden"] else [],
        }
        for row in edited
    ]


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.replace("，", ",").replace("、", ",").split(",") if part.strip()]


def _weights(name: str, events: tuple[Event, ...], weights: dict[str, float]) -> dict[str, float]:
    """What moves the customer, and how much: a slider for each chosen event."""
    labels = {event: tr(f"practice_call.event_{event}") for event in events}
    key = f"{KEY}_{name}"
    if key not in st.session_state:
        st.session_state[key] = [event for event in events if event in weights]
    chosen = st.multiselect(
        tr(f"practice_call.form_{name}"), list(events), format_func=labels.__getitem__, key=key,
        placeholder=tr("ui_bank.choose"),
    )  # fmt: skip
    columns = st.columns(3)
    return {
        event: columns[place % 3].slider(
            labels[event],
            0.5,
            3.0,
            _start(f"{name}_{event}", float(weights.get(event, 1.0))),
            0.5,
            key=f"{key}_{event}",
        )
        for place, event in enumerate(chosen)
    }


def _start(name: str, value: Any) -> Any:
    """The value of a slider at its first drawing; None later, since it then has its own."""
    return st.session_state.get(f"{KEY}_{name}", value)


def _text(name: str, label: str, value: str, *, tall: bool = False) -> str:
    key = f"{KEY}_{name}"
    draw = st.text_area if tall else st.text_input
    return draw(tr(f"practice_call.{label}"), value=held_text(key, value), key=key).strip()


def _lines(name: str, label: str, lines: list[str]) -> list[str]:
    key = f"{KEY}_{name}"
    typed = st.text_area(tr(f"practice_call.{label}"), value=held_text(key, "\n".join(lines)), key=key, height=80)
    return [line.strip() for line in typed.splitlines() if line.strip()]


def _choice(name: str, label: str, value: str, model: type[Persona], field: str) -> str:
    options = get_args(model.model_fields[field].annotation)
    key = f"{KEY}_{name}"
    hold(key, options, value)
    names = {option: tr(f"practice_call.{field}_{option}") for option in options}
    return str(st.selectbox(tr(f"practice_call.{label}"), list(options), format_func=names.__getitem__, key=key))


def _forget() -> None:
    forget_rows(KEY)
