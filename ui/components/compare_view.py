"""Two gradings by the same rubric, side by side."""

from __future__ import annotations

from html import escape

import streamlit as st

from evaluator.scorecard import Scorecard, UngradedVerdict, Verdict
from evaluator.storage import Record
from ui.components.language import tr
from ui.components.layout import out_of, when
from ui.components.scorecard_view import section, verdict_points
from ui.components.transcript_view import show_transcript


def show_comparison(one: Record, other: Record) -> None:
    """Criteria with both points and the difference, a radar of both, and both transcripts."""
    section("comparison")
    names = [_name(one), _name(other)]
    names = [f"A · {names[0]}", f"B · {names[1]}"]
    table, plot = st.columns([3, 2], gap="medium")
    with table:
        st.html(_table(one.scorecard, other.scorecard, names))
    with plot:
        _radar(one.scorecard, other.scorecard, names)
    left, right = st.columns(2, gap="medium")
    for column, record, name, prefix in ((left, one, names[0], "a-"), (right, other, names[1], "b-")):
        with column:
            st.html(f'<p class="ev-dim">{escape(name)}</p>')
            show_transcript(record.transcript, prefix=f"cmp-{prefix}")


def _name(record: Record) -> str:
    return f"{record.label or record.scorecard.rubric.title} ({when(record.scorecard.created_at)})"


def _table(one: Scorecard, other: Scorecard, names: list[str]) -> str:
    theirs = {verdict.criterion: verdict for verdict in other.verdicts}
    rows = [_row(verdict, theirs.get(verdict.criterion)) for verdict in one.verdicts]
    difference = "–" if one.total is None or other.total is None else f"{one.total - other.total:+.1f}"
    cells = [tr("total"), out_of(one.total, one.max_points), out_of(other.total, other.max_points), difference]
    rows.append("<tr>" + "".join(f"<td><strong>{escape(cell)}</strong></td>" for cell in cells) + "</tr>")
    head = "".join(f"<th scope='col'>{escape(cell)}</th>" for cell in [tr("criterion"), *names, tr("difference")])
    return f'<table class="ev-table"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _row(mine: Verdict | UngradedVerdict, theirs: Verdict | UngradedVerdict | None) -> str:
    both = isinstance(mine, Verdict) and isinstance(theirs, Verdict)
    difference = f"{mine.points - theirs.points:+.1f}" if both else "–"  # type: ignore[union-attr]
    cells = [mine.name, verdict_points(mine), verdict_points(theirs) if theirs else "–", difference]
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _radar(one: Scorecard, other: Scorecard, names: list[str]) -> None:
    """Shares of each criterion's points; the table beside it says the same in words."""
    axes = [verdict for verdict in one.verdicts if isinstance(verdict, Verdict) and verdict.max_points]
    if len(axes) < 3:
        return
    import plotly.graph_objects as go

    theirs = {verdict.criterion: verdict for verdict in other.verdicts if isinstance(verdict, Verdict)}
    plot = go.Figure()
    for name, points in (
        (names[0], [verdict.points / verdict.max_points for verdict in axes]),
        (names[1], [_share(theirs.get(verdict.criterion)) for verdict in axes]),
    ):
        around = [verdict.name for verdict in axes]
        plot.add_trace(go.Scatterpolar(r=[*points, points[0]], theta=[*around, around[0]], name=name, fill="toself"))
    plot.update_layout(
        height=300,
        margin={"l": 50, "r": 50, "t": 20, "b": 20},
        polar={"radialaxis": {"range": [0, 1], "tickformat": ".0%"}},
        legend={"orientation": "h"},
    )
    st.plotly_chart(plot, key=f"radar_{one.id}_{other.id}")


def _share(verdict: Verdict | None) -> float:
    return verdict.points / verdict.max_points if verdict and verdict.max_points else 0.0
