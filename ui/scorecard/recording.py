"""A recording, dropped or spoken, turned into text for the field above it."""

from __future__ import annotations

import re
from html import escape

import streamlit as st

from evaluator.errors import InputError
from evaluator.recordings import SUFFIXES, Recording, Sound, transcribe, written_out
from evaluator.recordings.passages import UNCERTAIN
from ui.shared import drafts, runner, stores
from ui.shared.choices import held_text
from ui.shared.language import language, tr
from ui.shared.layout import guarded
from ui.shared.once import again, once
from ui.shared.progress import watch

KINDS = [suffix.removeprefix(".") for suffix in SUFFIXES]


def recording(key: str, draft: str, field: str) -> None:
    """A place for a recording. Its text goes into `field` when somebody has seen it and says so."""
    with st.expander(tr("recording"), icon=":material/mic:"):
        st.html(f'<p class="ev-dim">{escape(tr("recording_lead"))}</p>')
        dropped = st.file_uploader(tr("recording_file"), type=KINDS, key=f"{key}_sound")
        spoken = st.audio_input(tr("recording_speak"), key=f"{key}_spoken")
        sound = dropped or spoken
        name = f"{key}_hearing_model"
        model = st.text_input(
            tr("recording_model"),
            value=held_text(name, lambda: stores.settings().audio_model or ""),
            key=name,
            placeholder="openai:gpt-4o-transcribe-diarize",
            help=tr("recording_model_help"),
        )
        if st.button(tr("recording_go"), key=f"{key}_hear", disabled=sound is None, icon=":material/hearing:"):
            with guarded():
                if not model.strip():
                    raise InputError("recording_model_missing")
                assert sound is not None  # the button waits for it
                made = Sound(sound.name, sound.getvalue())
                begun = once(f"{key}_hear", lambda: _begin(made, model.strip()))
                drafts.keep(draft, hearing=begun.id)
        job = runner.find(drafts.load(draft).get("hearing"))
        if job is not None and job.finished:
            again(f"{key}_hear")
        found = watch(job)
        if found is not None:
            _show(found, key, draft, field)


def _begin(sound: Sound, model: str) -> runner.Job:
    settings, spoken = stores.settings(), language()

    async def work(job: runner.Job) -> Recording:
        def report(done: int, total: int) -> None:
            job.events.append(runner.Tick(done, total, tr("recording_under_way")))

        return await transcribe(sound, model, settings=settings, language=spoken, report=report)

    return runner.start("recording", work, title=sound.name)


def _show(found: Recording, key: str, draft: str, field: str) -> None:
    text = written_out(found)
    marked = re.sub(rf"(\w{{0,12}}[^\w\s]?){re.escape(escape(UNCERTAIN))}", r"<mark>\1?</mark>", escape(text))
    st.html(f'<div class="ev-source">{marked.replace(chr(10), "<br>")}</div>')
    st.caption(tr("recording_done", passages=len(found.passages), uncertain=found.uncertain))
    if all(one.speaker is None for one in found.passages):
        st.caption(tr("recording_no_speakers"))
    st.button(
        tr("recording_use"),
        key=f"{key}_use",
        type="primary",
        icon=":material/south:",
        on_click=_use,
        args=(draft, field, text),
    )


def _use(draft: str, field: str, text: str) -> None:
    """Puts the text into the field, below what stands there already."""
    before = str(st.session_state.get(field) or "").rstrip()
    st.session_state[field] = f"{before}\n{text}" if before else text
    drafts.keep(draft, text=st.session_state[field], hearing=None)
