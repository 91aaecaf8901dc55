"""A radar of criteria for two views of them: outlines of the shares of each maximum."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from evaluator.practice import Comparison, Gap
from evaluator.rubric import CriterionKind
from ui.scorecard.transcript_view import colour
from ui.shared.language import tr
from ui.shared.layout import out_of

SIZE, CENTRE, REACH = 260, 130, 96  # of the picture, in its own units
RINGS = (0.25, 0.5, 0.75, 1.0)
FEWEST = 3  # fewer spokes enclose no area
STYLE = """
.line { fill: none; stroke: #d5dbe0; }
text { fill: #1c252d; font: 700 14px system-ui, sans-serif; text-anchor: middle; dominant-baseline: central; }
.first { fill: #8a611630; stroke: #8a6116; stroke-width: 2; stroke-dasharray: 5 3; }
.second { fill: #3d6f8e30; stroke: #3d6f8e; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
  .line { stroke: #3b444d; }
  text { fill: #e6ebef; }
  .first { fill: #e3b25c30; stroke: #e3b25c; }
  .second { fill: #7fb2d130; stroke: #7fb2d1; }
}
"""
Numbered = tuple[int, Gap]


class Spoke(NamedTuple):
    """One criterion with its number and both views of it, as shares of its points."""

    number: int
    first: float
    second: float


def overview_html(comparison: Comparison) -> str:
    """A trainee's own points and the grader's: the radar, and beside it a table with the same values and more.

    Spokes and rows carry the numbers of the criteria. Penalties and fatal items, where more is worse, and criteria that
    one side left open are only in the table.
    """
    numbered = list(enumerate(comparison.gaps, start=1))
    spokes = [
        Spoke(number, gap.own / gap.max_points, gap.graded / gap.max_points)
        for number, gap in numbered
        if draws(gap.kind, gap.max_points) and gap.own is not None and gap.graded is not None
    ]
    return beside_html(spokes, (tr("ui_practice.yours"), tr("ui_practice.graders")), _table(numbered))


def draws(kind: CriterionKind, most: float) -> bool:
    """Whether a radar can show a criterion: more points are better, and it has points."""
    return kind not in ("penalty", "fatal") and most > 0


def beside_html(spokes: Sequence[Spoke], names: tuple[str, str], table: str) -> str:
    """A table with the radar beside it, if there is something to draw. `names` are those of the two views."""
    return f'<div class="ev-overview">{_radar(spokes, names) if len(spokes) >= FEWEST else ""}{table}</div>'


def _radar(spokes: Sequence[Spoke], names: tuple[str, str]) -> str:
    keys = "".join(
        f'<span class="ev-key {kind}">{escape(name)}</span>'
        for kind, name in zip(("first", "second"), names, strict=True)
    )
    label = escape(tr("radar_label", count=len(spokes), first=names[0], second=names[1]))
    picture = base64.b64encode(radar_svg(spokes).encode()).decode()
    return (
        f'<figure class="ev-radar"><img alt="{label}" src="data:image/svg+xml;base64,{picture}">'
        f"<figcaption>{keys}</figcaption></figure>"
    )


def radar_svg(spokes: Sequence[Spoke]) -> str:
    """The picture alone.

    The page takes it as an image only, since Streamlit removes drawings from its HTML; it follows light and dark by
    itself.
    """
    count = len(spokes)
    rings = "".join(f'<polygon class="line" points="{_outline([share] * count)}"/>' for share in RINGS)
    lines = "".join(_spoke(place, count, spoke.number) for place, spoke in enumerate(spokes))
    first, second = (_outline([spoke[side] for spoke in spokes]) for side in (1, 2))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}"><style>{STYLE}</style>{rings}{lines}'
        f'<polygon class="second" points="{second}"/><polygon class="first" points="{first}"/></svg>'
    )


def _outline(shares: Sequence[float]) -> str:
    places = (_at(place, len(shares), REACH * min(1.0, max(0.0, share))) for place, share in enumerate(shares))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _spoke(place: int, count: int, number: int) -> str:
    x, y = _at(place, count, REACH)
    name_x, name_y = _at(place, count, REACH + 16)
    return (
        f'<line class="line" x1="{CENTRE}" y1="{CENTRE}" x2="{x:.1f}" y2="{y:.1f}"/>'
        f'<text x="{name_x:.1f}" y="{name_y:.1f}">{number}</text>'
    )


def _at(place: int, count: int, reach: float) -> tuple[float, float]:
    """The point on spoke `place` of `count` at `reach` from the centre; the first points up, the rest go clockwise."""
    angle = 2 * math.pi * place / count
    return CENTRE + reach * math.sin(angle), CENTRE - reach * math.cos(angle)


def _table(numbered: Sequence[Numbered]) -> str:
    keys = ("criterion", "ui_practice.yours", "ui_practice.graders", "difference")
    head = "".join(f"<th scope='col'>{escape(tr(key))}</th>" for key in keys)
    rows = "".join(_row(number, gap) for number, gap in numbered)
    return f'<table class="ev-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(number: int, gap: Gap) -> str:
    name = f'<span class="ev-badge {colour(number)}">{number}</span> {escape(gap.name)}'
    sides = "".join(f'<td class="num">{escape(_points(points, gap))}</td>' for points in (gap.own, gap.graded))
    return f"<tr><th scope='row'>{name}</th>{sides}<td class='num'>{escape(_apart(gap))}</td></tr>"


def _points(points: float | None, gap: Gap) -> str:
    if gap.kind != "fatal":
        sign = "−" if gap.kind == "penalty" and points else ""
        return f"{sign}{out_of(points, gap.max_points)}"
    return "–" if points is None else tr("fatal_happened" if points >= 0.5 else "fatal_not")


def _apart(gap: Gap) -> str:
    """Own points minus graded points, by their effect on the total; empty for a fatal item, which has no points."""
    if gap.favour is None or gap.kind == "fatal":
        return "–"
    rounded = round(gap.favour, 1)
    return f"{rounded:+g}".replace("-", "−") if rounded else "0"
