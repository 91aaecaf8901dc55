"""A scorecard with people's points in place of the machine's: the same arithmetic, other numbers."""

from __future__ import annotations

from collections.abc import Mapping

from evaluator.scorecard import Scorecard, Sum, UngradedVerdict, Verdict, add_up


def corrected(card: Scorecard, points: Mapping[str, float]) -> Sum:
    """What the scorecard adds up to when `points` (by criterion) stand where they are given.

    For a fatal criterion 1 means that it happened. A criterion that could not be judged counts as soon as a person
    gave it points; one that did not apply counts again.
    """
    return add_up(_verdicts(card, points), card.max_points, card.pass_mark)


def corrected_card(card: Scorecard, points: Mapping[str, float]) -> Scorecard:
    """The scorecard as it reads with them: their verdicts have no evidence, and the sum is `corrected`'s. The card itself
    where none are given."""
    if not points:
        return card
    return card.model_copy(update={"verdicts": _verdicts(card, points), **dict(corrected(card, points))})


def _verdicts(card: Scorecard, points: Mapping[str, float]) -> tuple[Verdict | UngradedVerdict, ...]:
    return tuple(_with(verdict, points) for verdict in card.verdicts)


def _with(verdict: Verdict | UngradedVerdict, points: Mapping[str, float]) -> Verdict | UngradedVerdict:
    given = points.get(verdict.criterion)
    if given is None:
        return verdict
    return Verdict(
        criterion=verdict.criterion,
        name=verdict.name,
        kind=verdict.kind,
        points=0.0 if verdict.kind == "fatal" else given,
        max_points=verdict.max_points,
        level=int(given >= 0.5) if verdict.kind == "fatal" else 0,
        level_description="",
        distribution=(),
        confidence=1.0,
    )
