"""A radar of criteria: what a person gave themself against what the grader gave, as shares of each maximum."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from html import escape

from evaluator.practice import Comparison, Gap
from ui.components.language import tr
from ui.components.layout import out_of
from ui.components.transcript_view import colour

SIZE, CENTRE, REACH = 260, 130, 96  # of the picture, in its own units
RINGS = (0.25, 0.5, 0.75, 1.0)
FEWEST = 3  # fewer spokes enclose nothing
STYLE = """
.line { fill: none; stroke: #d5dbe0; }
text { fill: #1c252d; font: 700 14px system-ui, sans-serif; text-anchor: middle; dominant-baseline: central; }
.own { fill: #8a611630; stroke: #8a6116; stroke-width: 2; stroke-dasharray: 5 3; }
.graded { fill: #3d6f8e30; stroke: #3d6f8e; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
  .line { stroke: #3b444d; }
  text { fill: #e6ebef; }
  .own { fill: #e3b25c30; stroke: #e3b25c; }
  .graded { fill: #7fb2d130; stroke: #7fb2d1; }
}
"""
Numbered = tuple[int, Gap]


def overview_html(comparison: Comparison) -> str:
    """The radar, where there is something to draw, and beside it a table that says the same and more.

    Spokes and rows carry the numbers of the criteria. Penalties and fatal items, where more is worse, and what one
    side left open stand in the table only.
    """
    numbered = list(enumerate(comparison.gaps, start=1))
    drawn = [(number, gap) for number, gap in numbered if _fits(gap)]
    picture = _radar(drawn) if len(drawn) >= FEWEST else ""
    return f'<div class="pr-overview">{picture}{_table(numbered)}</div>'


def _fits(gap: Gap) -> bool:
    return gap.kind not in ("penalty", "fatal") and None not in (gap.own, gap.graded) and gap.max_points > 0


def _radar(drawn: Sequence[Numbered]) -> str:
    keys = "".join(
        f'<span class="pr-key {kind}">{escape(tr(key))}</span>'
        for kind, key in (("own", "ui_practice.yours"), ("graded", "ui_practice.graders"))
    )
    label = escape(tr("ui_practice.radar_label", count=len(drawn)))
    picture = base64.b64encode(radar_svg(drawn).encode()).decode()
    return (
        f'<figure class="pr-radar"><img alt="{label}" src="data:image/svg+xml;base64,{picture}">'
        f"<figcaption>{keys}</figcaption></figure>"
    )


def radar_svg(drawn: Sequence[Numbered]) -> str:
    """The picture alone. The page takes it as an image only, since Streamlit removes drawings from its HTML; it follows
    light and dark by itself."""
    count = len(drawn)
    rings = "".join(f'<polygon class="line" points="{_outline([share] * count)}"/>' for share in RINGS)
    spokes = "".join(_spoke(place, count, number) for place, (number, _) in enumerate(drawn))
    own = _outline([(gap.own or 0) / gap.max_points for _, gap in drawn])
    graded = _outline([(gap.graded or 0) / gap.max_points for _, gap in drawn])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}"><style>{STYLE}</style>{rings}{spokes}'
        f'<polygon class="graded" points="{graded}"/><polygon class="own" points="{own}"/></svg>'
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
    """Where spoke `place` of `count` is at `reach` from the centre; the first points up, the rest go clockwise."""
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
    """Own less graded, as it bears on the total; nothing for a fatal item, which has no points."""
    if gap.favour is None or gap.kind == "fatal":
        return "–"
    rounded = round(gap.favour, 1)
    return f"{rounded:+g}".replace("-", "−") if rounded else "0"
