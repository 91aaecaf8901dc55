"""Coaching on request, below the result of an attempt: keep, start, stop, stored with the attempt."""

from __future__ import annotations

import asyncio
from html import escape

import streamlit as st

from evaluator.judge import open_writer
from evaluator.practice import CoachNote, Practised, coach
from evaluator.transcript import Transcript
from ui.scorecard.view import section
from ui.shared import drafts, runner, stores
from ui.shared.language import tr
from ui.shared.progress import watch


def show_coaching(entry: Practised, transcript: Transcript) -> None:
    """The notes, a way to request them, or the work in progress."""
    section("ui_practice.coaching")
    st.html(f'<p class="ev-dim">{escape(tr("ui_practice.coaching_lead"))}</p>')
    name = f"coaching:{entry.attempt.id}"
    kept = drafts.load(name)
    if kept.get("notes") is None:
        notes = watch(runner.find(kept.get("job")))
        if notes is None:
            _ask(entry, transcript, name)
            return
        kept = {"notes": [note.model_dump(mode="json") for note in notes]}
        drafts.keep(name, notes=kept["notes"], job=None)
    notes = [CoachNote.model_validate(note) for note in kept["notes"]]
    if not notes:
        st.html(f'<p class="ev-empty">{escape(tr("ui_practice.coaching_none"))}</p>')
    for note in notes:
        st.html(note_html(note))


def note_html(note: CoachNote) -> str:
    """One note: the advice, its words and point, better wording, and the reason."""
    lines = [tr("ui_practice.coach_said", turn=note.turn.removeprefix("t"), said=note.said)]
    if note.better:
        lines.append(tr("ui_practice.coach_better", better=note.better))
    if note.why:
        lines.append(tr("ui_practice.coach_why", writer=note.writer, why=note.why))
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f'<section class="pr-advice"><h3>{escape(tr(f"ui_practice.coach_{note.kind}"))} · {escape(note.point)}</h3>{body}</section>'


def _ask(entry: Practised, transcript: Transcript, name: str) -> None:
    job = runner.find(drafts.load(name).get("job"))
    if job is not None and not job.finished:
        return
    if st.button(tr("ui_practice.coaching_ask"), key=f"coach_{entry.attempt.id}", icon=":material/sports:"):
        drafts.keep(name, job=_begin(entry, transcript).id)
        st.rerun()


def _begin(entry: Practised, transcript: Transcript) -> runner.Job:
    settings = stores.settings()

    async def work(job: runner.Job) -> list[CoachNote]:
        assert entry.scorecard is not None and entry.comparison is not None  # only what is graded is shown
        writer = await asyncio.to_thread(open_writer, settings)
        return await coach(entry.rubric, transcript, entry.scorecard, entry.comparison, writer)

    return runner.start("coach", work, title=entry.rubric.title)
