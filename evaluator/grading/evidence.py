"""Evidence: the speaker's sentences most relevant to a criterion or key point. Selected, never generated."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from evaluator.grading.proof import Claim, claim_of_check, claim_of_event, claim_of_point
from evaluator.grading.tuned import BREATH, COMMON_PART, LEAST_CLAUSE, LEAST_SIMILARITY
from evaluator.judge import Subject
from evaluator.rubric import Check, Criterion, KeyPoint, Rubric
from evaluator.transcript import Span

if TYPE_CHECKING:
    from evaluator.references import Vectors

_CLAUSE = re.compile(r"[^，,、：:。！？!?；;\n]+")
_UNIT = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")


class Statement(NamedTuple):
    """Something that a text may say: in the rubric's words and (if the rubric has an example) in a speaker's."""

    text: str
    example: str = ""


class Nearest(NamedTuple):
    """A statement's highest cosines with any sentence, and the sentence that most likely says it.

    The cosines are those of its text and of its example (None without one); all are 0 or None if there is no sentence.
    """

    text: float
    example: float | None
    span: Span | None


class ComparedSpans:
    """The spans of one transcript with the vectors of their sentences and clauses.

    Vectors of a rubric's own text are cached on disk.
    """

    def __init__(self, spans: list[Span], *, of_rubric: bool = False) -> None:
        from evaluator.references import kept_passage_vectors, passage_vectors

        embed = kept_passage_vectors if of_rubric else passage_vectors
        self.spans = spans
        pieces = [(number, text) for number, span in enumerate(spans) for text in pieces_of(span.text)]
        self._owners = [number for number, _ in pieces]
        self._vectors = embed([text for _, text in pieces])

    def similarities(self, queries: Vectors) -> Vectors:
        """For each query (rows) and span (columns) the best cosine of the query with the sentence or a clause."""
        import numpy as np

        found = np.full((len(queries), len(self.spans)), -1.0)
        for column, owner in enumerate(self._owners):
            found[:, owner] = np.maximum(found[:, owner], queries @ self._vectors[column])
        return found


class Matcher:
    """Compares the sentences of one text with all statements of a rubric."""

    def __init__(self, spans: list[Span], statements: Sequence[Statement]) -> None:
        self.spans = spans
        self._rows = {statement: number for number, statement in enumerate(dict.fromkeys(statements))}
        if spans and self._rows:
            self._compared = ComparedSpans(spans)
            self._texts = self._compared.similarities(query_vectors(tuple(item.text for item in self._rows)))
            self._examples = self._compared.similarities(
                query_vectors(tuple(item.example or item.text for item in self._rows))
            )
            self._leanings = _leanings(self._texts, self._examples)

    def nearest(self, statement: Statement) -> Nearest:
        """How near any sentence comes to a statement, and the sentence that is specifically nearest to it."""
        if not self.spans:
            return Nearest(0.0, None, None)
        row = self._rows[statement]
        example = float(self._examples[row].max()) if statement.example else None
        return Nearest(float(self._texts[row].max()), example, self.spans[int(self._leanings[row].argmax())])

    def similarity(self, query: Vectors) -> float:
        """The highest cosine of any sentence or clause with one query, (1, 384); 0 if there is no sentence."""
        return float(self._compared.similarities(query).max()) if self.spans else 0.0

    def candidate(self, statement: Statement) -> tuple[Span, float] | None:
        """The sentence that most likely says a statement, and its cosine; None if no sentence is related to it."""
        if not self.spans:
            return None
        row = self._rows[statement]
        at = int(self._leanings[row].argmax())
        cosine = float(max(self._texts[row, at], self._examples[row, at]))
        return (self.spans[at], cosine) if cosine >= LEAST_SIMILARITY else None


def _leanings(texts: Vectors, examples: Vectors) -> Vectors:
    """How near each sentence is to each statement beyond its nearness to all of them.

    A long sentence resembles every statement and proves none.
    """
    import numpy as np

    parts = [cosines - COMMON_PART * cosines.mean(axis=0) for cosines in (texts, examples)]
    return np.maximum(*parts)


class Wanted(NamedTuple):
    """Something that would support a criterion, or (`unwanted`) count against it.

    It holds how the text is searched for it, what a sentence has to prove, and the question that asks the judge about
    it ("" for none).
    """

    statement: Statement
    claim: Claim
    question: str
    unwanted: bool = False


def wanted_for(rubric: Rubric, criterion: Criterion) -> list[Wanted]:
    """What is searched for a criterion: its checks and key points, otherwise its best level.

    A penalty or a fatal item is proved by what it describes.
    """
    if criterion.kind in ("fatal", "penalty"):
        claim = claim_of_event(criterion)
        return [Wanted(Statement(claim.text), claim, "", unwanted=True)]
    found = [
        Wanted(statement_of_check(check), claim_of_check(check), Subject("check", criterion.id, check.id).id)
        for check in criterion.checks
    ]
    for reference in rubric.references:
        points = [point for point in reference.key_points if not point.criteria or criterion.id in point.criteria]
        found += [
            Wanted(statement_of(point), claim_of_point(point), Subject("key_point", reference.id, point.id).id)
            for point in points
        ]
    top = criterion.levels[-1].description if criterion.levels else criterion.description or criterion.name
    return found or [Wanted(Statement(top), Claim(top), "")]


def statement_of_check(check: Check) -> Statement:
    """The statement that a check is met."""
    return Statement(f"{check.question} {check.yes}", check.example)


def statement_of(point: KeyPoint) -> Statement:
    """A key point as a statement."""
    return Statement(point.text, point.example)


def statements_of(rubric: Rubric) -> list[Statement]:
    """Every statement that a text is compared with under this rubric."""
    wanted = [item.statement for criterion in rubric.criteria for item in wanted_for(rubric, criterion)]
    return wanted + [statement_of(point) for reference in rubric.references for point in reference.key_points]


def pieces_of(sentence: str) -> list[str]:
    """The parts of a sentence that are compared: the sentence, its clauses, and stretches of overlong clauses.

    Speech recognition writes no punctuation, and a long text resembles everything a little.
    """
    clauses = [clause.strip() for clause in _CLAUSE.findall(sentence) if len(clause.strip()) >= LEAST_CLAUSE]
    parts = [part for clause in clauses for part in (clause, *_stretches(clause))]
    return [sentence] if len(parts) < 2 else list(dict.fromkeys([sentence, *parts]))


def _stretches(clause: str) -> list[str]:
    """Overlapping stretches of BREATH units from a clause of more than twice that length; none from a shorter clause.

    A unit is a Chinese character or a word of another script.
    """
    units = [match.span() for match in _UNIT.finditer(clause)]
    if len(units) <= 2 * BREATH:
        return []
    starts = [*range(0, len(units) - BREATH, BREATH // 2), len(units) - BREATH]
    return [clause[units[start][0] : units[start + BREATH - 1][1]] for start in starts]


@lru_cache(maxsize=256)
def query_vectors(texts: tuple[str, ...]) -> Vectors:
    """Vectors of a rubric's statements, which every graded text needs again."""
    from evaluator.references import kept_passage_vectors

    return kept_passage_vectors(texts)
