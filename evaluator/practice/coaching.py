"""Coaching on request: what to keep, to start and to stop, each tied to a turn and to a point of the rubric.

What a note is about, its quotation and its better wording are picked from the scorecard, the transcript and the references;
a model only writes the sentence that says why. A sentence that quotes what nobody said, brings in new figures or grades is
left out, and the note stands without it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from evaluator.errors import ModelError
from evaluator.guard import neutralise
from evaluator.judge import ReadingFailed, Writer, template
from evaluator.practice.comparison import Comparison, Gap
from evaluator.practice.tuned import GOOD, POOR
from evaluator.references import universal_vectors
from evaluator.rubric import Rubric
from evaluator.scorecard import Evidence, KeyPointResult, Scorecard
from evaluator.text import fold
from evaluator.transcript import Transcript, Turn

PROMPT = ("coaching", 1)
EACH = 2  # notes of each kind
MOST_TOKENS = 90
MOST_CHARACTERS = {"zh": 90, "en": 260}
_QUOTED = re.compile(r"[“「『\"](.+?)[”」』\"]")
_FIGURE = re.compile(r"\d+")
_GRADES = re.compile(r"\d+\s*分|满分|得分|评分|\b(score|points?|grade)\b", re.IGNORECASE)

Kind = Literal["keep", "start", "stop"]


class CoachNote(BaseModel):
    """One piece of coaching.

    `said` stands word for word in the turn; `better` is a sentence of the reference answer, empty for what is worth
    keeping; `why` was written by the model `writer`, both empty where no sentence passed the checks.
    """

    model_config = ConfigDict(frozen=True)

    kind: Kind
    turn: str
    said: str
    criterion: str
    point: str
    better: str = ""
    why: str = ""
    writer: str = ""


async def coach(
    rubric: Rubric, transcript: Transcript, scorecard: Scorecard, comparison: Comparison, writer: Writer | None
) -> list[CoachNote]:
    """Keep, start and stop for one graded attempt, at most two of each; empty where the trainee said nothing.

    Without a writer the notes have no `why`.
    """
    notes = await asyncio.to_thread(notes_for, rubric, transcript, scorecard, comparison)
    return [await _with_reason(note, rubric.language, transcript, writer) for note in notes] if writer else notes


def notes_for(rubric: Rubric, transcript: Transcript, scorecard: Scorecard, comparison: Comparison) -> list[CoachNote]:
    """The notes without the model's sentences. Blocks for some 100 ms."""
    turns = [turn for turn in transcript.turns if turn.role == "agent" and turn.text.strip()]
    if not turns:
        return []
    return [*_keep(comparison), *_start(rubric, turns, scorecard.key_points), *_stop(rubric, comparison)]


def may_stand(why: str, language: str, allowed: Sequence[str]) -> bool:
    """Whether a sentence that a model wrote may be shown: short, in the language, without a grade, with no quotation and no
    figure that is not in `allowed`."""
    known = fold("\n".join(allowed))
    if not why or len(why) > MOST_CHARACTERS[language] or _GRADES.search(why):
        return False
    if (language == "zh") != bool(re.search(r"[\u3400-\u9fff]", why)):
        return False
    return all(fold(one).strip("。，.,!！?？ ") in known for one in _QUOTED.findall(why)) and all(
        one in known for one in _FIGURE.findall(why)
    )


def _keep(comparison: Comparison) -> list[CoachNote]:
    good = [gap for gap in comparison.gaps if gap.kind in ("score", "checklist", "bonus") and _share(gap) >= GOOD]
    found = [(gap, item) for gap in good for item in gap.evidence if item.direction == "for" and item.role == "agent"]
    return _distinct(
        [
            CoachNote(
                kind="keep", turn=item.turn, said=item.text, criterion=gap.criterion, point=_point(gap, gap.covered)
            )
            for gap, item in _strongest(found)
        ]
    )


def _stop(rubric: Rubric, comparison: Comparison) -> list[CoachNote]:
    bad = [
        gap
        for gap in comparison.gaps
        if (gap.kind in ("penalty", "fatal") and (gap.graded or 0) > 0) or (gap.kind == "score" and _share(gap) < POOR)
    ]
    found = [
        (gap, item) for gap in bad for item in gap.evidence if item.direction == "against" and item.role == "agent"
    ]
    sentences = _reference_sentences(rubric)
    return _distinct(
        [
            CoachNote(
                kind="stop",
                turn=item.turn,
                said=item.text,
                criterion=gap.criterion,
                point=gap.level or gap.name,
                better=_nearest(item.text, sentences),
            )
            for gap, item in _strongest(found)
        ]
    )


def _start(rubric: Rubric, turns: Sequence[Turn], points: Sequence[KeyPointResult]) -> list[CoachNote]:
    examples = {
        (reference.id, point.id): point.example or point.text
        for reference in rubric.references
        for point in reference.key_points
    }
    missing = sorted((one for one in points if one.covered is False), key=lambda one: one.probability or 0.0)
    notes = []
    for one in missing[:EACH]:
        better = examples.get((one.reference, one.id), one.text)
        said = _nearest(better, [turn.text for turn in turns])
        turn = next(turn for turn in turns if turn.text == said)
        criterion = one.criteria[0] if one.criteria else ""
        notes.append(
            CoachNote(kind="start", turn=turn.id, said=said, criterion=criterion, point=one.text, better=better)
        )
    return notes


async def _with_reason(note: CoachNote, language: str, transcript: Transcript, writer: Writer | None) -> CoachNote:
    assert writer is not None
    wording = template(*PROMPT, language)
    user = wording.render("note", kind=note.kind, said=neutralise(note.said), point=note.point)
    written = ""
    try:
        async for piece in writer.write(wording.render("system"), user, MOST_TOKENS):
            written += piece
    except (ModelError, ReadingFailed):  # the note stands without it
        return note
    why = written.strip().split("\n")[0].strip()
    allowed = [transcript.source, note.better, note.point]
    return note.model_copy(update={"why": why, "writer": writer.name}) if may_stand(why, language, allowed) else note


def _share(gap: Gap) -> float:
    return (gap.graded or 0.0) / gap.max_points


def _point(gap: Gap, points: Sequence[KeyPointResult]) -> str:
    return points[0].text if points else gap.level or gap.name


def _strongest(found: Sequence[tuple[Gap, Evidence]]) -> list[tuple[Gap, Evidence]]:
    return sorted(found, key=lambda one: -one[1].weight)


def _distinct(notes: Sequence[CoachNote]) -> list[CoachNote]:
    """The first notes, no sentence twice."""
    return list({note.said: note for note in reversed(notes)}.values())[::-1][:EACH]


def _reference_sentences(rubric: Rubric) -> list[str]:
    return [point.example for reference in rubric.references for point in reference.key_points if point.example]


def _nearest(text: str, others: Sequence[str]) -> str:
    """The one of `others` that means most nearly the same; empty without any."""
    if not others:
        return ""
    near = universal_vectors(list(others)) @ universal_vectors([text]).T
    return others[int(near[:, 0].argmax())]
