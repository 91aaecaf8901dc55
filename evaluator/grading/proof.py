"""Decides whether a sentence proves a statement or only resembles it.

Similarity does not recognise negation: "we don't call back" lies near "fixes the time of the next call". So a sentence
counts as proof only if two methods with different errors agree: the judge, who read the whole text, says that the
statement holds, and the sentence lies nearer to the statement and its example than to its denial (a small logistic
regression, `proof.yaml`). Anything not proved is shown as the nearest sentence. No extra question is asked. For its
performance on unseen pairs see `python -m benchmarks.unseen.evidence` and docs/benchmarks.md.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from evaluator.encoding import read_yaml
from evaluator.grading.tuned import PROVED_ALONE_FROM, PROVED_FROM
from evaluator.rubric import Check, Criterion, KeyPoint

if TYPE_CHECKING:
    from evaluator.references import Vectors


class Claim(NamedTuple):
    """What a sentence may prove, how a speaker would say it, and its denial."""

    text: str
    example: str = ""
    denial: str = ""


def claim_of_check(check: Check) -> Claim:
    """The claim that a check is met."""
    return Claim(check.yes, check.example, check.no)


def claim_of_point(point: KeyPoint) -> Claim:
    """The claim that a key point is made."""
    return Claim(point.text, point.example)


def claim_of_event(criterion: Criterion) -> Claim:
    """The claim that a penalty or a fatal item happened."""
    return Claim(f"{criterion.name} {criterion.description}".strip())


def is_proved(sentence: str, claim: Claim, met: bool | None) -> bool:
    """True if `sentence` may be shown as proof of the claim.

    `met` is the judge's answer about the whole text; None if it was not asked.
    """
    if met is False:
        return False
    return likelihood(sentence, claim) >= (PROVED_ALONE_FROM if met is None else PROVED_FROM)


def likelihood(sentence: str, claim: Claim) -> float:
    """The probability that the sentence says what the claim states, from similarity alone, 0 to 1."""
    return _probability(features_of(sentence, claim))


def features_of(sentence: str, claim: Claim) -> list[float]:
    """Cosines of the sentence with statement, example and denial, by both embedders, in the order of `proof.yaml`.

    A missing example or denial is replaced by the statement.
    """
    example, denial = claim.example or claim.text, claim.denial or claim.text
    (first, second), text = _vectors(sentence), _vectors(claim.text)
    likely, denied = _vectors(example), _vectors(denial)
    pairs = ((first, text[0]), (first, likely[0]), (second, text[1]), (second, likely[1]), (first, denied[0]))
    return [*(float(one @ other) for one, other in pairs), float(second @ denied[1])]


def _probability(features: list[float]) -> float:
    fit = _fit()
    value = fit["intercept"] + sum(
        weight * (feature - centre) / scale
        for feature, centre, scale, weight in zip(features, fit["centre"], fit["scale"], fit["weights"], strict=True)
    )
    return 1 / (1 + math.exp(-max(min(value, 60.0), -60.0)))


@lru_cache(maxsize=4096)
def _vectors(text: str) -> tuple[Vectors, Vectors]:
    from evaluator.references import passage_vectors, universal_vectors

    return passage_vectors([text])[0], universal_vectors([text[:2000]])[0]


@cache
def _fit() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_name("proof.yaml").read_text(encoding="utf-8"))
