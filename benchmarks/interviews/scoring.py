"""How far found segments agree with the true ones."""

from __future__ import annotations

from typing import NamedTuple

from benchmarks.interviews.corpus import Interview
from evaluator.interviews import Found

Label = frozenset[str]


class Agreement(NamedTuple):
    """Counts for one interview.

    A boundary is a place between two characters of different questions (a change within a turn counts too). It is right
    where the truth and the result both have it in the same place, with the same question after it.
    """

    boundaries: int  # true ones
    found: int
    right: int
    turns: int
    turns_right: int
    unsure_wrong: int  # wrong turns that a person is asked about
    doubts: int
    questions: int  # of the list
    segments_right: int  # questions whose words are exactly the true ones; not asked where they were not
    asked_right: int  # questions rightly found, or rightly found not to have been asked


def agreement(interview: Interview, found: Found) -> Agreement:
    """Compares the result with the truth."""
    true, seen = true_labels(interview), found_labels(interview, found)
    true_cuts, seen_cuts = _cuts(true), _cuts(seen)
    doubted = {int(doubt.turn[1:]) - 1 for doubt in found.doubts}
    wrong = [place for place, (one, other) in enumerate(zip(true, seen, strict=True)) if one != other]
    names = list(interview.questions)
    return Agreement(
        boundaries=len(true_cuts),
        found=len(seen_cuts),
        right=len(true_cuts & seen_cuts),
        turns=len(true),
        turns_right=len(true) - len(wrong),
        unsure_wrong=sum(place in doubted for place in wrong),
        doubts=len(found.doubts),
        questions=len(names),
        segments_right=sum(_words(true, name) == _words(seen, name) for name in names),
        asked_right=sum((name in interview.asked) == (name in found.asked) for name in names),
    )


def true_labels(interview: Interview) -> list[list[tuple[int, Label]]]:
    """Returns, for each turn, what begins where: (offset, questions)."""
    labels: list[list[tuple[int, Label]]] = []
    for one in interview.said:
        if not one.parts:
            labels.append([(0, frozenset(one.questions))])
            continue
        at, here = 0, []
        for question, words in one.parts:
            here.append((one.text.index(words, at), frozenset([question])))
            at = here[-1][0] + len(words)
        labels.append(here)
    return labels


def found_labels(interview: Interview, found: Found) -> list[list[tuple[int, Label]]]:
    """The same of what was found."""
    labels: list[list[tuple[int, Label]]] = [[] for _ in interview.said]
    for piece in found.pieces:
        labels[int(piece.turn[1:]) - 1].append((piece.start, frozenset(piece.questions)))
    return labels


def _cuts(labels: list[list[tuple[int, Label]]]) -> set[tuple[int, int, Label]]:
    cuts, before = set(), frozenset[str]()
    for turn, here in enumerate(labels):
        for at, label in here:
            if label != before:
                cuts.add((turn, at, label))
            before = label
    return cuts


def _words(labels: list[list[tuple[int, Label]]], question: str) -> list[tuple[int, int, int | None]]:
    """The places that belong to a question: turn, start, and where the next piece of that turn begins."""
    found = []
    for turn, here in enumerate(labels):
        for place, (at, label) in enumerate(here):
            if question in label:
                found.append((turn, at, here[place + 1][0] if place + 1 < len(here) else None))
    return found
