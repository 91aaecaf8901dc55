"""A scorecard on the page: the total against the pass mark, each criterion with its certainty, and the reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape

import streamlit as st

from evaluator.reports import bearing, decided, recomputed, shown_points, shown_reasons, state_of, why
from evaluator.scorecard import Evidence, KeyPointResult, Scorecard, UngradedVerdict, Verdict
from evaluator.storage import Note, Override
from evaluator.transcript import Transcript
from ui.scorecard.transcript_view import colour, criterion_id, mark_id, show_transcript
from ui.shared.language import language, listed, tr
from ui.shared.layout import out_of, percent, when
from ui.shared.literal import literal
from ui.shared.notes import note

Below = Callable[[Verdict | UngradedVerdict], None]
BEGINNING = 24  # characters of a reference shown on its closed box, to distinguish it from the others


def show_scorecard(
    card: Scorecard,
    transcript: Transcript,
    *,
    overrides: Mapping[str, Override] | None = None,
    prefix: str = "",
    below: Below | None = None,
    notes: Sequence[Note] = (),
) -> None:
    """Everything about one grading: total, reasons to look, criteria beside the transcript, key points, references.

    `below` draws something under each criterion, such as fields to correct it.
    """
    show_judge_warning(card)
    show_total(card, overrides)
    show_review(card)
    show_guards(card)
    left, right = st.columns([11, 9], gap="medium")
    with left:
        section("criteria")
        show_criteria(card, overrides=overrides, prefix=prefix, below=below)
    with right:
        section("transcript")
        show_transcript(transcript, card.verdicts, prefix=prefix, notes=notes)
    show_key_points(card)
    show_references(card)
    show_technical(card)


def section(key: str) -> None:
    """A heading inside a page; `key` is a catalogue key."""
    st.html(f'<h2 class="ev-h2">{escape(tr(key))}</h2>')


def show_judge_warning(card: Scorecard) -> None:
    """Warns prominently when a judge for tests awarded these points."""
    if card.judge.get("name") == "scripted":
        st.warning(tr("scripted_judge"), icon=":material/science:")


def show_total(card: Scorecard, overrides: Mapping[str, Override] | None = None) -> None:
    """The total with its scale, its interval and the pass mark; a person's corrections beside the machine's."""
    st.html(total_html(card, overrides))


def total_html(card: Scorecard, overrides: Mapping[str, Override] | None = None) -> str:
    """What `show_total` draws."""
    now = recomputed(card, overrides or {})
    total, passed = (now.total, now.passed) if now else (card.total, card.passed)
    kind, word = {True: ("good", "passed"), False: ("bad", "not_passed"), None: ("", "pass_open")}[passed]
    notes = [tr("pass_mark", mark=out_of(card.pass_mark, card.max_points))]
    if now:
        notes.append(tr("machine_total", total=out_of(card.total, card.max_points)))
    if card.interval:
        notes.append(tr("interval", low=f"{card.interval[0]:.1f}", high=out_of(card.interval[1], card.max_points)))
    if card.coverage < 1:
        notes.append(tr("coverage", share=percent(card.coverage)))
    if card.profile:
        notes.append(tr("report.profile", name=card.profile))
    points = "–" if total is None else f"{round(total, 1):g}"
    return (
        f'<div class="ev-total"><div class="ev-total-row"><span class="ev-total-points">{points}'
        f"<small> / {card.max_points:g}</small></span>"
        f'<span class="ev-chip {kind}">{escape(tr(word))}</span>'
        f'<span class="ev-dim">{escape(" · ".join(notes))}</span></div>{_track(card, total)}{decision_html(card)}</div>'
    )


def decision_html(card: Scorecard) -> str:
    """Who decides, by the profile's policy; empty if no profile was applied."""
    return (
        f'<p style="margin:0.4rem 0 0"><strong>{escape(decided(card, language()))}</strong></p>'
        if card.decision
        else ""
    )


def _track(card: Scorecard, total: float | None) -> str:
    def place(points: float) -> str:
        return f"{max(0.0, min(100.0, 100 * points / card.max_points)):.1f}%"

    label = tr("total_label", total=out_of(total, card.max_points), mark=f"{card.pass_mark:g}")
    band = ""
    if card.interval:
        low, high = card.interval
        band = f'<div class="ev-band" style="left:{place(low)};right:calc(100% - {place(high)})"></div>'
    mark = escape(tr("pass_mark_short", mark=f"{card.pass_mark:g}"))
    return (
        f'<div class="ev-track" role="img" aria-label="{escape(label)}">'
        f'<div class="ev-fill" style="width:{place(total or 0)}"></div>{band}'
        f'<div class="ev-pass" style="left:{place(card.pass_mark)}"><span>{mark}</span></div></div>'
    )


def show_review(card: Scorecard) -> None:
    """Why a person should look, each reason with its criterion; nothing is drawn without a reason."""
    if card.review_reasons:
        note(tr("review_needed"), items=shown_reasons(card, language()))


def show_guards(card: Scorecard) -> None:
    """What a person should know about the text before trusting the points, with the words that show it."""
    for guard in card.guards:
        quotes = [f"“{evidence.text}”" for evidence in guard.evidence[:3]]
        note(tr(f"guards.{guard.code}"), "bad" if guard.code != "too_short" else "", quotes)


def show_criteria(
    card: Scorecard,
    *,
    overrides: Mapping[str, Override] | None = None,
    prefix: str = "",
    below: Below | None = None,
) -> None:
    """One box per criterion, in the rubric's order."""
    shown = shown_points(card)
    for number, verdict in enumerate(card.verdicts, start=1):
        override = (overrides or {}).get(verdict.criterion)
        st.html(verdict_html(verdict, number, prefix=prefix, override=override, shown=shown.get(verdict.criterion)))
        if below is not None:
            below(verdict)


def verdict_html(
    verdict: Verdict | UngradedVerdict,
    number: int,
    *,
    prefix: str = "",
    override: Override | None = None,
    shown: float | None = None,
) -> str:
    """One criterion: points with their scale, level, distribution in a bar and in words, quotations as links.

    `shown` are the points rounded so that the parts add up to the total.
    """
    points = verdict_points(verdict, shown)
    given = escape(points)
    if override is not None and override.points is not None:
        given = f'<span class="was">{given}</span>{escape(_given(verdict, override.points))}'
    body = _ungraded(verdict) if isinstance(verdict, UngradedVerdict) else _graded(verdict, prefix)
    if override is not None:
        by = tr("override_by", who=override.who, at=when(override.at), comment=override.comment or "–")
        body += f'<p class="ev-dim">{escape(by)}</p>'
    place = escape(criterion_id(prefix, verdict.criterion))
    title = f'<span class="ev-badge">{number}</span>{escape(verdict.name)}<span class="pts">{given}</span>'
    return f'<section class="ev-crit {colour(number)}" id="{place}" tabindex="-1"><h3>{title}</h3>{body}</section>'


def verdict_points(verdict: Verdict | UngradedVerdict, shown: float | None = None) -> str:
    """The points of a criterion with their scale, or in words if it has none."""
    if isinstance(verdict, UngradedVerdict):
        return tr("ungraded_points", most=f"{verdict.max_points:g}") if verdict.max_points else tr("ungraded_short")
    if verdict.not_applicable:
        return tr("not_applicable")
    points = verdict.points if shown is None else shown
    return _given(verdict, float(verdict.level) if verdict.kind == "fatal" else points)


def _given(verdict: Verdict | UngradedVerdict, points: float) -> str:
    if verdict.kind == "fatal":
        return tr("fatal_happened" if points >= 0.5 else "fatal_not")
    sign = {"penalty": "−", "bonus": "+"}.get(verdict.kind, "")
    return f"{sign}{out_of(points, verdict.max_points)}"


def _ungraded(verdict: UngradedVerdict) -> str:
    text = tr("review.ungraded", cause=tr(f"review.cause_{verdict.ungraded.cause}"))
    return f"<p>{escape(text)} {escape(tr('ungraded_not_zero'))}</p>"


def _graded(verdict: Verdict, prefix: str) -> str:
    told = why(verdict)
    means = f"{tr('level_means')}{verdict.level_description}" if verdict.level_description else ""
    level = f'<p class="ev-dim">{escape(means)}</p>' if means else ""
    lost = f"<p>{escape(told)}</p>" if told else ""
    return lost + level + _interval(verdict) + distribution_html(verdict) + _quotes(verdict, prefix)


def _interval(verdict: Verdict) -> str:
    """The range of the people's mean points, by a calibration profile."""
    if verdict.interval is None:
        return ""
    low, high = verdict.interval
    return f'<p class="ev-dim">{escape(tr("interval", low=f"{low:.1f}", high=out_of(high, verdict.max_points)))}</p>'


def distribution_html(verdict: Verdict) -> str:
    """The probability of each level, as a bar and as text."""
    shares = verdict.distribution
    if not shares:
        return ""
    tones = [round(25 + 75 * place / max(1, len(shares) - 1)) for place in range(len(shares))]
    words = [
        tr("share", points=_level_name(verdict, place), percent=percent(one.probability))
        for place, one in enumerate(shares)
    ]
    style = "background:color-mix(in srgb, var(--strong) {tone}%, transparent)"
    bar = "".join(
        f'<span style="flex:{max(one.probability, 0.001):.4f};{style.format(tone=tone)}"></span>'
        for one, tone in zip(shares, tones, strict=True)
    )
    items = "".join(
        f'<li class="{"most" if place == verdict.level else ""}">'
        f'<i style="{style.format(tone=tone)}"></i>{escape(word)}</li>'
        for place, (word, tone) in enumerate(zip(words, tones, strict=True))
    )
    label = escape(tr("distribution_label", levels=listed(words)))
    sure = escape(tr("confidence", share=percent(verdict.confidence)))
    return (
        f'<div class="ev-bar" role="img" aria-label="{label}">{bar}</div>'
        f'<ul class="ev-levels" title="{sure}">{items}<li>{sure}</li></ul>'
    )


def _level_name(verdict: Verdict, place: int) -> str:
    if verdict.kind == "fatal":
        return tr("fatal_happened" if place else "fatal_not")
    return tr("points_unit", points=f"{verdict.distribution[place].points:g}")


def _quotes(verdict: Verdict, prefix: str) -> str:
    if not verdict.evidence:
        return f'<p class="ev-dim">{escape(tr("no_evidence"))}</p>'
    items = "".join(
        f'<li><a href="#{escape(mark_id(prefix, verdict.criterion, nth))}">“{escape(one.text)}”</a> '
        f"<small>{escape(place_of(one))}</small></li>"
        for nth, one in enumerate(verdict.evidence, start=1)
    )
    return f'<ul class="ev-quotes">{items}</ul>'


def place_of(evidence: Evidence) -> str:
    """The speaker, the place, and whether it speaks for or against."""
    who = evidence.speaker or tr(f"role_{evidence.role}")
    return tr("quote_place", who=who, turn=evidence.turn.removeprefix("t"), direction=bearing(evidence))


def show_key_points(card: Scorecard) -> None:
    """What the reference answer says and whether the candidate said it, with certainty and place."""
    if not card.key_points:
        return
    section("key_points")
    ordered = sorted(card.key_points, key=lambda one: (one.covered is True, one.covered is None))
    rows = "".join(_key_point(one) for one in ordered)
    head = "".join(
        f"<th scope='col'>{escape(tr(key))}</th>" for key in ("key_point", "key_point_state", "key_point_where")
    )
    st.html(f'<table class="ev-table ev-points"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>')


def _key_point(one: KeyPointResult) -> str:
    word = state_of(one)
    kind = {"covered": "yes", "missing": "no"}.get(word, "open")
    sure = "" if one.probability is None else f" {percent(one.probability)}"
    where = f"“{one.evidence[0].text}” ({place_of(one.evidence[0])})" if one.evidence else "–"
    state = f'<td class="ev-{kind}">{escape(tr(word))}{sure}</td>'
    return f"<tr><td>{escape(one.text)}</td>{state}<td>{escape(where)}</td></tr>"


def show_references(card: Scorecard) -> None:
    """The material that the grading used, each with its source; a sentence if there was none."""
    section("references")
    if not card.references:
        st.html(f'<p class="ev-empty">{escape(tr("no_references"))}</p>')
    for use in card.references:
        begins = " ".join(use.text.split())[:BEGINNING]
        with st.expander(f"{tr(use.kind)} · {literal(use.source or tr('no_source'))} · {literal(begins)}…"):
            st.text(use.text)
            st.caption(f"{tr(f'matched_{use.matched_by}')} · {tr('digest', digest=use.digest[:12])}")


def show_technical(card: Scorecard) -> None:
    """The model that judged, its time and cost; the rubric and the record."""
    cost = tr("free") if card.usage.cost is None else f"${card.usage.cost:.4f}"
    items = {
        "judge": card.judge.get("answered_by") or card.judge.get("name", "–"),
        "method": card.judge.get("method", "–"),
        "seconds": tr("seconds_value", seconds=f"{card.usage.seconds:.1f}"),
        "tokens": tr(
            "tokens_value",
            read=f"{card.usage.prompt_tokens:,}",
            cached=f"{card.usage.cached_tokens:,}",
            generated=f"{card.usage.generated_tokens:,}",
        ),
        "cost": cost,
        "profile": card.profile or tr("no_profile"),
        "rubric": f"{card.rubric.title} (v{card.rubric.version}, {card.rubric.digest[:12]})",
        "graded_at": when(card.created_at),
        "record": card.id,
    }
    rows = "".join(
        f"<tr><th scope='row'>{escape(tr(key))}</th><td>{escape(value)}</td></tr>" for key, value in items.items()
    )
    with st.expander(tr("technical")):
        st.html(f'<table class="ev-table"><tbody>{rows}</tbody></table>')
