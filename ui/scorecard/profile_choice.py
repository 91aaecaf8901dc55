"""The calibration profile for a grading: none, or one that was fitted for the rubric, remembered per rubric."""

from __future__ import annotations

import streamlit as st

from evaluator.profiles import Profile, fitting, newest_kept, read_kept, stamp_for
from evaluator.rubric import Rubric
from evaluator.storage import StoredProfile as Kept
from ui.shared import drafts, stores
from ui.shared.choices import hold
from ui.shared.language import tr
from ui.shared.layout import when

DRAFT = "profiles"
NONE = ""


def choose_profile(key: str, rubric: Rubric, label: str = "") -> Profile | None:
    """A list of the newest profile of each name, with none chosen at first; nothing is drawn if there are no profiles.

    Raises InputError when the chosen one was fitted to another version of the rubric or of the grading's arithmetic.
    """
    kept = newest_kept(stores.records().profiles, rubric.id)
    if not kept:
        return None
    field, before = f"{key}_profile_{rubric.id}", _remembered(rubric.id)
    hold(field, (NONE, *kept), before if before in kept else NONE)
    name = st.selectbox(
        label or tr("profile"),
        [NONE, *kept],
        format_func=lambda name: _named(kept.get(name)),
        key=field,
        help=tr("profile_help"),
    )
    if name != before:
        _remember(rubric.id, name)
    return _fitting(kept[name], rubric) if name else None


def remembered_profile(rubric: Rubric) -> Profile | None:
    """The profile chosen earlier for the rubric, without asking; raises like `choose_profile`."""
    kept = newest_kept(stores.records().profiles, rubric.id).get(_remembered(rubric.id))
    return _fitting(kept, rubric) if kept else None


def _fitting(kept: Kept, rubric: Rubric) -> Profile:
    return fitting(read_kept(kept), stamp_for(rubric.digest, {}))


def _named(kept: Kept | None) -> str:
    return tr("profile_none") if kept is None else f"{kept.name} v{kept.version} · {when(kept.at)}"


def _remembered(rubric_id: str) -> str:
    return str(drafts.load(DRAFT).get("chosen", {}).get(rubric_id, NONE))


def _remember(rubric_id: str, name: str) -> None:
    drafts.keep(DRAFT, chosen={**drafts.load(DRAFT).get("chosen", {}), rubric_id: name})
