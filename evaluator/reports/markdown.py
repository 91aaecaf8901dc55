"""A scorecard as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaluator import messages
from evaluator.reports.phrases import (
    decided,
    outcome,
    percent,
    phrase,
    points,
    shown_reasons,
    standing,
    usage_line,
    why,
)
from evaluator.scorecard import Scorecard, UngradedVerdict, Verdict
from evaluator.transcript import Transcript

_MEANS_SOMETHING = re.compile(r"([\\`\[\]<>])")


def literal(text: str) -> str:
    """`text` in one line, in which nothing becomes a link, an image or HTML: a report must not load what a candidate wrote."""
    return _MEANS_SOMETHING.sub(r"\\\1", " ".join(text.split()))


def to_markdown(card: Scorecard, transcript: Transcript) -> str:
    """The scorecard as Markdown, with the transcript's exact words as evidence."""
    return "\n".join(_lines(card, transcript)) + "\n"


def _lines(card: Scorecard, transcript: Transcript) -> Iterator[str]:
    yield f"# {literal(card.rubric.title)}"
    yield f"\n**{points(card.total)} / {points(card.max_points)}** — {standing(card)}\n"
    if card.decision:
        yield f"{decided(card)}\n"
    for verdict in card.verdicts:
        yield from _verdict_lines(verdict)
    if card.key_points:
        yield f"\n## {phrase('key_points')}\n"
        for item in card.key_points:
            mark = {True: "x", False: " ", None: "?"}[item.covered]
            where = f" — {item.evidence[0].turn}: “{literal(item.evidence[0].text)}”" if item.evidence else ""
            yield f"- [{mark}] {literal(item.text)} ({percent(item.probability)}){where}"
    yield f"\n## {phrase('references')}\n"
    for use in card.references:
        yield f"- {phrase(use.kind)} · {phrase(f'matched_{use.matched_by}')} · {literal(use.source or phrase('source_unknown'))} · `{use.digest[:12]}`"
    if not card.references:
        yield phrase("no_references")
    yield f"\n## {phrase('review')}\n"
    yield from (f"- {literal(reason)}" for reason in shown_reasons(card)) if card.review else [phrase("no_review")]
    for assumption in transcript.assumptions:
        yield f"- {phrase('assumed')} {literal(messages.say(f'transcript.{assumption.code}', **assumption.values))}"
    yield f"\n{usage_line(card)}"


def _verdict_lines(verdict: Verdict | UngradedVerdict) -> Iterator[str]:
    if isinstance(verdict, UngradedVerdict):
        cause = messages.say(f"review.cause_{verdict.ungraded.cause}")
        yield f"\n## {literal(verdict.name)}: {phrase('ungraded', cause=cause)} / {points(verdict.max_points)}\n"
        return
    yield f"\n## {literal(verdict.name)}: {outcome(verdict)}\n"
    yield f"| {phrase('column_points')} | {phrase('column_probability')} | {phrase('column_level')} |\n| ---: | ---: | --- |"
    for place, share in enumerate(verdict.distribution):
        mark = "**" if place == verdict.level else ""
        level = literal(share.description).replace("|", "\\|")  # a line break or a bar would end the cell
        yield f"| {points(share.points)} | {percent(share.probability)} | {mark}{level}{mark} |"
    yield ""
    if told := why(verdict):
        yield f"{literal(told)}\n"
    for item in verdict.evidence:
        sign = "≈" if item.verified is False else "+" if item.direction == "for" else "−"
        yield f"- {sign} [{item.turn} {literal(item.speaker or phrase(f'role_{item.role}'))}] “{literal(item.text)}”"
