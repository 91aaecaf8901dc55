"""Does the chosen scenario fit what was handed in? If another fits better the page proposes it; if none does, it asks."""

from __future__ import annotations

from html import escape

import streamlit as st

from evaluator.grading import Proposal, propose_rubrics
from evaluator.rubric import Rubric
from evaluator.transcript import Transcript
from ui.scorecard.scenario import usable
from ui.shared import runner
from ui.shared.language import tr
from ui.shared.literal import literal
from ui.shared.notes import note

LONGEST = 20_000  # characters of the text that are compared: enough to show its subject
KEPT = 12


def show_proposal(key: str, transcript: Transcript, chosen: Rubric) -> None:
    """Says whether `chosen` fits the text, with buttons for what fits better. The comparison runs in the background.

    `key` is that of the page's `choose_rubric`. No model is asked.
    """
    job = _comparing(transcript)
    if not job.finished:
        _waiting(job.id)
    elif job.state == "done" and job.result:
        _say(key, job.result, chosen)


def _comparing(transcript: Transcript) -> runner.Job:
    rubrics = list(usable().values())
    name = (transcript.digest, *sorted(one.digest for one in rubrics))
    begun: dict[object, runner.Job] = st.session_state.setdefault("_proposals", {})
    if name not in begun:
        for oldest in list(begun)[: max(0, len(begun) - KEPT + 1)]:
            runner.stop(begun.pop(oldest))
        begun[name] = runner.start(
            "propose", lambda job: runner.in_thread(job, lambda _: _propose(transcript, rubrics))
        )
    return begun[name]


def _propose(transcript: Transcript, rubrics: list[Rubric]) -> list[Proposal]:
    size, turns = 0, []
    for turn in transcript.turns:
        turns.append(turn)
        size += len(turn.text)
        if size > LONGEST:
            break
    return propose_rubrics(transcript.model_copy(update={"turns": tuple(turns)}), rubrics)


@st.fragment(run_every=1.0)
def _waiting(job_id: str) -> None:
    job = runner.find(job_id)
    if job is None or job.finished:
        st.rerun()
    st.html(f'<p class="ev-dim">{escape(tr("proposal_waiting"))}</p>')


def _say(key: str, found: list[Proposal], chosen: Rubric) -> None:
    fitting = [one.rubric for one in found if one.fits]
    if chosen.any_topic or (fitting and fitting[0].id == chosen.id):
        if not chosen.any_topic:
            st.caption(f":material/check: {tr('proposal_fits')}")
            return
        fitting = []
    elif fitting:
        note(tr("proposal_better", better=fitting[0].title, chosen=chosen.title))
    else:
        note(tr("proposal_none", chosen=chosen.title))
        fitting = [one for one in usable().values() if one.any_topic and one.language == found[0].rubric.language]
    with st.container(horizontal=True):
        for rubric in fitting:
            if rubric.id != chosen.id:
                label = tr("proposal_take", title=literal(rubric.title))
                st.button(label, key=f"{key}_take_{rubric.id}", on_click=_take, args=(key, rubric.id))


def _take(key: str, rubric_id: str) -> None:
    st.session_state[f"{key}_search"] = ""
    st.session_state[f"{key}_rubric"] = rubric_id
