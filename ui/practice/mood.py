"""The customer's mood over a call as a curve, every step in words beside it, and two branches overlaid."""

from __future__ import annotations

from html import escape
from itertools import pairwise

import streamlit as st

from evaluator.practice.call import Point, Talk, course, reaction_of, side_by_side
from ui.scorecard.view import section
from ui.shared.choices import distinct, hold
from ui.shared.language import in_a_row, tr
from ui.shared.literal import literal


def show_course(talk: Talk, tip: str | None = None) -> None:
    """The curve, and what caused each step; nothing is drawn before the trainee has spoken."""
    points = course(talk, tip)
    if len(points) < 2:
        return
    section("practice_call.mood")
    state = talk.state(tip)
    text = tr("practice_call.mood_text", first=f"{points[0].mood:g}", last=f"{state.mood:g}", patience=state.patience)
    st.html(f'<p class="ev-dim">{escape(text)}</p>')
    chart([(point, tr("practice_call.mood")) for point in points], text)
    st.html(steps_html(points))


def steps_html(points: list[Point]) -> str:
    """Each step: the turn, how the mood moved, and why."""
    rows = "".join(
        f"<li><strong>{escape(_moved(before, point))}</strong> {escape(causes(point))}"
        f'<br><span class="ev-dim ev-place">{escape(point.agent)}</span></li>'
        for before, point in pairwise(points)
    )
    return f'<ol class="ev-list">{rows}</ol>'


def causes(point: Point) -> str:
    """What moved the mood, in words, and by how much."""
    parts = [f"{tr(f'practice_call.event_{one.event}')} {one.by:+.2g}" for one in point.changes]
    return in_a_row(parts) or tr("practice_call.nothing_moved")


def _moved(before: Point, point: Point) -> str:
    return f"{before.mood:g} → {point.mood:g}"


def show_branches(talk: Talk) -> None:
    """Two branches to choose, their curves in one chart, and the turns in which they differ side by side."""
    section("practice_call.branches")
    tips = [turn.id for turn in talk.branches]
    labels = distinct({tip: branch_label(talk, tip) for tip in tips})
    left, right = st.columns(2, gap="medium")
    hold("call_one", tips, tips[-2])
    hold("call_other", tips, tips[-1])
    one = left.selectbox(tr("practice_call.first_way"), tips, format_func=labels.__getitem__, key="call_one")
    other = right.selectbox(tr("practice_call.second_way"), tips, format_func=labels.__getitem__, key="call_other")
    both = side_by_side(talk, one, other)
    text = tr(
        "practice_call.branches_text",
        one=f"{both.one[-1].mood:g}",
        other=f"{both.other[-1].mood:g}",
        gain=f"{both.gain:+g}",
    )
    st.html(f'<p class="ev-dim">{escape(text)}</p>')
    names = tr("practice_call.first_way"), tr("practice_call.second_way")
    chart([(point, name) for name, points in zip(names, both[1:], strict=True) for point in points], text)
    for column, points in ((left, both.one), (right, both.other)):
        column.html(steps_html(points[max(0, both.shared - 1) :]))


def branch_label(talk: Talk, tip: str) -> str:
    """A branch by its length, how it ended, and the trainee's last words on it."""
    own = [turn for turn in talk.said(tip) if turn.kind == "agent"]
    mood = next(reaction_of(turn).state.mood for turn in reversed(talk.said(tip)) if turn.kind == "customer")
    return literal(tr("practice_call.branch", turns=len(own), mood=f"{mood:g}", text=own[-1].text[:24] if own else ""))


def chart(rows: list[tuple[Point, str]], text: str) -> None:
    """Mood over turns, one line per series; `text` is what a screen reader says."""
    import altair as alt
    import pandas as pd

    turn, mood, series, why = (tr(f"practice_call.axis_{name}") for name in ("turn", "mood", "series", "why"))
    data = pd.DataFrame(
        [(point.number, point.mood, name, causes(point) if point.number else "") for point, name in rows],
        columns=[turn, mood, series, why],
    )
    legend = alt.Legend(orient="bottom", title=None) if data[series].nunique() > 1 else None
    lines = (
        alt.Chart(data)
        .mark_line(point={"size": 70}, interpolate="monotone")
        .encode(
            x=alt.X(turn, type="quantitative", axis=alt.Axis(tickMinStep=1, format="d")),
            y=alt.Y(mood, type="quantitative", scale=alt.Scale(domain=[0, 10])),
            color=alt.Color(series, type="nominal", legend=legend),
            shape=alt.Shape(series, type="nominal", legend=None),
            tooltip=[turn, mood, why],
        )
    )
    st.altair_chart(lines.properties(description=text, height=220), width="stretch")
