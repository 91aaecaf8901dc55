"""Everything that is noticed about a text before it is judged: one guard per code, from all layers."""

from __future__ import annotations

from collections.abc import Sequence

from evaluator.grading.pasted import pasted
from evaluator.grading.steering import steering
from evaluator.guard import inspect
from evaluator.rubric import Rubric
from evaluator.scorecard import Evidence, Guard
from evaluator.transcript import Transcript, parse


def guards_of(rubric: Rubric, transcript: Transcript) -> list[Guard]:
    """Everything that is noticed about a text before it is judged, one guard per code."""
    references = [parse(reference.text, form=rubric.form) for reference in rubric.references]
    found = (*inspect(transcript, references), *pasted(rubric, transcript), *steering(rubric, transcript))
    by_code: dict[str, list[Guard]] = {}
    for guard in found:
        by_code.setdefault(guard.code, []).append(guard)
    return [_as_one(guards) for guards in by_code.values()]


def _as_one(guards: Sequence[Guard]) -> Guard:
    """Guards of one code as one, each stretch of words quoted once."""
    evidence: list[Evidence] = []
    for one in sorted((item for guard in guards for item in guard.evidence), key=lambda item: item.start - item.end):
        if not any(one.turn == other.turn and other.start <= one.start and one.end <= other.end for other in evidence):
            evidence.append(one)
    return guards[0].model_copy(
        update={
            "detail": ", ".join(dict.fromkeys(guard.detail for guard in guards)),
            "evidence": tuple(sorted(evidence, key=lambda item: (len(item.turn), item.turn, item.start))),
            "probability": max((guard.probability for guard in guards if guard.probability is not None), default=None),
        }
    )
