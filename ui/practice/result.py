"""Practice, after the grading: own grades beside the grader's, and the quotations that explain the difference."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from evaluator.practice import Comparison, Gap, Practised, explain
from ui.practice.coaching_view import show_coaching
from ui.scorecard.radar import overview_html
from ui.scorecard.transcript_view import colour, criterion_id, mark_id, show_transcript
from ui.scorecard.view import (
    decision_html,
    place_of,
    section,
    show_guards,
    show_judge_warning,
    show_key_points,
    show_references,
    show_review,
    show_technical,
    show_total,
)
from ui.shared import stores
from ui.shared.language import language, listed, tr
from ui.shared.layout import out_of, percent
from ui.shared.literal import literal

STYLE = Path(__file__).with_name("practice_style.css")
_CHIPS = {"agree": "good", "kinder": "bad", "stricter": ""}


def show_result(entry: Practised) -> None:
    """Both sides of one attempt. `entry` must have been graded."""
    card, comparison = entry.scorecard, entry.comparison
    if card is None or comparison is None:
        return
    transcript = stores.records().attempts.transcript(entry.attempt.id)
    prefix = f"p{entry.attempt.id}-"
    st.html(STYLE)
    show_judge_warning(card)
    st.html(totals_html(comparison))
    if card.decision:
        st.html(decision_html(card))
    if card.profile:
        st.caption(literal(tr("report.profile", name=card.profile)))
    st.html(f"<p>{escape(sum_up(comparison))}</p>")
    st.html(overview_html(comparison))
    left, right = st.columns([11, 9], gap="medium")
    with left:
        section("ui_practice.side_by_side")
        for number, gap in enumerate(comparison.gaps, start=1):
            st.html(gap_html(gap, number, prefix))
    with right:
        section("transcript")
        show_transcript(transcript, card.verdicts, prefix=prefix)
    show_coaching(entry, transcript)
    show_key_points(card)
    show_references(card)
    with st.expander(tr("ui_practice.whole_scorecard")):
        show_total(card)
        show_review(card)
        show_guards(card)
        show_technical(card)


def sum_up(comparison: Comparison) -> str:
    """One or two sentences: which way the trainee leans, and where the two differ most."""
    if comparison.leaning is None or comparison.distance is None:
        return tr("ui_practice.sum_nothing")
    widest = comparison.widest()
    if not widest:
        return tr("ui_practice.sum_agree", distance=percent(comparison.distance))
    lean = "kinder" if comparison.leaning > 0.05 else "stricter" if comparison.leaning < -0.05 else "even"
    return tr(
        f"ui_practice.sum_{lean}",
        distance=percent(comparison.distance),
        names=listed(gap.name for gap in widest),
    )


def totals_html(comparison: Comparison) -> str:
    """Own total and graded total as two bars on the same scale, with the pass mark."""
    most, mark = comparison.max_points, comparison.pass_mark
    rows = "".join(
        _bar(tr(key), total, most, kind, mark)
        for key, total, kind in (
            ("ui_practice.yours", comparison.own_total, "own"),
            ("ui_practice.graders", comparison.graded_total, "graded"),
        )
    )
    notes = [tr("pass_mark", mark=out_of(mark, most))]
    if ungraded := [gap.name for gap in comparison.gaps if gap.view == "ungraded" and gap.kind != "fatal"]:
        notes.append(tr("ui_practice.without_ungraded", names=listed(ungraded)))
    return f'<div class="ev-total">{rows}<p class="ev-dim">{escape(" · ".join(notes))}</p></div>'


def gap_html(gap: Gap, number: int, prefix: str) -> str:
    """One criterion: two bars, both grades, why they differ, and the words that show it."""
    chip = f'<span class="ev-chip {_CHIPS.get(gap.view, "")}">{escape(tr(f"ui_practice.view_{gap.view}"))}</span>'
    bars = "" if gap.kind == "fatal" else _bars(gap)
    sentences = "".join(f"<p>{escape(sentence)}</p>" for sentence in explain(gap, language()))
    mine = tr("ui_practice.own_reason", reason=gap.own_comment) if gap.own_comment else ""
    return (
        f'<section class="ev-crit {colour(number)}" id="{escape(criterion_id(prefix, gap.criterion))}">'
        f'<h3><span class="ev-badge">{number}</span>{escape(gap.name)}{chip}</h3>'
        f"{bars}{sentences}{f'<p class=ev-dim>{escape(mine)}</p>' if mine else ''}{_quotes(gap, prefix)}</section>"
    )


def _bars(gap: Gap) -> str:
    own = _bar(tr("ui_practice.yours"), gap.own, gap.max_points, "own")
    return own + _bar(tr("ui_practice.graders"), gap.graded, gap.max_points, "graded")


def _bar(name: str, points: float | None, most: float, kind: str, mark: float | None = None) -> str:
    share = 0.0 if points is None else max(0.0, min(1.0, points / most))
    at = "" if mark is None else f'<i class="pr-mark" style="left:{100 * mark / most:.1f}%"></i>'
    shown = out_of(points, most)
    return (
        f'<div class="pr-row"><span class="pr-name">{escape(name)}</span>'
        f'<span class="pr-track" role="img" aria-label="{escape(f"{name} {shown}")}">'
        f'<i class="pr-fill {kind}" style="width:{100 * share:.1f}%"></i>{at}</span>'
        f'<span class="pr-points">{escape(shown)}</span></div>'
    )


def _quotes(gap: Gap, prefix: str) -> str:
    """Links to the words in the transcript, first those that explain the difference."""
    places = {(item.turn, item.start, item.direction): nth for nth, item in enumerate(gap.evidence, start=1)}
    items = "".join(
        f'<li><a href="#{escape(mark_id(prefix, gap.criterion, places[item.turn, item.start, item.direction]))}">'
        f"“{escape(item.text)}”</a> <small>{escape(place_of(item))}</small></li>"
        for item in gap.quotations
    )
    return f'<ul class="ev-quotes">{items}</ul>' if items else ""
