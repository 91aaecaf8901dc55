"""Evidence: the speaker's own sentences that bear most on a criterion or a key point. Picked, never generated."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from evaluator.grading.proof import Claim, claim_of_check, claim_of_event, claim_of_point
from evaluator.judge import Subject
from evaluator.rubric import Check, Criterion, KeyPoint, Rubric
from evaluator.transcript import Span

if TYPE_CHECKING:
    from evaluator.references import Vectors

_CLAUSE = re.compile(r"[^，,、：:。！？!?；;\n]+")
LEAST_CLAUSE = 4  # characters: shorter pieces resemble everything
BREATH = 12  # Chinese characters, or words: about what is said between two marks
_UNIT = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")
COMMON_PART = 0.6  # how much of a sentence's mean similarity to all statements is taken away
LEAST_SIMILARITY = 0.28  # below this a sentence has nothing to do with what is asked (docs/design/judging.md)


class Statement(NamedTuple):
    """Something that a text may say: as a rubric puts it, and (where the rubric has one) as a speaker would."""

    text: str
    example: str = ""


class Nearest(NamedTuple):
    """The highest cosines of any sentence with a statement's text and with its example (None without one), and the
    sentence that says it most likely; all 0 or None when there is no sentence."""

    text: float
    example: float | None
    span: Span | None


class ComparedSpans:
    """The spans of one transcript with the vectors of their sentences and clauses; those of a rubric's own text are kept
    on disk."""

    def __init__(self, spans: list[Span], *, of_rubric: bool = False) -> None:
        from evaluator.references import kept_passage_vectors, passage_vectors

        embed = kept_passage_vectors if of_rubric else passage_vectors
        self.spans = spans
        pieces = [(number, text) for number, span in enumerate(spans) for text in pieces_of(span.text)]
        self._owners = [number for number, _ in pieces]
        self._vectors = embed([text for _, text in pieces])

    def similarities(self, queries: Vectors) -> Vectors:
        """For each query (rows) and span (columns) the best cosine of the query with the sentence or a clause of it."""
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
        """How near any sentence comes to a statement, and the sentence that is nearest to it for its own sake."""
        if not self.spans:
            return Nearest(0.0, None, None)
        row = self._rows[statement]
        example = float(self._examples[row].max()) if statement.example else None
        return Nearest(float(self._texts[row].max()), example, self.spans[int(self._leanings[row].argmax())])

    def similarity(self, query: Vectors) -> float:
        """The highest cosine of any sentence or clause with one query, (1, 384); 0 when there is no sentence."""
        return float(self._compared.similarities(query).max()) if self.spans else 0.0

    def candidate(self, statement: Statement) -> tuple[Span, float] | None:
        """The sentence that says a statement most likely, and its cosine; None where no sentence has to do with it."""
        if not self.spans:
            return None
        row = self._rows[statement]
        at = int(self._leanings[row].argmax())
        cosine = float(max(self._texts[row, at], self._examples[row, at]))
        return (self.spans[at], cosine) if cosine >= LEAST_SIMILARITY else None


def _leanings(texts: Vectors, examples: Vectors) -> Vectors:
    """How near each sentence is to each statement beyond what it is to all of them: a long sentence resembles every
    statement and proves none."""
    import numpy as np

    parts = [cosines - COMMON_PART * cosines.mean(axis=0) for cosines in (texts, examples)]
    return np.maximum(*parts)


class Wanted(NamedTuple):
    """Something that would speak for a criterion, or (`unwanted`) happen against it: how the text is searched for it, what a
    sentence has to prove, and the question that asks the judge about it, "" for none."""

    statement: Statement
    claim: Claim
    question: str
    unwanted: bool = False


def wanted_for(rubric: Rubric, criterion: Criterion) -> list[Wanted]:
    """What is looked for by a criterion: its checks and key points, or else its best level. A penalty or a fatal item is
    proved by what it describes."""
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
    """That a check is met, as a statement."""
    return Statement(f"{check.question} {check.yes}", check.example)


def statement_of(point: KeyPoint) -> Statement:
    """A key point as a statement."""
    return Statement(point.text, point.example)


def statements_of(rubric: Rubric) -> list[Statement]:
    """Every statement that a text is compared with under this rubric."""
    wanted = [item.statement for criterion in rubric.criteria for item in wanted_for(rubric, criterion)]
    return wanted + [statement_of(point) for reference in rubric.references for point in reference.key_points]


def pieces_of(sentence: str) -> list[str]:
    """What of a sentence is compared: the sentence, its clauses, and stretches of clauses that are longer than people speak
    in one breath. Speech recognition writes no marks, and a long text resembles everything a little."""
    clauses = [clause.strip() for clause in _CLAUSE.findall(sentence) if len(clause.strip()) >= LEAST_CLAUSE]
    parts = [part for clause in clauses for part in (clause, *_stretches(clause))]
    return [sentence] if len(parts) < 2 else list(dict.fromkeys([sentence, *parts]))


def _stretches(clause: str) -> list[str]:
    """Overlapping stretches of a clause of more than twice BREATH units, each BREATH long; a unit is a Chinese character or
    a word of another script. None of a shorter clause."""
    units = [match.span() for match in _UNIT.finditer(clause)]
    if len(units) <= 2 * BREATH:
        return []
    starts = [*range(0, len(units) - BREATH, BREATH // 2), len(units) - BREATH]
    return [clause[units[start][0] : units[start + BREATH - 1][1]] for start in starts]


@lru_cache(maxsize=256)
def query_vectors(texts: tuple[str, ...]) -> Vectors:
    """Vectors of a rubric's statements; they are asked for again with every text that is graded."""
    from evaluator.references import kept_passage_vectors

    return kept_passage_vectors(texts)
