"""Key points for reference answers that have none: their own clauses.

Rubrics written by hand name their key points; a reference that was imported, or pasted in a hurry, still has to support
likeness, and people still want to see which of its points are missing.
"""

from __future__ import annotations

import re

from evaluator.rubric import KeyPoint, ReferenceAnswer, Rubric
from evaluator.rubrics.tuned import LEAST_POINT
from evaluator.transcript import parse, spans_of

_BREAK = re.compile(r"(?<=[，,；;：:])|(?<=[。！？!?])|\n|(?<=\.)\s")
_NUMBERING = re.compile(r"^\s*(?:[（(]?\d+[)）.,、:：]|[①-⑳]|[•*-]\s)\s*")


def with_key_points(rubric: Rubric) -> Rubric:
    """The rubric with key points for every reference: its own, or one per clause of what the candidate says in it.

    If no turn is the candidate's, all clauses count.
    """
    references = tuple(
        reference if reference.key_points else _complete(reference, rubric) for reference in rubric.references
    )
    return rubric if references == rubric.references else rubric.model_copy(update={"references": references})


def split_clauses(text: str, least: int = LEAST_POINT) -> list[str]:
    """The clauses of a text without numbering; English is split into sentences, because its clauses say little."""
    chinese = any("\u4e00" <= char <= "\u9fff" for char in text)
    pieces = _BREAK.split(text) if chinese else [span.text for span in spans_of(parse(text, form="answer"), {"agent"})]
    between = "" if chinese else " "
    clauses = [""]
    for piece in pieces:
        if sum(char.isalnum() for char in clauses[-1]) >= least:
            clauses.append("")
        clauses[-1] += (between if clauses[-1] else "") + strip_numbering(piece)
    if len(clauses) > 1 and sum(char.isalnum() for char in clauses[-1]) < least:
        clauses[-2:] = [between.join(clauses[-2:])]
    return [clause.strip("，,；;：:。 ") for clause in clauses if clause.strip("，,；;：:。 ")]


def strip_numbering(text: str) -> str:
    """The text without a leading number or bullet."""
    return _NUMBERING.sub("", text.strip())


def _complete(reference: ReferenceAnswer, rubric: Rubric) -> ReferenceAnswer:
    turns = parse(reference.text, form=rubric.form).turns
    own = [turn for turn in turns if turn.role == "agent"] or turns
    clauses = dict.fromkeys(clause for turn in own for clause in split_clauses(turn.text))
    points = tuple(
        KeyPoint(id=f"{reference.id[:56]}p{place}", text=clause) for place, clause in enumerate(clauses, start=1)
    )
    return reference.model_copy(update={"key_points": points})
