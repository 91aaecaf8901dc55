"""The result of a search: pieces of turns with the questions they belong to, for a person to check and correct."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from evaluator.encoding import Frozen
from evaluator.errors import InputError
from evaluator.transcript import Transcript, Turn

DoubtCode = Literal["place_unsure", "split_unsure", "two_in_one_sentence"]


class Piece(Frozen):
    """The piece `turn.text[start:end]`, which belongs to `questions`.

    They are one question, both of two that were asked together, or none (said around the questions).
    """

    turn: str
    start: int
    end: int
    questions: tuple[str, ...] = ()


class Alternative(Frozen):
    """Another place where a turn may belong; "" means around the questions."""

    question: str
    probability: float


class Doubt(Frozen):
    """A turn that a person should check. `probability` is that of the chosen place."""

    turn: str
    code: DoubtCode
    probability: float | None = None
    others: tuple[Alternative, ...] = ()


class Found(Frozen):
    """Everything that was said, in order, each piece with its questions.

    Turns that nobody spoke (stage directions, notes of the program) are in no piece. `corrected` says that a person has
    corrected something.
    """

    pieces: tuple[Piece, ...]
    doubts: tuple[Doubt, ...] = ()
    corrected: bool = False

    @property
    def asked(self) -> tuple[str, ...]:
        """The questions that were asked, in the order of the interview."""
        return tuple(dict.fromkeys(question for piece in self.pieces for question in piece.questions))

    def of(self, question: str) -> list[Piece]:
        """The pieces that belong to a question, in order."""
        return [piece for piece in self.pieces if question in piece.questions]

    def moved(self, turn: str, questions: Iterable[str], *, start: int = 0, end: int | None = None) -> Found:
        """Returns a copy with a turn (or its `start` to `end`) assigned to other questions.

        This settles the doubt about that turn.
        """
        wanted = tuple(questions)
        pieces: list[Piece] = []
        for piece in self.pieces:
            pieces += _cut(piece, start, end, wanted) if piece.turn == turn else [piece]
        doubts = tuple(doubt for doubt in self.doubts if doubt.turn != turn)
        return self.model_copy(update={"pieces": _joined(pieces), "doubts": doubts, "corrected": True})

    def settled(self, turns: Iterable[str] | None = None) -> Found:
        """Returns a copy without doubts about these turns (all by default), after a person has checked them."""
        gone = {doubt.turn for doubt in self.doubts} if turns is None else set(turns)
        left = tuple(doubt for doubt in self.doubts if doubt.turn not in gone)
        return self.model_copy(update={"doubts": left, "corrected": True})


def _cut(piece: Piece, start: int, end: int | None, questions: tuple[str, ...]) -> list[Piece]:
    end = piece.end if end is None else end
    low, high = max(piece.start, start), min(piece.end, end)
    if low >= high:
        return [piece]
    cut = [piece.model_copy(update={"end": low})] if low > piece.start else []
    cut.append(piece.model_copy(update={"start": low, "end": high, "questions": questions}))
    return [*cut, piece.model_copy(update={"start": high})] if high < piece.end else cut


def _joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Merges neighbours of one turn with the same questions."""
    found: list[Piece] = []
    for piece in pieces:
        last = found[-1] if found else None
        if last is not None and (last.turn, last.questions) == (piece.turn, piece.questions):
            found[-1] = last.model_copy(update={"end": piece.end})
        else:
            found.append(piece)
    return tuple(found)


def answer_of(transcript: Transcript, found: Found, question: str) -> Transcript:
    """Returns what belongs to a question, as a transcript of its own for grading.

    Turns keep their ids and their places in the source, so that evidence can be shown in the whole interview.
    """
    by_id = {turn.id: turn for turn in transcript.turns}
    turns = tuple(_part(by_id[piece.turn], piece) for piece in found.of(question))
    return transcript.model_copy(update={"turns": turns})


def _part(turn: Turn, piece: Piece) -> Turn:
    text = turn.text[piece.start : piece.end]
    start = turn.start + piece.start
    if text == turn.text:
        return turn
    return turn.model_copy(update={"text": text, "start": start, "end": start + len(text)})


def check(found: Found, transcript: Transcript, questions: Mapping[str, object]) -> Found:
    """Returns the segments if every piece is in the transcript and every question in the list.

    Otherwise an InputError names the first that is missing.
    """
    by_id = {turn.id: turn for turn in transcript.turns}
    for piece in found.pieces:
        if piece.turn not in by_id:
            raise InputError("interview_unknown_turn", turn=piece.turn)
        if not 0 <= piece.start <= piece.end <= len(by_id[piece.turn].text):
            raise InputError("interview_unknown_place", turn=piece.turn)
        for question in piece.questions:
            if question not in questions:
                raise InputError("interview_unknown_question", question=question, known=", ".join(questions))
    return found
