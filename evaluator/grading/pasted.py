"""Sentences that stand in the rubric: its examples, key points, levels, reference answers or task, repeated.

People who do well say what the rubric wants in their own words. How much of a sentence stands in the rubric word for word is
counted by overlapping pieces of it (PIECE_CHARACTERS, PIECE_WORDS). A short common phrase accuses nobody: a text counts only if
LEAST_TOGETHER units of it were taken over, or LEAST_DESCRIBED of the way in which the rubric describes performance, which is no
way to speak to anybody. `python -m benchmarks.attacks` measures the thresholds on other texts (docs/trust.md).

Those sentences are no witness of anything, and a person is asked to look. In a written exam somebody may have learned the model
answer by heart, so there they are shown and no point moves.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from evaluator.grading.tuned import (
    LEAST_BESIDE,
    LEAST_DESCRIBED,
    LEAST_TAKEN,
    LEAST_TOGETHER,
    OVERLAP_SHARE,
    PIECE_CHARACTERS,
    PIECE_WORDS,
)
from evaluator.rubric import ROLES_OF, Rubric
from evaluator.scorecard import Guard
from evaluator.text import normalise
from evaluator.transcript import Span, Transcript, evidence_of, parse, spans_of

_UNIT = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")

Gram = tuple[str, ...]


class Overlap(NamedTuple):
    """A sentence, its length in units, and the shares of its pieces that stand in the rubric, and in its descriptions alone."""

    span: Span
    units: int
    share: float
    described: float


def pasted(rubric: Rubric, transcript: Transcript) -> list[Guard]:
    """One guard with all sentences that were taken over from the rubric; none where there are too few."""
    found = overlaps(rubric, transcript)
    together = sum(one.units for one in found if one.units >= LEAST_TAKEN and one.share >= OVERLAP_SHARE)
    described = sum(one.units for one in found if one.units >= LEAST_TAKEN and one.described >= OVERLAP_SHARE)
    if together < LEAST_TOGETHER[rubric.form] and (rubric.form == "answer" or described < LEAST_DESCRIBED):
        return []
    code = "learned_by_heart" if rubric.form == "answer" else "pasted"
    taken = [one for one in found if one.units >= LEAST_BESIDE and one.share >= OVERLAP_SHARE]
    return [
        Guard(code=code, detail=str(len(taken)), evidence=tuple(evidence_of(one.span, "against", 1.0) for one in taken))
    ]


def overlaps(rubric: Rubric, transcript: Transcript) -> list[Overlap]:
    """Every sentence of the text, with how much of it stands in the rubric."""
    known, described = _grams_of(rubric)
    return [_overlap(span, known, described) for span in spans_of(transcript, ROLES_OF["any"])]


def _overlap(span: Span, known: frozenset[Gram], described: frozenset[Gram]) -> Overlap:
    units = _units(span.text)
    grams = _grams(units)
    shares = [sum(gram in of for gram in grams) / max(len(grams), 1) for of in (known, described)]
    return Overlap(span, len(units), *shares)


@lru_cache(maxsize=64)
def _grams_of(rubric: Rubric) -> tuple[frozenset[Gram], frozenset[Gram]]:
    """The pieces of all that the rubric says of a good answer and of its task; and of how it describes performance, which is
    in nobody's mouth, without those of its task."""
    task = {gram for gram in _grams(_units(rubric.task))}
    described = {gram for text in _descriptions(rubric) for gram in _grams(_units(text))}
    spoken = {gram for text in _spoken(rubric) for gram in _grams(_units(text))}
    return frozenset(task | described | spoken), frozenset(described - task - spoken)


def _descriptions(rubric: Rubric) -> list[str]:
    texts = []
    for criterion in rubric.criteria:
        texts += [criterion.description, *(level.description for level in criterion.levels)]
        texts += [check.yes for check in criterion.checks]
    return texts


def _spoken(rubric: Rubric) -> list[str]:
    """What somebody may well say, key points included: a terse agent asks for "name, last four digits, address" as they do."""
    texts = [check.example for criterion in rubric.criteria for check in criterion.checks]
    for reference in rubric.references:
        texts += [span.text for span in spans_of(parse(reference.text, form=rubric.form), ROLES_OF["any"])]
        texts += [text for point in reference.key_points for text in (point.text, point.example)]
    return texts


def _units(text: str) -> list[str]:
    """Chinese characters and words of other scripts, folded."""
    return _UNIT.findall(normalise(text).text) if _is_chinese(text) else _UNIT.findall(text.casefold())


def _is_chinese(text: str) -> bool:
    return bool(re.search(r"[\u3400-\u9fff]", text))


def _grams(units: list[str]) -> list[Gram]:
    size = PIECE_CHARACTERS if any("\u3400" <= unit <= "\u9fff" for unit in units) else PIECE_WORDS
    return [tuple(units[at : at + size]) for at in range(len(units) - size + 1)]
