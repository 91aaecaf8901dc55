"""A new interview: its questions, transcript and candidate; then the questions are located."""

from __future__ import annotations

import asyncio

import streamlit as st

from evaluator import transcript as transcripts
from evaluator.exams import ExamPaper, parse_questions
from evaluator.transcript import Transcript
from ui.scorecard.transcript_view import edit_roles, show_assumptions
from ui.scorecard.view import section
from ui.shared import drafts, runner, stores
from ui.shared.choices import held_text, hold
from ui.shared.language import tr
from ui.shared.layout import guarded
from ui.shared.once import once
from ui.shared.papers import choose_paper
from ui.shared.reading import keep_pasted, read_pasted, read_upload

DRAFT = "interview"
SOURCES = ("list", "bank")


def enter() -> None:
    """The form from top to bottom; what is typed is kept at once."""
    section("ui_interview.step_questions")
    paper = _questions()
    section("ui_interview.step_transcript")
    left, right = st.columns(2)
    with left:
        candidate = _kept_line("candidate")
    with right:
        round_name = _kept_line("round")
    transcript = _transcript()
    if paper is None or transcript is None:
        return
    with st.expander(tr("ui_interview.who_is_who"), expanded=bool(transcript.doubts)):
        show_assumptions(transcript)
        roles = edit_roles(transcript, "interview")
    now = {one.speaker: one.role for one in transcripts.speakers(transcript) if one.speaker}
    changed = {name: role for name, role in roles.items() if now.get(name) != role}
    transcript = transcripts.with_roles(transcript, changed) if changed else transcript
    if st.button(tr("ui_interview.find"), type="primary", icon=":material/manage_search:", key="interview_go"):
        job = once("interview", lambda: find(paper, transcript, candidate, round_name))
        drafts.keep(DRAFT, job=job.id)
        st.rerun()


def find(paper: ExamPaper, transcript: Transcript, candidate: str, round_name: str) -> runner.Job:
    """Starts locating the questions; the job's result is the id of the stored interview."""
    records, owner = stores.records(), stores.owner()

    async def work(job: runner.Job) -> str:
        from evaluator.interviews import find_segments, keep

        job.events.append(runner.Tick(0, 1, paper.title))
        found = await asyncio.to_thread(find_segments, transcript, paper)
        return await asyncio.to_thread(
            lambda: keep(records, paper, transcript, found, candidate=candidate, round=round_name, owner=owner)
        )

    return runner.start("interview", work, title=candidate or paper.title)


def _questions() -> ExamPaper | None:
    hold("interview_source", SOURCES, SOURCES[0])
    source = st.segmented_control(
        tr("ui_interview.source"),
        SOURCES,
        format_func=lambda one: tr(f"ui_interview.source_{one}"),
        key="interview_source",
        required=True,
    )
    if source == "bank":
        with guarded():
            return choose_paper("interview", only_open=True)
        return None
    text = _kept_area("questions", 160)
    if not text.strip():
        return None
    with guarded():
        return parse_questions(_as_list(text), tr("ui_interview.questions"), stores.settings())
    return None


def _as_list(text: str) -> str:
    """One question per line is a list too: most people just paste that."""
    from evaluator.encoding import write_yaml

    if "questions:" in text:
        return text
    lines = [line.strip().lstrip("0123456789.、)） ").strip() for line in text.splitlines()]
    questions = [{"text": line} for line in lines if line]
    chinese = any("一" <= char <= "鿿" for char in text)
    return write_yaml({"title": tr("ui_interview.one"), "language": "zh" if chinese else "en", "questions": questions})


def _transcript() -> Transcript | None:
    text = _kept_area("text", 260)
    file = st.file_uploader(tr("drop_files"), key="interview_file", help=tr("drop_help"))
    with guarded():
        if file is not None:
            return read_upload(file.getvalue(), file.name)
        if text.strip():
            return read_pasted(text)
    return None


def _kept_area(name: str, height: int) -> str:
    key = f"interview_{name}"
    return st.text_area(
        tr(f"ui_interview.{name}"),
        value=held_text(key, lambda: str(drafts.load(DRAFT).get(name, ""))),
        key=key,
        height=height,
        placeholder=tr(f"ui_interview.{name}_hint"),
        on_change=keep_pasted,
        args=(key, DRAFT, name),
    )


def _kept_line(name: str) -> str:
    key = f"interview_{name}"
    return st.text_input(
        tr(f"ui_interview.{name}"),
        value=held_text(key, lambda: str(drafts.load(DRAFT).get(name, ""))),
        key=key,
        placeholder=tr(f"ui_interview.{name}_hint"),
        on_change=lambda: drafts.keep(DRAFT, **{name: st.session_state[key]}),
    )


def forget() -> None:
    """An empty form, with the same questions and round."""
    drafts.keep(DRAFT, job=None, open=None, text=None, candidate=None)
    for name in ("interview_text", "interview_candidate", "interview_file"):
        st.session_state.pop(name, None)
