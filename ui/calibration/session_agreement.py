"""How far the people of a calibration session agree, criterion by criterion."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from evaluator.rubric import Rubric
from evaluator.storage import BlindPoint
from ui.scorecard.view import section
from ui.shared.language import tr
from ui.shared.table import table_html

LEAST_TEXTS = 3  # graded by two people; with fewer alpha says nothing


def show_agreement(rubric: Rubric, points: Sequence[BlindPoint]) -> None:
    """A line per criterion over the texts that two or more people graded; nothing is drawn if there are none."""
    rows = [row for item in rubric.criteria if (row := _row(item.name, [p for p in points if p.criterion == item.id]))]
    if rows:
        section("ui_session.agreement")
        names = ("criterion", "agreement_count", "agreement_exact", "agreement_alpha")
        st.html(table_html(tr("ui_session.agreement"), [tr(f"ui_session.{name}") for name in names], rows))


def _row(name: str, points: Sequence[BlindPoint]) -> list[str] | None:
    texts: dict[str, dict[str, float]] = {}
    for one in points:
        texts.setdefault(one.grading_id, {})[one.person] = one.points
    paired = [given for given in texts.values() if len(given) > 1]
    if not paired:
        return None
    equal = sum(len(set(given.values())) == 1 for given in paired)
    return [name, str(len(paired)), f"{equal} / {len(paired)}", _alpha(paired)]


def _alpha(paired: Sequence[dict[str, float]]) -> str:
    import numpy as np

    from evaluator.calibration.agreement import alpha_of

    people = sorted({person for given in paired for person in given})
    value = math.nan
    if len(paired) >= LEAST_TEXTS:
        value = alpha_of(np.array([[given.get(person, math.nan) for person in people] for given in paired]))
    return tr("ui_session.agreement_undefined") if math.isnan(value) else f"{value:.2f}"
