"""How far a text resembles the reference answers, measured without a model by three components.

A small language model ranks spoken behaviour well and knowledge badly. For knowledge the reference has to carry the
judgement, so beside the judge's answers there are: *coverage* (is each key point made?), *gist* (does any sentence say
what all of them together say?) and *words* (how many of the key points' own characters or words occur, excluding those
of the task?). Each is capped where people give full marks: nobody repeats a reference answer word for word. The figures
behind the constants are in docs/design/judging.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from evaluator.grading.anchoring import Placed, Witness, place
from evaluator.grading.evidence import ComparedSpans, Matcher, Nearest, query_vectors, statement_of
from evaluator.grading.tuned import FULL_GIST, FULL_POINT, FULL_WORDS, LEAST_REACH, PARAPHRASE, TASK_SHARE, UNRELATED
from evaluator.references import tokens
from evaluator.rubric import ROLES_OF, Criterion, KeyPoint, Rubric
from evaluator.transcript import Form, Role, parse, spans_of

if TYPE_CHECKING:
    from evaluator.references import Vectors


Judged = Mapping[tuple[str, str], float]  # reference and key point: the judge's probability that it is made, 0 to 1
NOTHING_JUDGED: Judged = MappingProxyType({})


class Anchors(NamedTuple):
    """A key point's similarity to its reference answer (upper end) and to the task's own wording (lower end).

    Any text on the topic has the latter.
    """

    reference: float
    task: float


class Witnesses(NamedTuple):
    """How far a text resembles some key points, each 0 to 1: point by point, as a whole, and in words."""

    coverage: float
    gist: float
    words: float


class Likeness:
    """One text compared with the reference answers of its rubric.

    `full_gist` and `full_words` are the cosine and the share of words that count as all of it.
    """

    def __init__(
        self, rubric: Rubric, matcher: Matcher, *, full_gist: float = FULL_GIST, full_words: float = FULL_WORDS
    ) -> None:
        self._rubric, self._matcher = rubric, matcher
        self._full_gist, self._full_words = full_gist, full_words
        self._anchors = similarity_anchors(rubric)
        self._words = frozenset(_content(" ".join(span.text for span in matcher.spans)))

    def of_criterion(self, criterion: Criterion, judged: Judged = NOTHING_JUDGED) -> Placed | None:
        """The text's position between nothing of the reference and all of it; None if the criterion has no key points.

        `judged` is the judge's view of the key points; it counts for half.
        """
        seen = self.witnesses(criterion, judged)
        return place([Witness(value, 1.0) for value in seen]) if seen else None

    def witnesses(self, criterion: Criterion, judged: Judged = NOTHING_JUDGED) -> Witnesses | None:
        """Each component for the criterion, for the reference to which the text is nearest."""
        by_reference = points_of(self._rubric, criterion).items()
        found = [self._seen(reference, points, judged) for reference, points in by_reference]
        return max(found, key=sum, default=None)

    def of_point(self, reference: str, point: KeyPoint) -> tuple[float, Nearest]:
        """How far a key point is made, 0 to 1, and the sentence nearest to it."""
        near = self._matcher.nearest(statement_of(point))
        return _made(near, self._anchors[reference, point.id]), near

    def _seen(self, reference: str, points: Sequence[KeyPoint], judged: Judged = NOTHING_JUDGED) -> Witnesses:
        made = [both(self.of_point(reference, point)[0], judged.get((reference, point.id))) for point in points]
        return Witnesses(sum(made) / len(made), self._gist(points), self._shared_words(points))

    def _gist(self, points: Sequence[KeyPoint]) -> float:
        nearest = self._matcher.similarity(query_vectors((" ".join(point.text for point in points),)))
        return min(max(nearest / self._full_gist, 0.0), 1.0)

    def _shared_words(self, points: Sequence[KeyPoint]) -> float:
        wanted = {word for point in points for word in _content(f"{point.text} {point.example}")}
        wanted -= set(_content(self._rubric.task))
        return min(len(wanted & self._words) / (len(wanted) * self._full_words), 1.0) if wanted else 0.0


def both(alike: float, judged: float | None) -> float:
    """How far a key point is made, by likeness and by the judge if it was asked; their errors differ.

    See `python -m benchmarks.key_points`.
    """
    return alike if judged is None else (alike + judged) / 2


def points_of(rubric: Rubric, criterion: Criterion) -> dict[str, list[KeyPoint]]:
    """The key points that belong to a criterion, by reference; references without any are left out."""
    wanted = rubric.key_points_of(criterion)
    found = {
        reference.id: [point for point in reference.key_points if point in wanted] for reference in rubric.references
    }
    return {reference: points for reference, points in found.items() if points}


@lru_cache(maxsize=32)
def similarity_anchors(rubric: Rubric) -> Mapping[tuple[str, str], Anchors]:
    """For each (reference, key point) its similarity to its own reference answer and to the task's wording.

    Cached by rubric, since it is the same for every text.
    """
    task = _compared(rubric.task, "answer", ROLES_OF["any"])
    found = {}
    for reference in rubric.references:
        if not reference.key_points:
            continue
        queries = query_vectors(tuple(point.text for point in reference.key_points))
        highs, lows = _nearest(_said_in(reference.text, rubric.form), queries, 1.0), _nearest(task, queries, 0.0)
        for point, high, low in zip(reference.key_points, highs, lows, strict=True):
            found[reference.id, point.id] = Anchors(reference=high, task=low)
    return found


def _made(near: Nearest, anchors: Anchors) -> float:
    """How far the words make a key point, 0 to 1.

    Its text is placed between the task wording's similarity and the reference's (or a paraphrase's); its example is
    placed between an unrelated sentence of the trade and a close paraphrase.
    """
    low = anchors.task * TASK_SHARE
    high = min(anchors.reference, FULL_POINT)
    by_text = min(max((near.text - low) / max(high - low, LEAST_REACH), 0.0), 1.0)
    if near.example is None:
        return by_text
    by_example = min(max((near.example - UNRELATED) / (PARAPHRASE - UNRELATED), 0.0), 1.0)
    return (by_text + by_example) / 2


def _content(text: str) -> list[str]:
    """The content words: any two English texts share "the" and "of"."""
    return tokens(text, function_words=False)


def _said_in(reference: str, form: Form) -> ComparedSpans:
    """What the agent says in a reference answer; all of it if no turn is the agent's."""
    own = _compared(reference, form, {"agent"})
    return own if own.spans else _compared(reference, form, ROLES_OF["any"])


def _compared(text: str, form: Form, roles: Collection[Role]) -> ComparedSpans:
    return ComparedSpans(spans_of(parse(text, form=form), roles), of_rubric=True)


def _nearest(compared: ComparedSpans, queries: Vectors, without: float) -> list[float]:
    """The highest cosine of each query with any sentence; `without` if there is no sentence."""
    if not compared.spans:
        return [without] * len(queries)
    return [float(best) for best in compared.similarities(queries).max(axis=1)]
