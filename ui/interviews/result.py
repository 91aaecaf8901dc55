"""One interview: its segments, corrected with a click, its points, the panel's, the decision, and the download."""

from __future__ import annotations

from html import escape

import streamlit as st

from evaluator.interviews import (
    DECISIONS,
    Found,
    Interview,
    Piece,
    correct_segments,
    decide,
    doubt_text,
    give_points,
    grade_interview,
    interview_blocks,
    open_interview,
    outcome_row,
    result_text,
)
from ui.scorecard.view import section
from ui.shared import drafts, runner, stores
from ui.shared.choices import hold
from ui.shared.documents import offer_document
from ui.shared.language import language, tr
from ui.shared.layout import guarded, out_of, tell_later
from ui.shared.literal import literal
from ui.shared.once import again, once
from ui.shared.progress import watch

AROUND = "-"


def show_interview(interview_id: str, *, name: str | None = None) -> None:
    """Everything about one interview, if it is this person's."""
    interview = opened(interview_id)
    title = interview.candidate if name is None else name
    st.html(f'<h2 class="ev-h2">{escape(title or interview.paper.title)}</h2>')
    job = runner.find(drafts.load(f"interview-{interview.id}").get("job"))
    if job is not None and not job.finished:
        watch(job)
        return
    watch(job)
    again(f"grade-{interview.id}")
    _grade_button(interview)
    if interview.outcomes:
        _results(interview, name)
    section("ui_interview.segments")
    _segments(interview)


def opened(interview_id: str) -> Interview:
    """The interview, if the person at this page may see it; another's gets the same answer as a missing one."""
    from evaluator.errors import InputError

    interview = open_interview(stores.records(), interview_id)
    if not stores.may_see(interview.owner):
        raise InputError("storage_unknown_id", id=interview_id)
    return interview


def _grade_button(interview: Interview) -> None:
    left = [one for one in interview.found.asked if interview.outcome(one) is None]
    if not left:
        return
    if interview.found.doubts:
        st.info(tr("ui_interview.doubts_first", count=len(interview.found.doubts)), icon=":material/help:")
    label = tr("ui_interview.grade", count=len(left))
    if st.button(label, type="primary", icon=":material/fact_check:", key="interview_grade"):
        job = once(f"grade-{interview.id}", lambda: _grade(interview))
        drafts.keep(f"interview-{interview.id}", job=job.id)
        st.rerun()


def _grade(interview: Interview) -> runner.Job:
    records, settings = stores.records(), stores.settings()

    async def work(job: runner.Job) -> str:
        def tell(done: int, total: int, text: str) -> None:
            job.events[:] = [runner.Tick(done, total, text)]

        done = await grade_interview(records, interview.id, settings=settings, on_question=tell)
        return done.id

    return runner.start("interview-grade", work, title=interview.candidate or interview.paper.title)


def _results(interview: Interview, name: str | None) -> None:
    section("ui_interview.result")
    st.html(f"<p><strong>{escape(result_text(interview.result, language()))}</strong></p>")
    rows = [outcome_row(one, interview.outcome(one.id), language()) for one in interview.paper.questions]
    head = [tr(f"interview.column_{column}") for column in ("question", "points", "most", "state", "review")]
    st.html(_table(head, [[_shown(value) for value in row] for row in rows]))
    cards = stores.records().many([one.grading for one in interview.outcomes if one.grading])
    for question in interview.paper.questions:
        outcome = interview.outcome(question.id)
        card = cards.get(outcome.grading or "") if outcome else None
        if card is not None and outcome is not None:
            with st.expander(
                literal(f"{question.number}. {question.text} · {out_of(outcome.points, outcome.max_points)}")
            ):
                for verdict in card.verdicts:
                    quotes = "".join(f"<li>“{escape(item.text)}” ({item.turn})</li>" for item in verdict.evidence)
                    st.html(f"<p><strong>{escape(verdict.name)}</strong></p><ul class='ev-list'>{quotes}</ul>")
    _panel(interview)
    decisions = stores.records().interviews.decisions([interview.id])
    _decision(interview, decisions[-1].decision if decisions else "", decisions[-1].text if decisions else "")
    chosen = language()
    decision = decisions[-1] if decisions else None
    offer_document(
        f"interview_{interview.id}",
        name or interview.candidate or interview.id,
        lambda: interview_blocks(interview, cards, decision, language=chosen, name=name),
    )


def _panel(interview: Interview) -> None:
    """An interviewer's own points, one field per question."""
    with st.expander(tr("ui_interview.own_points")):
        who = st.text_input(tr("ui_interview.who"), value=stores.person(), key=f"panel_who_{interview.id}").strip()
        given = {question.id: _field(interview, question.id) for question in interview.paper.questions}
        if st.button(tr("ui_interview.save_points"), key=f"panel_save_{interview.id}", disabled=not who):
            stores.remember_person(who)
            with guarded():
                for question, points in given.items():
                    if points is not None:
                        give_points(stores.records(), interview, question, points, who=who)
                st.success(tr("ui_interview.points_saved"))


def _field(interview: Interview, question_id: str) -> float | None:
    question = interview.paper.question(question_id)
    return st.number_input(
        literal(f"{question.number}. {question.text[:40]}"),
        min_value=0.0,
        max_value=question.points,
        value=None,
        step=0.5,
        key=f"panel_{interview.id}_{question_id}",
    )


def _decision(interview: Interview, decision: str, text: str) -> None:
    with st.expander(tr("interview.decision"), expanded=bool(decision)):
        hold(f"decision_{interview.id}", DECISIONS, decision or None)
        chosen = st.segmented_control(
            tr("interview.decision"),
            DECISIONS,
            format_func=lambda one: tr(f"interview.decision_{one}"),
            key=f"decision_{interview.id}",
            label_visibility="collapsed",
        )
        why = st.text_area(tr("ui_interview.reasons"), value=text, key=f"decision_text_{interview.id}")
        if st.button(tr("ui_interview.save_decision"), key=f"decision_save_{interview.id}", disabled=not chosen):
            if (chosen, why) != (decision, text):
                decide(stores.records(), interview, str(chosen), why, who=stores.person() or stores.owner())
            st.success(tr("ui_interview.decision_saved"))


def _segments(interview: Interview) -> None:
    """Every piece with its question; choosing another question stores it at once."""
    st.html(f'<p class="ev-dim">{escape(tr("ui_interview.segments_help"))}</p>')
    if interview.found.doubts and st.button(
        tr("ui_interview.all_right"), key="interview_settle", icon=":material/check:"
    ):
        correct_segments(stores.records(), interview, interview.found.settled())
        st.rerun()
    doubts = {doubt.turn: doubt for doubt in interview.found.doubts}
    options = _options(interview)
    colours = {question.id: f"k{place % 8 + 1}" for place, question in enumerate(interview.paper.questions)}
    for piece in interview.found.pieces:
        turn = interview.transcript.turn(piece.turn)
        words, choice = st.columns([3, 1], vertical_alignment="center")
        mark = colours.get(piece.questions[0], "") if piece.questions else ""
        said = escape(turn.text[piece.start : piece.end])
        who = escape(turn.speaker or tr(f"role_{turn.role}"))
        look = doubts.get(piece.turn)
        note = f'<br><span class="ev-dim">? {escape(doubt_text(look, language()))}</span>' if look else ""
        words.html(f'<p class="ev-piece"><mark class="{mark}">{who}</mark> {said}{note}</p>')
        key = f"piece_{interview.id}_{piece.turn}_{piece.start}"
        st.session_state[key] = _named(piece)
        choice.selectbox(
            tr("ui_interview.belongs_to", turn=piece.turn),
            list(options),
            format_func=options.__getitem__,
            key=key,
            label_visibility="collapsed",
            on_change=_move,
            args=(interview, piece, key),
        )


def _options(interview: Interview) -> dict[str, str]:
    """The choices: around the questions, each question, and the pairs that were asked together."""
    names = {question.id: f"{question.number}. {question.text[:18]}" for question in interview.paper.questions}
    pairs = {_named(piece) for piece in interview.found.pieces if len(piece.questions) > 1}
    numbers = {question.id: question.number for question in interview.paper.questions}
    both = {pair: " + ".join(numbers[one] for one in pair.split("+")) for pair in sorted(pairs)}
    return {AROUND: tr("interview.around"), **names, **both}


def _named(piece: Piece) -> str:
    return "+".join(piece.questions) or AROUND


def _move(interview: Interview, piece: Piece, key: str) -> None:
    wanted = st.session_state[key]
    questions = () if wanted == AROUND else tuple(wanted.split("+"))
    found: Found = interview.found.moved(piece.turn, questions, start=piece.start, end=piece.end)
    correct_segments(stores.records(), interview, found)
    tell_later("ui_interview.moved")


def _table(head: list[str], rows: list[list[str]]) -> str:
    top = "".join(f"<th scope='col'>{escape(one)}</th>" for one in head)
    body = "".join(f"<tr>{''.join(f'<td>{escape(one)}</td>' for one in row)}</tr>" for row in rows)
    return f'<div style="overflow-x:auto"><table class="ev-table"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _shown(value: object) -> str:
    from evaluator.reports import shown

    return shown(value)  # type: ignore[arg-type]
