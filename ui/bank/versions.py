"""Versions of a rubric: saving adds one, undo returns to the previous one, any earlier one can be restored."""

from __future__ import annotations

import streamlit as st

from evaluator import rubrics
from evaluator.rubric import Rubric
from ui.shared import stores
from ui.shared.language import tr
from ui.shared.layout import guarded, when
from ui.shared.literal import literal


def save(rubric: Rubric, before: Rubric | None, comment: str = "") -> Rubric:
    """Stores `rubric` as a new version and writes its file; the first save also stores what was there `before`."""
    records, who = stores.records(), stores.person()
    if before is not None and records.rubrics.current(rubric.id) is None:
        records.rubrics.save(before, comment=tr("ui_bank.as_found"))
    raised = max([rubric.version, *([before.version + 1] if before is not None else [])])
    saved = rubric.model_copy(update={"version": raised})
    rubrics.write(saved, stores.settings().user_rubric_dir)
    records.rubrics.save(saved, who=who, comment=comment)
    return saved


def show_versions(rubric: Rubric) -> None:
    """All saved versions, newest first, with undo and a way back to each."""
    records = stores.records()
    versions = records.rubrics.versions(rubric.id)
    if not versions:
        st.html(f'<p class="ev-empty">{tr("ui_bank.no_versions")}</p>')
        return
    if len(versions) > 1 and st.button(tr("ui_bank.undo_rubric"), icon=":material/undo:", key="bank_rubric_undo"):
        with guarded():
            back = records.rubrics.undo(rubric.id, who=stores.person())
            rubrics.write(back, stores.settings().user_rubric_dir)
            st.rerun()
    for version in reversed(versions):
        content = records.rubrics.content(version.digest)
        number = "" if content is None else f"v{content.version}"
        told = tr("ui_bank.undone_version") if version.undoes else version.comment
        line, button = st.columns([5, 2], vertical_alignment="center")
        parts = [number, when(version.at), version.who, told, version.digest[:12]]
        line.caption(literal(" · ".join(filter(None, parts))))
        if version.digest == rubric.digest or content is None:
            continue
        if button.button(tr("ui_bank.take_up"), key=f"bank_version_{version.id}"):
            with guarded():
                save(content, rubric, tr("ui_bank.taken_up", version=number))
                st.rerun()
