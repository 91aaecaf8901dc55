"""What a report for people says about one grading, as plain rows; Word and Excel only lay them out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from evaluator.messages import say
from evaluator.reports.phrases import decided, state_of
from evaluator.scorecard import Scorecard, Sum, UngradedVerdict, Verdict, corrected
from evaluator.storage import Override, Record, points_of

Say = Callable[..., str]


class CriterionRow(NamedTuple):
    """One criterion; `points` is None where there is no number, and then `shown` says why."""

    name: str
    points: float | None
    shown: str
    most: float
    level: str
    confidence: float | None
    override: Override | None
    quotes: tuple[str, ...]


class KeyPointRow(NamedTuple):
    """One key point, whether it was said, and how probable that is."""

    text: str
    state: str
    probability: float | None


def speaker(language: str | None) -> Say:
    """Says the texts of reports in one language."""
    return partial(_say, language)


def _say(language: str | None, key: str, **values: object) -> str:
    return say(f"export.{key}", language, **values)


def recomputed(card: Scorecard, standing: Mapping[str, Override]) -> Sum | None:
    """What the scorecard adds up to with people's points instead of the machine's; None where nobody gave any."""
    given = points_of(standing)
    return corrected(card, given) if given else None


def head_rows(
    record: Record, standing: Mapping[str, Override], tell: Say, language: str | None
) -> list[tuple[str, str]]:
    """What it is about, and the outcome: name and value."""
    card = record.scorecard
    now = recomputed(card, standing)
    total, passed = (now.total, now.passed) if now else (card.total, card.passed)
    shown = _of(total, card.max_points)
    if now:
        shown = tell("with_overrides", total=shown, machine=_of(card.total, card.max_points))
    outcome = {True: "passed", False: "not_passed", None: "pass_open"}[passed]
    return [
        (tell("candidate"), record.label or "–"),
        (tell("rubric"), f"{card.rubric.title} (v{card.rubric.version})"),
        (tell("total"), shown),
        (tell("pass_mark"), _of(card.pass_mark, card.max_points)),
        (tell("outcome"), tell(outcome)),
        *_calibrated(card, tell, language),
        (tell("judge"), card.judge.get("answered_by") or card.judge.get("name", "–")),
        (tell("graded_at"), moment(card.created_at)),
        (tell("record"), card.id),
    ]


def _calibrated(card: Scorecard, tell: Say, language: str | None) -> list[tuple[str, str]]:
    """The calibration profile, its interval and who decides by it; nothing where none was applied."""
    rows = [(tell("profile"), card.profile)] if card.profile else []
    if card.interval:
        low, high = card.interval
        rows.append((tell("interval"), f"{low:.1f} – {_of(high, card.max_points)}"))
    return [*rows, (tell("decision"), decided(card, language))] if card.decision else rows


def moment(at: str) -> str:
    """An ISO 8601 moment in UTC to the minute, as people write it: "2026-03-04 15:20"."""
    return at[:16].replace("T", " ")


def criterion_rows(record: Record, standing: Mapping[str, Override], tell: Say) -> list[CriterionRow]:
    """The criteria in the rubric's order."""
    return [_row(verdict, standing.get(verdict.criterion), tell) for verdict in record.scorecard.verdicts]


def _row(verdict: Verdict | UngradedVerdict, override: Override | None, tell: Say) -> CriterionRow:
    if isinstance(verdict, UngradedVerdict):
        return CriterionRow(verdict.name, None, tell("ungraded"), verdict.max_points, "", None, override, ())
    points: float | None = verdict.points
    shown = _of(points, verdict.max_points)
    if verdict.not_applicable:
        points, shown = None, tell("not_applicable")
    if verdict.kind == "fatal":
        points, shown = None, tell("fatal_happened" if verdict.level == 1 else "fatal_not")
    quotes = tuple(f"“{one.text}” ({one.speaker or tell(f'role_{one.role}')}, {one.turn})" for one in verdict.evidence)
    level = verdict.level_description
    return CriterionRow(verdict.name, points, shown, verdict.max_points, level, verdict.confidence, override, quotes)


def key_point_rows(record: Record, tell: Say) -> list[KeyPointRow]:
    """The key points of the reference answers."""
    return [KeyPointRow(one.text, tell(state_of(one)), one.probability) for one in record.scorecard.key_points]


def _of(points: float | None, most: float) -> str:
    return f"{'–' if points is None else f'{points:.1f}'} / {most:g}"
