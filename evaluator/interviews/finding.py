"""Finds where each question of a list is asked and answered in an interview transcript."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from evaluator.bank import Item
from evaluator.errors import InputError
from evaluator.exams import ExamPaper, ExamQuestion
from evaluator.interviews.chain import Decoded, States, decode
from evaluator.interviews.likeness import Together, likeness, split_points
from evaluator.interviews.segments import Alternative, Doubt, Found, Piece
from evaluator.interviews.tuned import SURE, SURE_SPLIT
from evaluator.transcript import Transcript, Turn

SAID = ("speech", "written", "mail")


def find_segments(transcript: Transcript, paper: ExamPaper) -> Found:
    """Assigns every turn to its question, and says where a person should check.

    It takes seconds: call it in a thread.

    Raises InputError if only one side speaks, since questions then cannot be told from answers.
    """
    turns = [turn for turn in transcript.turns if turn.kind in SAID and any(char.isalnum() for char in turn.text)]
    asks = [turn.role != "agent" for turn in turns]
    if not any(asks) or all(asks):
        raise InputError("interview_one_side")
    seen = likeness(turns, paper.questions, asks)
    decoded = decode(seen, asks)
    states = States(len(paper.questions))
    pieces: list[Piece] = []
    doubts: list[Doubt] = []
    for place, turn in enumerate(turns):
        state, pair = decoded.path[place], decoded.pairs[place]
        made, doubt = _pieces(turn, asks[place], state, pair if state == states.two else None, states, paper.questions)
        pieces += made
        doubts += [doubt] if doubt else []
        if not doubt and (unsure := _unsure(turn, place, decoded, states, paper.questions)):
            doubts.append(unsure)
    return Found(pieces=tuple(pieces), doubts=tuple(doubts))


def questions_of_texts(texts: Sequence[str], language: Literal["zh", "en"] | str) -> list[ExamQuestion]:
    """Questions that consist only of their wording."""
    return [
        ExamQuestion(
            id=f"q{number}",
            number=str(number),
            section="s1",
            kind="open",
            text=text,
            points=10,
            item=Item(kind="open", text=text),
        )
        for number, text in enumerate(texts, start=1)
    ]


def _pieces(
    turn: Turn, asks: bool, state: int, pair: Together | None, states: States, questions: Sequence[ExamQuestion]
) -> tuple[list[Piece], Doubt | None]:
    whole = (0, len(turn.text))
    if state < states.k:
        return [_piece(turn, (questions[state].id,), *whole)], None
    if pair is None:
        return [_piece(turn, (), *whole)], None
    both = questions[pair.first], questions[pair.second]
    if asks:
        return [_piece(turn, (both[0].id, both[1].id), *whole)], None
    return _split(turn, *both)


def _split(turn: Turn, one: ExamQuestion, other: ExamQuestion) -> tuple[list[Piece], Doubt | None]:
    """Cuts an answer to two questions where it passes from one to the other."""
    places = [(fit, end, one, other) for end, fit in split_points(turn, one, other)]
    places += [(-fit, end, other, one) for _, end, fit in ((0, end, fit) for fit, end, *_ in places)]
    if not places:
        return [_piece(turn, (one.id, other.id), 0, len(turn.text))], Doubt(turn=turn.id, code="two_in_one_sentence")
    (best, end, first, second), *rest = sorted(places, key=lambda place: -place[0])
    doubt = None
    if rest and best - rest[0][0] < SURE_SPLIT:
        doubt = Doubt(turn=turn.id, code="split_unsure")
    return [_piece(turn, (first.id,), 0, end), _piece(turn, (second.id,), end, len(turn.text))], doubt


def _piece(turn: Turn, questions: tuple[str, ...], start: int, end: int) -> Piece:
    while start < end and turn.text[start].isspace():
        start += 1
    return Piece(turn=turn.id, start=start, end=end, questions=questions)


def _unsure(
    turn: Turn, place: int, decoded: Decoded, states: States, questions: Sequence[ExamQuestion]
) -> Doubt | None:
    """A turn whose place is uncertain, with the next most likely places."""
    by_place: dict[str, float] = {}
    for state, probability in enumerate(decoded.probabilities[place].tolist()):
        name = questions[state].id if state < states.k else "two" if state == states.two else ""
        by_place[name] = by_place.get(name, 0.0) + probability
    state = decoded.path[place]
    chosen = questions[state].id if state < states.k else "two" if state == states.two else ""
    if by_place[chosen] >= SURE:
        return None
    others = sorted((name for name in by_place if name not in (chosen, "two")), key=lambda name: -by_place[name])
    likely = tuple(Alternative(question=name, probability=round(by_place[name], 3)) for name in others[:2])
    return Doubt(turn=turn.id, code="place_unsure", probability=round(by_place[chosen], 3), others=likely)
