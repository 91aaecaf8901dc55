"""Fill-in and matching questions: what belongs in each gap, and what belongs together."""

from __future__ import annotations

import re

from evaluator.bank.items import Blank, MatchingPair
from evaluator.bank.papers.line_patterns import CIRCLED, fold

_EMPTY = re.compile(r"_{2,}|\(\s*_*\s*\)")
_FILLED = re.compile(r"_{2,}\s*([^_\n,。;:!?]{1,40}?)\s*_{2,}")  # between two gaps stand commas, within one none
_IN_BRACKETS = re.compile(r"[(\[]\s*([^()\[\]\n]{1,20}?)\s*[)\]]")
_NUMBERED = re.compile(rf"\s*(?:[{CIRCLED}]|[(\[]\d{{1,2}}[)\]]|(?<![\d.])\d{{1,2}}[.、)](?!\d)|第\d{{1,2}}空\s*:)\s*")
_BRACKETS, _IN_ONE = re.compile(r"(?:\([^()]{1,40}\)[\s;,、]*)+"), re.compile(r"\(([^()]{1,40})\)")
_BETWEEN = re.compile(r"\s*(?:[;|\n]|\s{2,}|\t)\s*")
_LOOSE = re.compile(r"\s*(?:[;|\n、,]|\s+)\s*")
_ALTERNATIVES = re.compile(r"\s*(?:/|\|\||或者?|\bor\b)\s*")
_PAIR = re.compile(r"\(?(\d{1,2}|[A-Za-z])\)?\s*(?:[-–—:.、=]|→|->)\s*\(?([A-Za-z]|\d{1,2})\)?(?![A-Za-z\d])")
_LEFT = re.compile(r"^\s*\(?(\d{1,2}|[A-Za-z])\)?\s*[.、):]\s*(.+?)\s*$")
_MARKS = {mark: f"{place}." for place, mark in enumerate(CIRCLED, start=1)}


def count_gaps(text: str) -> int:
    """Number of gaps in a question that is answered below; gaps that show their answers in brackets count too."""
    folded = fold(text)
    return len(_EMPTY.findall(folded)) or len(re.findall(r"\[[^\[\]]{1,20}\]", folded))


def _inside(text: str) -> list[str]:
    """Answers in the gaps themselves: between lines, or in brackets if there are no lines."""
    folded = fold(text)
    lines = [text[match.start(1) : match.end(1)] for match in _FILLED.finditer(folded)]
    if lines or "__" in folded:
        return lines
    return [text[match.start(1) : match.end(1)] for match in _IN_BRACKETS.finditer(folded)]


def read_blanks(text: str, answer: str, points: float | None) -> tuple[Blank, ...]:
    """The gaps of a question with all right answers for each, from the gaps or from the answer below.

    `甲/乙` and `甲或乙` are two right answers for one gap. The question's points are shared out evenly. Empty if neither
    source has answers.
    """
    given = split_answer_of_gaps(answer.strip(), count_gaps(text)) if answer.strip() else _inside(text)
    each = points / len(given) if points and given else None
    blanks = (tuple(filter(None, (part.strip(" 。.") for part in _ALTERNATIVES.split(one)))) for one in given)
    return tuple(Blank(answers=answers, points=each) for answers in blanks if answers)


def split_answer_of_gaps(answer: str, gaps: int) -> list[str]:
    """One answer for each gap: by numbers, by signs between answers, or by spaces if their number fits."""
    if not answer:
        return []
    folded = fold(answer)
    if gaps <= 1 and not _BRACKETS.fullmatch(folded):
        return _pieces(answer, folded, _NUMBERED)[:1] if folded.startswith("第1空") else [answer]
    if _BRACKETS.fullmatch(folded):  # `(18)(100)`
        return [answer[match.start(1) : match.end(1)].strip() for match in _IN_ONE.finditer(folded)]
    for pattern in (_NUMBERED, _BETWEEN, _LOOSE):
        pieces = _pieces(answer, folded, pattern)
        if len(pieces) == gaps:
            return pieces
    return _pieces(answer, folded, _BETWEEN)


def answers_by_gap(answer: str, gaps: int) -> list[str]:
    """What somebody answered in each gap: a line for each, also an empty one, or as `split_answer_of_gaps` reads it."""
    lines = [line.strip() for line in answer.rstrip().split("\n")]
    numbered = all(_NUMBERED.match(fold(line)) for line in lines if line)
    if len(lines) > 1 and not numbered and (len(lines) == gaps or not re.search(r"[;|]", fold(answer))):
        return lines[:gaps]
    return split_answer_of_gaps(answer.strip(), gaps)


def _pieces(answer: str, folded: str, pattern: re.Pattern[str]) -> list[str]:
    pieces, at = [], 0
    for match in pattern.finditer(folded):
        pieces.append(answer[at : match.start()])
        at = match.end()
    return [piece.strip() for piece in (*pieces, answer[at:]) if piece.strip()]


def _number_circles(text: str) -> str:
    """`①-b` as `1.-b`."""
    return "".join(_MARKS.get(ch, ch) for ch in text)


def pair_up(text: str, answer: str) -> tuple[MatchingPair, ...]:
    """`1-c 2-a`: what belongs together, in the words that the question's two lists give for the marks."""
    words: dict[str, str] = {}
    for line in text.splitlines():
        for piece in re.split(r"\t|\s{3,}", _number_circles(line)):
            if match := _LEFT.match(fold(piece)):
                words[match[1].upper()] = piece[match.start(2) : match.end(2)]
    found = _PAIR.findall(re.sub(r"\.\s*(?=[-–—→=:])", "", _number_circles(fold(answer))))
    return tuple(
        MatchingPair(left=words.get(left.upper(), left), right=words.get(right.upper(), right)) for left, right in found
    )
