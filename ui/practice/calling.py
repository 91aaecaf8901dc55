"""A call with a simulated customer on the page: choose, talk, hints, pause, another try, then self-assessment."""

from __future__ import annotations

import asyncio
from html import escape

import streamlit as st

from evaluator.errors import InputError
from evaluator.practice import Persona, load_persona, persona_files
from evaluator.practice import hand_in as hand_in_attempt
from evaluator.practice.call import (
    STOCK,
    Hint,
    LinePiece,
    Room,
    Talk,
    hint,
    hints_of,
    is_paused,
    load,
    note,
    say,
    start,
    usual_writer,
    waiting,
)
from evaluator.profiles import Profile
from evaluator.rubric import Rubric
from evaluator.storage import CallTurn, OwnPoint
from evaluator.transcript import Transcript
from ui.practice import entry
from ui.practice.mood import branch_label, show_branches, show_course
from ui.scorecard.scenario import show_rubric, usable
from ui.scorecard.view import section
from ui.shared import drafts, runner, stores
from ui.shared.choices import distinct, go_to, hold
from ui.shared.language import in_a_row, labelled, language, tr
from ui.shared.layout import guarded, problem, when
from ui.shared.literal import literal
from ui.shared.once import once

DRAFT = "practice_call"
REFRESH_S = 0.4
EARLIER = 20  # calls in the list to resume


def show_call() -> None:
    """The current call, the self-assessment after it, or the choice of a new one."""
    kept = drafts.load(DRAFT)
    if not kept.get("call"):
        _choose(kept)
        return
    try:
        talk = load(stores.records(), stores.owner(), kept["call"])
    except InputError:  # another database than the one of the draft
        drafts.drop(DRAFT)
        st.rerun()
    rubric = stores.records().rubrics.content(talk.call.rubric_digest)
    assert rubric is not None  # a foreign key of the call holds it
    if kept.get("grading"):
        _grade_yourself(talk, rubric)
    else:
        _talk(talk, rubric, kept)


def is_open() -> bool:
    """Whether the person at this page is in a call, so that a reload returns to it."""
    return bool(drafts.load(DRAFT).get("call"))


def begin_call(persona: Persona, rubric: Rubric, writer: str) -> None:
    """Begins a call and reads in advance what its first turn would wait for."""
    settings = stores.settings()
    talk = start(stores.records(), stores.owner(), rubric, persona, writer)
    drafts.keep(DRAFT, call=talk.id, behind=None, job=None, grading=None)

    async def work(job: runner.Job) -> None:
        async with Room(settings, writer) as room:
            await room.prepare(persona)

    runner.start("prepare", work)


def known_personas() -> dict[str, Persona]:
    """All personas with a usable rubric, by id; an unreadable file is reported and left out."""
    found = {}
    for path in persona_files(stores.settings()).values():
        with guarded():
            persona = load_persona(path)
            found[persona.id] = persona
    return {name: persona for name, persona in found.items() if persona.rubric in usable()}


def _choose(kept: dict[str, str]) -> None:
    personas, rubrics = known_personas(), usable()
    section("ui_practice.step_scenario")
    scenarios = distinct({name: rubrics[name].title for name in dict.fromkeys(one.rubric for one in personas.values())})
    ordered = sorted(scenarios, key=lambda name: rubrics[name].language != language())
    hold("call_rubric", ordered, kept.get("rubric") if kept.get("rubric") in scenarios else ordered[0])
    chosen = st.selectbox(tr("scenario"), ordered, format_func=scenarios.__getitem__, key="call_rubric")
    drafts.keep(DRAFT, rubric=chosen)
    show_rubric(rubrics[chosen])
    section("practice_call.step_customer")
    mine = {name: persona for name, persona in personas.items() if persona.rubric == chosen}
    labels = distinct({name: _titled(persona) for name, persona in mine.items()})
    hold("call_persona", list(mine), next(iter(mine)))
    st.html(f'<p class="ev-dim">{escape(next(iter(mine.values())).happened)}</p>')
    name = st.radio(
        tr("practice_call.customer"), list(mine), format_func=lambda one: literal(labels[one]), key="call_persona"
    )
    model = stores.settings().model
    writers = {model: tr("practice_call.by_model", model=literal(model)), STOCK: tr("practice_call.by_stock")}
    hold("call_writer", list(writers), usual_writer(model))
    writer = st.radio(
        tr("practice_call.writer"), list(writers), format_func=writers.__getitem__, key="call_writer", horizontal=True
    )
    if st.button(tr("practice_call.begin"), type="primary", icon=":material/call:", key="call_begin"):
        begin_call(mine[name], rubrics[chosen], writer)
        st.rerun()
    _earlier()


def _titled(persona: Persona) -> str:
    temper = tr(f"practice_call.temper_{persona.temper}")
    return literal(tr("practice_call.titled", name=persona.name, temper=temper, region=persona.speech.region))


def _earlier() -> None:
    """Calls to resume, newest first."""
    calls = stores.records().calls.all(stores.owner())[:EARLIER]
    if not calls:
        return
    section("practice_call.earlier")
    for call in calls:
        name = Persona.model_validate(call.persona).name
        label = tr("practice_call.earlier_line", at=when(call.at), name=literal(name), rubric=call.rubric_id)
        if st.button(label, key=f"call_open_{call.id}", icon=":material/history:", type="tertiary"):
            drafts.keep(DRAFT, call=call.id, behind=None, job=None, grading=None)
            st.rerun()


def _talk(talk: Talk, rubric: Rubric, kept: dict[str, str]) -> None:
    behind, job = kept.get("behind"), runner.find(kept.get("job"))
    busy = job is not None and not job.finished
    head, leave = st.columns([4, 1], vertical_alignment="center")
    head.html(f"<p><strong>{escape(talk.persona.name)}</strong> · {escape(rubric.title)}</p>")
    if leave.button(tr("practice_call.leave"), key="call_leave", icon=":material/call_end:"):
        drafts.keep(DRAFT, call=None, behind=None, job=None)
        st.rerun()
    with st.expander(tr("practice_call.case_title")):
        st.html(f"<p style='white-space:pre-wrap'>{escape(rubric.task)}</p>")
    path = talk.path(behind) if behind else talk.path()
    number = _show_turns(path, busy, again=len(talk.turns) > 1)
    if busy and job is not None:
        _stream(job.id)
    elif left := (None if behind else waiting(talk)):
        _unanswered(talk, left, job)
    elif talk.state(behind).ended:
        st.info(tr(f"practice_call.ended_{talk.state(behind).ended}"), icon=":material/call_end:")
    elif is_paused(talk) and not behind:
        st.info(tr("practice_call.paused_page"), icon=":material/pause:")
    else:
        _type(talk, behind, number)
    _buttons(talk, rubric, busy, behind)
    show_course(talk, behind)
    if len(talk.branches) > 1:
        show_branches(talk)


def _show_turns(path: list[CallTurn], busy: bool, again: bool) -> int:
    """The turns as bubbles, hints and pauses between them; returns the number of the trainee's next turn."""
    number, last = 0, ""
    for turn in path:
        if turn.kind == "agent":
            number += 1
            with st.chat_message("user", avatar=":material/headset_mic:"):
                words, retry = st.columns([12, 1], vertical_alignment="top")
                words.html(f'<p class="ev-place">{escape(turn.text)}</p>')
                retry.button(
                    "", key=f"call_retry_{turn.id}", icon=":material/replay:", type="tertiary", disabled=busy,
                    help=tr("practice_call.retry_help", number=number), on_click=_retry, args=(last,),
                )  # fmt: skip
        elif turn.kind == "customer":
            with st.chat_message("assistant", avatar=":material/person:"):
                st.html(f'<p class="ev-place">{escape(turn.text)}</p>')
        elif turn.kind == "hint":
            st.html(
                f'<p class="ev-dim">{escape(labelled(tr("practice_call.hint"), hint_text(Hint.model_validate(turn.body))))}</p>'
            )
        if turn.kind in ("agent", "customer"):
            last = turn.id
    return number + 1


def _retry(behind: str) -> None:
    drafts.keep(DRAFT, behind=behind)


def _type(talk: Talk, behind: str | None, number: int) -> None:
    if behind:
        st.html(f'<p class="ev-dim">{escape(tr("practice_call.retry_page", number=number))}</p>')
        if st.button(tr("practice_call.retry_back"), key="call_retry_back", type="tertiary"):
            drafts.keep(DRAFT, behind=None)
            st.rerun()
    typed = st.chat_input(tr("practice_call.say_here"), key="call_say")
    if typed:
        with guarded():
            turn = say(stores.records(), talk, typed, behind)
            drafts.keep(DRAFT, behind=None, job=_answer(talk, turn).id)
            st.rerun()


def _answer(talk: Talk, turn: CallTurn) -> runner.Job:
    """Begins the customer's answer; its pieces are the job's events."""
    settings, records, owner = stores.settings(), stores.records(), stores.owner()
    writer, call = talk.call.writer, talk.id

    async def work(job: runner.Job) -> str:
        fresh = await asyncio.to_thread(load, records, owner, call)
        said = ""
        async with Room(settings, writer) as room:
            async for words in room.answer(records, fresh, turn):
                said = _told(job, said, words)
        return said

    return runner.start("call", work, title=talk.persona.name)


def _told(job: runner.Job, said: str, words: LinePiece) -> str:
    said += words.text
    job.events[:] = [runner.Tick(0, 1, said)]
    return said


@st.fragment(run_every=REFRESH_S)
def _stream(job_id: str) -> None:
    """What the customer has said so far; the page is redrawn at the end."""
    job = runner.find(job_id)
    if job is None or job.finished:
        st.rerun()
    said = job.events[-1].text if job.events else ""
    with st.chat_message("assistant", avatar=":material/person:"):
        st.html(f'<p class="ev-place" aria-live="polite">{escape(said or tr("practice_call.thinking"))}</p>')


def _unanswered(talk: Talk, left: CallTurn, job: runner.Job | None) -> None:
    """The customer's answer failed or was cut off: the turn is kept, and the customer can be asked again."""
    if job is not None and job.error is not None:
        problem(job.error)
    if st.button(tr("practice_call.ask_again"), key="call_ask_again", icon=":material/refresh:"):
        drafts.keep(DRAFT, job=_answer(talk, left).id)
        st.rerun()


def _buttons(talk: Talk, rubric: Rubric, busy: bool, behind: str | None) -> None:
    spoken = any(turn.kind == "agent" for turn in talk.said())
    over = bool(talk.state().ended)
    one, two, three = st.columns(3)
    if one.button(
        tr("practice_call.hint"), key="call_hint", icon=":material/lightbulb:", width="stretch",
        disabled=busy or over or bool(behind) or waiting(talk) is not None or is_paused(talk),
    ):  # fmt: skip
        hint(stores.records(), talk, rubric)
        st.rerun()
    paused = is_paused(talk)
    if two.button(
        tr("practice_call.go_on" if paused else "practice_call.pause"), key="call_pause", width="stretch",
        icon=":material/play_arrow:" if paused else ":material/pause:", disabled=busy or over or bool(behind),
    ):  # fmt: skip
        note(stores.records(), talk, "resume" if paused else "pause")
        st.rerun()
    if three.button(
        tr("practice_call.finish"), key="call_finish", icon=":material/school:", type="primary" if over else "secondary",
        width="stretch", disabled=busy or not spoken or bool(behind),
    ):  # fmt: skip
        drafts.keep(DRAFT, grading=True)
        st.rerun()


def hint_text(one: Hint) -> str:
    """A hint in words."""
    text = tr(f"practice_call.event_{one.event}") if one.event else one.topic or one.point
    return tr(f"practice_call.hint_{one.kind}", text=text)


def _grade_yourself(talk: Talk, rubric: Rubric) -> None:
    """The branch to grade, the self-assessment, and the grading by the normal path."""
    if st.button(tr("practice_call.back_to_call"), key="call_back", icon=":material/arrow_back:"):
        drafts.keep(DRAFT, grading=None)
        st.rerun()
    tips = {turn.id: turn for turn in talk.branches if any(one.kind == "agent" for one in talk.said(turn.id))}
    tip = next(reversed(tips))
    if len(tips) > 1:
        labels = distinct({name: branch_label(talk, name) for name in tips})
        hold("call_tip", list(tips), tip)
        tip = st.radio(
            tr("practice_call.which_branch"), list(tips), format_func=lambda one: literal(labels[one]), key="call_tip"
        )
    if given := hints_of(talk, tip):
        st.caption(tr("practice_call.hints_used", count=len(given), text=literal(in_a_row(map(hint_text, given)))))
    transcript = talk.transcript(tip)
    with st.expander(tr("transcript"), expanded=True):
        st.html(
            "".join(
                f"<p><strong>{escape(turn.speaker or '')}</strong> {escape(turn.text)}</p>" for turn in transcript.turns
            )
        )
    section("ui_practice.step_own")
    st.html(f'<p class="ev-dim">{escape(tr("ui_practice.own_first"))}</p>')
    key = f"{rubric.id}-{talk.id}"
    own = {item.id: point for item in rubric.criteria if (point := entry.grade_yourself(item, key)) is not None}
    entry.finish(rubric, own, lambda profile: _begin_grading(talk, rubric, transcript, own, profile))


def _begin_grading(
    talk: Talk, rubric: Rubric, transcript: Transcript, own: dict[str, OwnPoint], profile: Profile | None
) -> None:
    owner, settings, records = stores.owner(), stores.settings(), stores.records()

    async def work(job: runner.Job) -> object:
        attempt = await hand_in_attempt(
            records, rubric, transcript, own, owner=owner, settings=settings, profile=profile, report=runner.listen(job)
        )
        await asyncio.to_thread(note, records, talk, "attempt", {"attempt": attempt.id})
        return attempt

    job = once("practice", lambda: runner.start("practice", work, title=rubric.title))
    drafts.keep(entry.DRAFT, job=job.id)
    drafts.drop(DRAFT)
    go_to("practice_view", "write")
