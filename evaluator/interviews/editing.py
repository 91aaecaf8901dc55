"""Segments as a YAML file for a person to read through and correct."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field

from evaluator import messages
from evaluator.encoding import Strict, write_yaml
from evaluator.exams import ExamPaper
from evaluator.interviews.segments import Doubt, Found, Piece, check
from evaluator.rubrics import FileShape, read_as, read_text
from evaluator.transcript import Transcript


class _Line(Strict):
    """One piece; `speaker`, `words` and `look` are for the reader and are not read back."""

    turn: str
    questions: tuple[str, ...] = ()
    start: int = Field(default=0, ge=0)
    end: int | None = Field(default=None, ge=0)
    speaker: str = ""
    words: str = ""
    look: str = ""


class _File(Strict):
    questions: dict[str, str] = {}
    segments: tuple[_Line, ...] = Field(min_length=1)


SHAPE = FileShape(_File, {"segments": _Line}, "no_segments")


def segments_text(transcript: Transcript, paper: ExamPaper, found: Found) -> str:
    """Returns the YAML text: the questions by id, then every piece with its questions, its words, and what to check."""
    turns = {turn.id: turn for turn in transcript.turns}
    doubts = {doubt.turn: doubt for doubt in found.doubts}
    lines = []
    for piece in found.pieces:
        turn = turns[piece.turn]
        line: dict[str, Any] = {"turn": piece.turn, "questions": list(piece.questions)}
        if (piece.start, piece.end) != (0, len(turn.text)):
            line |= {"start": piece.start, "end": piece.end}
        line |= {"speaker": turn.speaker or turn.role, "words": turn.text[piece.start : piece.end]}
        if piece.turn in doubts:
            line["look"] = doubt_text(doubts[piece.turn])
        lines.append(line)
    head = "".join(f"# {line}\n" for line in messages.say("interview.file_head").splitlines())
    questions = {question.id: question.text for question in paper.questions}
    return head + write_yaml({"questions": questions, "segments": lines})


def read_segments(path: str | Path, transcript: Transcript, paper: ExamPaper) -> Found:
    """Returns the corrected segments. Turns that the file does not mention belong to no question.

    An InputError names the file, the line and what to write, or the turn or question that does not exist.
    """
    lines = read_as(SHAPE, read_text(Path(path)), str(path)).segments
    lengths = {turn.id: len(turn.text) for turn in transcript.turns}
    pieces = tuple(
        Piece(
            turn=line.turn,
            start=line.start,
            end=lengths.get(line.turn, 0) if line.end is None else line.end,
            questions=line.questions,
        )
        for line in lines
    )
    return check(Found(pieces=pieces, corrected=True), transcript, {one.id: one for one in paper.questions})


def doubt_text(doubt: Doubt, language: str | None = None) -> str:
    """What a person should check, in a sentence."""
    nothing = messages.say("interview.around", language)
    others = messages.say("ui.comma", language).join(one.question or nothing for one in doubt.others)
    share = "" if doubt.probability is None else f"{doubt.probability:.0%}"
    return messages.say(f"interview.doubt_{doubt.code}", language, share=share, others=others or nothing)
