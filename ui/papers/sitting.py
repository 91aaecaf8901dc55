"""A paper in progress: begin, answer, pause, resume, hand in, and the review."""

from __future__ import annotations

from html import escape

import streamlit as st

from evaluator import sittings
from evaluator.exams import ExamPaper, ExamQuestion
from evaluator.sittings import Sitting, grade_sitting, open_sitting, review_blocks
from ui.scorecard.view import section
from ui.shared import drafts, runner, stores
from ui.shared.documents import offer_document
from ui.shared.language import language, tr
from ui.shared.layout import guarded, out_of
from ui.shared.literal import literal
from ui.shared.once import again, once
from ui.shared.papers import choose_paper
from ui.shared.progress import watch

DRAFT = "paper"


def show_sitting() -> None:
    """The state of a paper for the person at this page."""
    kept = drafts.load(DRAFT)
    if not kept.get("sitting"):
        _begin()
        return
    again("paper")
    sitting = open_sitting(stores.records(), kept["sitting"])
    job = runner.find(kept.get("job"))
    if job is not None and not job.finished:
        watch(job)
    elif sitting.state == "submitted":
        watch(job)
        _handed_in(sitting)
    elif sitting.state == "paused":
        _paused(sitting)
    else:
        _answer(sitting)


def _begin() -> None:
    with guarded():
        minutes = st.number_input(tr("ui_paper.minutes"), min_value=1.0, value=None, step=5.0, key="paper_minutes", placeholder=tr("ui_paper.minutes_hint"))  # fmt: skip
        partial = st.toggle(tr("ui_paper.partial"), key="paper_partial")
        paper = choose_paper("paper", minutes=minutes, policy="partial" if partial else "all_or_nothing")
        if paper is None:
            return
        st.html(f'<p class="ev-dim">{escape(_about(paper))}</p>')
        name = st.text_input(tr("ui_paper.name"), value=stores.person(), key="paper_name")
        if st.button(tr("ui_paper.begin"), type="primary", icon=":material/play_arrow:", key="paper_begin"):
            sitting = once(
                "paper", lambda: sittings.begin(stores.records(), paper, candidate=name, owner=stores.owner())
            )
            drafts.keep(DRAFT, sitting=sitting, job=None)
            st.rerun()


def _about(paper: ExamPaper) -> str:
    parts = [
        tr("ui_paper.count", count=len(paper.questions)),
        tr("paper.points_in_all", points=f"{paper.max_points:g}"),
    ]
    parts += [tr("paper.minutes", minutes=f"{paper.minutes:g}")] if paper.minutes else []
    parts += [tr("paper.pass_mark", points=f"{paper.pass_mark:g}")] if paper.pass_mark is not None else []
    return " · ".join(parts)


def _paused(sitting: Sitting) -> None:
    st.info(tr("ui_paper.is_paused", title=literal(sitting.paper.title)), icon=":material/pause:")
    if st.button(tr("ui_paper.resume"), type="primary", icon=":material/play_arrow:", key="paper_resume"):
        sittings.resume(stores.records(), sitting.id)
        st.rerun()


def _answer(sitting: Sitting) -> None:
    if sitting.clock.left_s is not None:
        _clock(sitting.id)
    for part in sitting.paper.sections:
        if part.title:
            st.html(f'<h2 class="ev-h2">{escape(part.title)}</h2>')
        for question in sitting.paper.of_section(part.id):
            with st.container(border=True):
                _question(sitting, question)
    done = sum(bool(sitting.answers.get(one.id, "").strip()) for one in sitting.paper.questions)
    st.progress(
        done / len(sitting.paper.questions), text=tr("ui_paper.answered", done=done, total=len(sitting.paper.questions))
    )
    with st.container(horizontal=True):
        if st.button(tr("ui_paper.pause"), icon=":material/pause:", key="paper_pause"):
            sittings.pause(stores.records(), sitting.id)
            st.rerun()
        sure = done == len(sitting.paper.questions) or st.checkbox(tr("ui_paper.hand_in_anyway"), key="paper_sure")
        if st.button(tr("ui_paper.hand_in"), type="primary", disabled=not sure, key="paper_submit"):
            _hand_in(sitting)


def _hand_in(sitting: Sitting) -> None:
    sittings.submit(stores.records(), sitting.id)
    job = once(f"submit-{sitting.id}", lambda: _grade(sitting))
    drafts.keep(DRAFT, job=job.id)
    st.rerun()


def _grade(sitting: Sitting) -> runner.Job:
    records, settings = stores.records(), stores.settings()

    async def work(job: runner.Job) -> str:
        def tell(done: int, total: int, text: str) -> None:
            job.events[:] = [runner.Tick(done, total, text)]

        return (await grade_sitting(records, sitting.id, settings=settings, on_question=tell)).id

    return runner.start("paper", work, title=sitting.paper.title)


@st.fragment(run_every=5.0)
def _clock(sitting_id: str) -> None:
    """The time left; when it is up, the paper is handed in as it is."""
    sitting = open_sitting(stores.records(), sitting_id)
    left = sitting.clock.left_s or 0.0
    if left <= 0 and sitting.state == "running":
        sittings.submit(stores.records(), sitting.id)
        job = once(f"submit-{sitting.id}", lambda: _grade(sitting))
        drafts.keep(DRAFT, job=job.id)
        st.rerun()
    st.html(f'<p class="ev-going">{escape(tr("paper.left", minutes=f"{max(left, 0) / 60:.0f}"))}</p>')


def _question(sitting: Sitting, question: ExamQuestion) -> None:
    item, key = question.item, f"answer_{sitting.id}_{question.id}"
    points = tr("paper.points", points=f"{question.points:g}")
    for text in (question.background, question.requirements):
        if text:
            st.html(f'<p class="ev-dim" style="white-space:pre-wrap">{escape(text)}</p>')
    st.html(
        f"<p><strong>{escape(question.number)}.</strong> {escape(question.text)} <span class='ev-dim'>{escape(points)}</span></p>"
    )
    known = sitting.answers.get(question.id, "")
    labels = {option.label: f"{option.label}. {option.text}" for option in item.options}
    if question.kind == "single_choice" and labels:
        _one_of(sitting, question, key, labels, known)
    elif question.kind == "true_false":
        _one_of(sitting, question, key, {"√": "√", "×": "×"}, known)
    elif question.kind == "multiple_choice" and labels:
        st.session_state.setdefault(key, [label for label in labels if label in known])
        st.pills(
            tr("ui_paper.answer_to", number=question.number), list(labels), format_func=lambda one: literal(labels[one]), selection_mode="multi", key=key,
            label_visibility="collapsed", on_change=_write, args=(sitting.id, question.id, key),
        )  # fmt: skip
    else:
        for line in (*labels.values(), *item.steps):
            st.html(f"<p class='ev-dim'>{escape(line)}</p>")
        st.session_state.setdefault(key, known)
        hint = "gaps" if item.blanks else "pairs" if item.pairs else "order" if question.kind == "ordering" else "words"
        st.text_area(
            tr("ui_paper.answer_to", number=question.number), key=key, height=120 if hint == "words" else 80,
            placeholder=tr(f"ui_paper.hint_{hint}"), label_visibility="collapsed", on_change=_write,
            args=(sitting.id, question.id, key),
        )  # fmt: skip


def _one_of(sitting: Sitting, question: ExamQuestion, key: str, labels: dict[str, str], known: str) -> None:
    st.session_state.setdefault(key, known if known in labels else None)
    st.radio(
        tr("ui_paper.answer_to", number=question.number), list(labels), format_func=lambda one: literal(labels[one]), key=key,
        label_visibility="collapsed", on_change=_write, args=(sitting.id, question.id, key),
    )  # fmt: skip


def _write(sitting_id: str, question: str, key: str) -> None:
    from evaluator.errors import EvaluatorError
    from ui.shared.layout import tell_later

    value = st.session_state[key]
    answer = "".join(sorted(value)) if isinstance(value, list) else str(value or "")
    try:
        sittings.write_answer(stores.records(), sitting_id, question, answer)
    except EvaluatorError as error:
        tell_later(error)


def _handed_in(sitting: Sitting) -> None:
    if not sitting.graded:
        if st.button(tr("ui_paper.grade_now"), type="primary", key="paper_grade"):
            again(f"submit-{sitting.id}")
            _hand_in(sitting)
        return
    show_review(sitting)
    if st.button(tr("ui_paper.another"), icon=":material/add:", key="paper_again"):
        drafts.keep(DRAFT, sitting=None, job=None)
        st.rerun()


def show_review(sitting: Sitting) -> None:
    """The result and every answer beside its key, with its explanation."""
    from evaluator.sittings import key_text, result_line

    section("ui_paper.review")
    st.html(f"<p><strong>{escape(result_line(sitting, language()))}</strong></p>")
    for question in sitting.paper.questions:
        outcome = sitting.outcome(question.id)
        points = out_of(outcome.points if outcome else None, question.points)
        with st.expander(literal(f"{question.number}. {question.text[:60]} · {points}")):
            rows = {
                "answer": sitting.answers.get(question.id, "") or "–",
                "key": key_text(question) or "–",
                "explanation": question.item.explanation or "–",
            }
            st.html(
                "".join(
                    f"<p><strong>{escape(tr(f'paper.column_{name}'))}</strong> {escape(value)}</p>"
                    for name, value in rows.items()
                )
            )
    chosen = language()
    offer_document(
        f"review_{sitting.id}",
        sitting.candidate or sitting.paper.title,
        lambda: review_blocks(sitting, language=chosen),
    )
