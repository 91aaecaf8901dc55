"""Sentences that stand in the rubric: its examples, key points, levels, reference answers or task, said over.

People who do well say what the rubric wants in their own words. How much of somebody's sentence stands in the rubric word for
word is counted by overlapping pieces of it (`GRAM`), those of the task left out, since every text about the matter shares them.
Nobody is accused of a short common phrase: a sentence counts from `LEAST` on, and a text only if `LEAST_TOGETHER` of it was
taken over. The thresholds were set on the texts that may be developed with; `python -m benchmarks.attacks` measures them on
others, real calls and answers among them (docs/trust.md).

What was taken over is no witness of anything, and a person is asked to look: in a written exam somebody may have learned the
model answer by heart, so there it is shown and nothing else.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from evaluator.rubric import Role, Rubric
from evaluator.scorecard import Guard
from evaluator.text import normalise
from evaluator.transcript import Form, Span, Transcript, evidence_of, parse, spans_of

CHARACTERS, WORDS = 4, 3  # Chinese characters, or words of another script, in one overlapping piece
SHARE = 0.5  # of a sentence's pieces that stand in the rubric, from which it was taken over
LEAST = 9  # units of a sentence, below which anybody may say the same
# Units of a text taken over, below which it may be chance: twice what innocent texts reach. Who knows the subject of an exam answers in its very terms.
LEAST_TOGETHER: dict[Form, int] = {"dialogue": 48, "email": 48, "answer": 120}
EVERYBODY: frozenset[Role] = frozenset({"agent", "customer", "other"})
_UNIT = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")

Gram = tuple[str, ...]


class Overlap(NamedTuple):
    """A sentence, its length in units, and the share of its pieces that stand in the rubric."""

    span: Span
    units: int
    share: float


def pasted(rubric: Rubric, transcript: Transcript) -> list[Guard]:
    """One guard with all sentences that were taken over from the rubric; none where there are too few."""
    found = [one for one in overlaps(rubric, transcript) if one.units >= LEAST and one.share >= SHARE]
    if sum(one.units for one in found) < LEAST_TOGETHER[rubric.form]:
        return []
    code = "learned_by_heart" if rubric.form == "answer" else "pasted"
    evidence = tuple(evidence_of(one.span, "against", 1.0) for one in found)
    return [Guard(code=code, detail=str(len(found)), evidence=evidence)]


def overlaps(rubric: Rubric, transcript: Transcript) -> list[Overlap]:
    """Every sentence of the text, with how much of it stands in the rubric."""
    known = _grams_of(rubric)
    return [_overlap(span, known) for span in spans_of(transcript, EVERYBODY)]


def _overlap(span: Span, known: frozenset[Gram]) -> Overlap:
    units = _units(span.text)
    grams = _grams(units)
    shared = sum(gram in known for gram in grams)
    return Overlap(span, len(units), shared / len(grams) if grams else 0.0)


@lru_cache(maxsize=64)
def _grams_of(rubric: Rubric) -> frozenset[Gram]:
    """The pieces of everything that the rubric says of a good answer, and of its task's whole sentences."""
    found = {gram for text in _texts(rubric) for gram in _grams(_units(text))}
    return frozenset(found)


def _texts(rubric: Rubric) -> list[str]:
    """The sentences of the rubric that could be taken over."""
    texts = [rubric.task]
    for criterion in rubric.criteria:
        texts += [criterion.description, *(level.description for level in criterion.levels)]
        texts += [part for check in criterion.checks for part in (check.example, check.yes)]
    for reference in rubric.references:
        spoken = spans_of(parse(reference.text, form=rubric.form), EVERYBODY)
        texts += [span.text for span in spoken]
        texts += [part for point in reference.key_points for part in (point.text, point.example)]
    return texts


def _units(text: str) -> list[str]:
    """Chinese characters and words of other scripts, folded."""
    return _UNIT.findall(normalise(text).text) if _is_chinese(text) else _UNIT.findall(text.casefold())


def _is_chinese(text: str) -> bool:
    return bool(re.search(r"[\u3400-\u9fff]", text))


def _grams(units: list[str]) -> list[Gram]:
    size = CHARACTERS if any("\u3400" <= unit <= "\u9fff" for unit in units) else WORDS
    return [tuple(units[at : at + size]) for at in range(len(units) - size + 1)]
