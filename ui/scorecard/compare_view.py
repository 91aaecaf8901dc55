"""Two gradings by the same rubric, side by side."""

from __future__ import annotations

from html import escape
from typing import TypeGuard

import streamlit as st

from evaluator.scorecard import Scorecard, UngradedVerdict, Verdict, corrected_card
from evaluator.storage import Record, points_of
from ui.scorecard.radar import Spoke, beside_html, draws
from ui.scorecard.transcript_view import colour, show_transcript
from ui.scorecard.view import section, verdict_points
from ui.shared import stores
from ui.shared.language import tr
from ui.shared.layout import out_of, when

SIDES = ("A", "B")
Either = Verdict | UngradedVerdict


def show_comparison(one: Record, other: Record) -> None:
    """Shows two gradings: their names, their criteria beside a radar, and both transcripts.

    Criteria have both points (people's points if there are any) and the difference.
    """
    section("comparison")
    given = [points_of(stores.records().effective(record.id)) for record in (one, other)]
    named = [
        " · ".join(filter(None, [side, _name(record), tr("changed_yes") if points else ""]))
        for side, record, points in zip(SIDES, (one, other), given, strict=True)
    ]
    st.html("".join(f'<p class="ev-dim">{escape(name)}</p>' for name in named))
    st.html(comparison_html(corrected_card(one.scorecard, given[0]), corrected_card(other.scorecard, given[1])))
    for column, record, name, side in zip(st.columns(2, gap="medium"), (one, other), named, SIDES, strict=True):
        with column:
            st.html(f'<p class="ev-dim">{escape(name)}</p>')
            show_transcript(record.transcript, prefix=f"cmp-{side.lower()}-")


def comparison_html(one: Scorecard, other: Scorecard) -> str:
    """The table of criteria and, if there is something to draw, the radar beside it."""
    theirs = {verdict.criterion: verdict for verdict in other.verdicts}
    pairs = [(number, mine, theirs.get(mine.criterion)) for number, mine in enumerate(one.verdicts, start=1)]
    spokes = [Spoke(number, _share(mine), _share(its)) for number, mine, its in pairs if _drawn(mine) and _drawn(its)]
    return beside_html(spokes, SIDES, _table(pairs, one, other))


def _name(record: Record) -> str:
    return f"{record.label or record.scorecard.rubric.title} ({when(record.scorecard.created_at)})"


def _table(pairs: list[tuple[int, Either, Either | None]], one: Scorecard, other: Scorecard) -> str:
    heads = (tr("criterion"), *SIDES, tr("difference"))
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in heads)
    apart = None if one.total is None or other.total is None else one.total - other.total
    totals = (out_of(one.total, one.max_points), out_of(other.total, other.max_points), _apart(apart))
    cells = "".join(f"<td class='num'><strong>{escape(cell)}</strong></td>" for cell in totals)
    last = f"<tr><th scope='row'><strong>{escape(tr('total'))}</strong></th>{cells}</tr>"
    rows = "".join(_row(*pair) for pair in pairs) + last
    return f'<table class="ev-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(number: int, mine: Either, theirs: Either | None) -> str:
    apart = mine.points - theirs.points if _has_points(mine) and _has_points(theirs) else None
    cells = (verdict_points(mine), verdict_points(theirs) if theirs else "–", _apart(apart))
    name = f'<span class="ev-badge {colour(number)}">{number}</span> {escape(mine.name)}'
    return (
        f"<tr><th scope='row'>{name}</th>" + "".join(f"<td class='num'>{escape(cell)}</td>" for cell in cells) + "</tr>"
    )


def _apart(points: float | None) -> str:
    return "–" if points is None else f"{points:+.1f}".replace("-", "−")


def _has_points(verdict: Either | None) -> TypeGuard[Verdict]:
    return isinstance(verdict, Verdict) and not verdict.not_applicable and verdict.kind != "fatal"


def _drawn(verdict: Either | None) -> TypeGuard[Verdict]:
    return _has_points(verdict) and draws(verdict.kind, verdict.max_points)


def _share(verdict: Verdict) -> float:
    return verdict.points / verdict.max_points
