"""The course of a call: the mood behind every line, with the turn that moved it, and two branches side by side."""

from __future__ import annotations

from typing import NamedTuple

from evaluator.practice.call.state import Ending, MoodChange
from evaluator.practice.call.talking import Talk, reaction_of


class Point(NamedTuple):
    """The customer after one turn of the trainee: `number` counts the trainee's turns, 0 is the start.

    `agent` is the turn that caused the step, `turn` the id of the customer's answer.
    """

    number: int
    turn: str
    mood: float
    patience: int
    agent: str
    customer: str
    changes: tuple[MoodChange, ...]
    ended: Ending


class Branches(NamedTuple):
    """Two branches from one turn: what they share, and how each continues."""

    shared: int  # points that are the same
    one: list[Point]
    other: list[Point]

    @property
    def gain(self) -> float:
        """How much better the mood ends on the second branch, in points."""
        return round(self.other[-1].mood - self.one[-1].mood, 2)


def course(talk: Talk, tip: str | None = None) -> list[Point]:
    """The points of one branch, from the customer's first words to `tip`."""
    found: list[Point] = []
    agent = ""
    for turn in talk.said(tip):
        if turn.kind == "agent":
            agent = turn.text
            continue
        seen = reaction_of(turn)
        state = seen.state
        found.append(
            Point(len(found), turn.id, state.mood, state.patience, agent, turn.text, seen.changes, state.ended)
        )
    return found


def side_by_side(talk: Talk, one: str, other: str) -> Branches:
    """Two branches by the ids of their last turns."""
    courses = course(talk, one), course(talk, other)
    shared = 0
    for first, second in zip(*courses, strict=False):
        if first.turn != second.turn:
            break
        shared += 1
    return Branches(shared, *courses)
