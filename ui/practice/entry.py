"""Practice, before the result: a scenario, the trainee's text, and their own grade for every criterion."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from evaluator.practice import hand_in as hand_in_attempt
from evaluator.practice import own_total
from evaluator.profiles import Profile
from evaluator.rubric import Criterion, Rubric
from evaluator.storage import OwnPoint
from evaluator.transcript import Transcript
from ui.scorecard.handed_in import Handed, hand_in
from ui.scorecard.profile_choice import choose_profile
from ui.scorecard.proposal import show_proposal
from ui.scorecard.scenario import choose_rubric
from ui.scorecard.transcript_view import confirm_roles, edit_roles, show_assumptions, show_transcript
from ui.scorecard.view import section
from ui.shared import drafts, runner, stores
from ui.shared.choices import distinct, held_text, hold, hold_several
from ui.shared.language import labelled, listed, tr
from ui.shared.layout import out_of
from ui.shared.literal import literal
from ui.shared.once import once

DRAFT = "practice"
_SCALES = {"penalty": "ui_practice.takes_points", "bonus": "ui_practice.adds_points"}


def enter() -> None:
    """Everything before the grading, from top to bottom; what is typed and chosen is kept at once."""
    kept = drafts.load(DRAFT)
    section("ui_practice.step_scenario")
    rubric = choose_rubric("practice", chosen=kept.get("rubric"))
    if rubric is None:
        return
    drafts.keep(DRAFT, rubric=rubric.id)
    section("ui_practice.step_text")
    handed = hand_in("practice", DRAFT, rubric)
    if not handed:
        st.html(f'<p class="ev-empty">{escape(tr("ui_practice.text_missing"))}</p>')
        return
    picked = _pick(handed)
    show_proposal("practice", picked.transcript, rubric)
    one = _understood(picked)
    section("ui_practice.step_own")
    st.html(f'<p class="ev-dim">{escape(tr("ui_practice.own_first"))}</p>')
    own = {item.id: given for item in rubric.criteria if (given := grade_yourself(item, rubric.id)) is not None}
    transcript = one.transcript

    def hand_over(profile: Profile | None) -> None:
        job = once("practice", lambda: begin(rubric, transcript, own, profile))
        drafts.keep(DRAFT, job=job.id)
        st.rerun()

    finish(rubric, own, hand_over)


def _pick(handed: list[Handed]) -> Handed:
    if len(handed) == 1:
        return handed[0]
    names = distinct({one.key: one.label or tr("pasted_text") for one in handed})
    hold("practice_which", names, handed[0].key)
    chosen = st.radio(
        tr("ui_practice.which_text"), list(names), format_func=lambda one: literal(names[one]), key="practice_which"
    )
    return next(one for one in handed if one.key == chosen)


def _understood(one: Handed) -> Handed:
    """Shows how the text was read, and lets the trainee say which speaker they are."""
    with st.expander(tr("ui_practice.understood"), expanded=bool(one.transcript.assumptions)):
        show_assumptions(one.transcript)
        roles = edit_roles(one.transcript, f"practice_{one.key}")
        one = one.with_roles(roles, confirmed=confirm_roles(one.transcript, f"practice_{one.key}"))
        show_transcript(one.transcript, prefix="own-")
    return one


def grade_yourself(item: Criterion, rubric_id: str) -> OwnPoint | None:
    """One criterion: its levels to choose from, and room for a reason; None until a level is chosen."""
    key = f"practice_own_{rubric_id}_{item.id}"
    with st.container(border=True):
        points = _checked(item, key) if item.kind == "checklist" else _level(item, key)
        _restore(f"{key}_why", "")
        why = st.text_input(
            tr("ui_practice.why"), value=held_text(f"{key}_why"), key=f"{key}_why", placeholder=tr("ui_practice.why_hint"), on_change=_keep,
            args=(f"{key}_why",),
        )  # fmt: skip
    return None if points is None else OwnPoint(points=points, comment=why.strip())


def _level(item: Criterion, key: str) -> float | None:
    """Levels as a list of choices, lowest first; for a fatal item, whether it happened."""
    fatal = item.kind == "fatal"
    steps = [0.0, 1.0] if fatal else [level.points for level in item.levels]
    words = [tr("fatal_not"), tr("fatal_happened")] if fatal else [level.description for level in item.levels]
    labels = [
        word if fatal else tr("ui_practice.level_choice", points=f"{points:g}", text=literal(word))
        for points, word in zip(steps, words, strict=True)
    ]
    _restore(key, None)
    hold(key, range(len(steps)))
    place = st.radio(
        _titled(item), range(len(steps)), format_func=labels.__getitem__, key=key, on_change=_keep, args=(key,)
    )
    return None if place is None else steps[place]


def _checked(item: Criterion, key: str) -> float | None:
    """A checklist: the user chooses what was done; an empty choice counts once the user confirms it."""
    names = {check.id: check.question for check in item.checks}
    _restore(key, [])
    hold_several(key, names)
    chosen = st.multiselect(
        _titled(item), list(names), format_func=names.__getitem__, key=key, on_change=_keep, args=(key,),
        placeholder=tr("ui_practice.checks_hint"),
    )  # fmt: skip
    _restore(f"{key}_none", False)
    hold(f"{key}_none", (False, True), False)
    none = st.checkbox(
        tr("ui_practice.none_done"), key=f"{key}_none", disabled=bool(chosen), on_change=_keep, args=(f"{key}_none",)
    )
    return item.points * len(chosen) / len(item.checks) if chosen or none else None


def _titled(item: Criterion) -> str:
    scale = "" if item.kind == "fatal" else tr(_SCALES.get(item.kind, "ui_practice.of_points"), most=f"{item.points:g}")
    kind = "" if item.kind in ("score", "checklist") else f" · {tr(f'kind_{item.kind}')}"
    title = f"**{literal(item.name)}**{scale}{kind}"
    return labelled(title, literal(item.description)) if item.description else title


def finish(rubric: Rubric, own: dict[str, OwnPoint], hand_over: Callable[[Profile | None], None]) -> None:
    """The trainee's own total, and the button that calls `hand_over` once every criterion has a grade."""
    left = [item.name for item in rubric.criteria if item.id not in own]
    if left:
        st.html(f'<p class="ev-dim">{escape(tr("ui_practice.still_open", names=listed(left)))}</p>')
    else:
        total = tr("ui_practice.own_total", total=out_of(own_total(rubric, own), rubric.max_points))
        st.html(f"<p><strong>{escape(total)}</strong></p>")
    profile = choose_profile("practice", rubric)
    if st.button(
        tr("ui_practice.hand_in"), type="primary", icon=":material/school:", key="practice_go", disabled=bool(left)
    ):
        hand_over(profile)


def begin(
    rubric: Rubric, transcript: Transcript, own: dict[str, OwnPoint], profile: Profile | None = None
) -> runner.Job:
    """Stores the own grades and begins the grading; the job's result is the attempt."""
    owner, settings, records = stores.owner(), stores.settings(), stores.records()

    async def work(job: runner.Job) -> object:
        return await hand_in_attempt(
            records, rubric, transcript, own, owner=owner, settings=settings, profile=profile, report=runner.listen(job)
        )

    return runner.start("practice", work, title=rubric.title)


def forget_typed() -> None:
    """An empty form, with the same scenario chosen."""
    drafts.keep(DRAFT, text=None, own=None, job=None)
    for name in [name for name in st.session_state if str(name).startswith("practice_")]:
        if name not in ("practice_rubric", "practice_view"):
            del st.session_state[name]


def _restore(key: str, default: object) -> None:
    if key not in st.session_state:
        st.session_state[key] = drafts.load(DRAFT).get("own", {}).get(key, default)


def _keep(key: str) -> None:
    own = {**drafts.load(DRAFT).get("own", {}), key: st.session_state.get(key)}
    drafts.keep(DRAFT, own=own)
