"""Look-ahead: the lines below tell a question head from a list item, and a question from words about it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from evaluator.bank.papers import line_patterns
from evaluator.bank.papers.grammar.reading import PaperReading

FAR = 40  # lines; the longest case in a paper is shorter
NEAR = 12  # lines; the longest stem above its options is shorter
Ahead = Literal["answer", "number", "talk", ""]
Sign = Literal["options", "key", "answer", ""]
_ASKS_ALOUD = re.compile(r"^\s*(?:问|q)\s*:", re.I)
_TRUE_FALSE_LINE = re.compile(r"^\s*(?:[AB]?[.、)]?\s*)?(正确|错误|对|错|true|false|√|×)\s*$", re.I)
_SPACE_FOR_KEY = re.compile(r"[(\[]\s*[)\]]|_{3,}")


def asks_aloud(text: str) -> bool:
    """Whether the line is a turn of a conversation, in which `答:` is not an answer to the paper's question."""
    return bool(_ASKS_ALOUD.match(line_patterns.fold(text[:40])))


def comes_first(at: PaperReading) -> Ahead:
    """The first thing from this line on: an answer (or explanation, criteria), a number or dialogue; empty for none.

    A heading and the end stop the search.
    """
    if asks_aloud(at.lines[at.place].text):
        return "talk"
    return next((found for text in at.texts_after(FAR) if (found := _found(text)) is not None), "")


@lru_cache(maxsize=4 * FAR)  # every line of a long text looks at the same lines below
def _found(text: str) -> Ahead | None:
    """What a line contributes to that; None if the next one must decide."""
    label = line_patterns.read_label(text)
    if label and label[0] in line_patterns.LABELS_OF_ANSWERS:
        return "answer"
    if line_patterns.read_heading(text) or line_patterns.read_chapter(text) or line_patterns.is_answer_heading(text):
        return ""
    if asks_aloud(text):
        return "talk"
    return "number" if line_patterns.read_header(text) else None


def has_own_key(text: str) -> bool:
    """Whether a statement ends with its own key: `…。(√)`, `… T`."""
    return line_patterns.find_bracket_key(text[-line_patterns.OWN_KEY_WITHIN :], letters=False) is not None


def true_or_false(text: str) -> str | None:
    """√ or × if the line consists only of one of the two (`正确`, `B. 错`), as on learning platforms."""
    match = _TRUE_FALSE_LINE.match(line_patterns.fold(text[:12])) if len(text.strip()) <= 8 else None
    return line_patterns.read_key(match[1]) if match else None


def begins_options(text: str) -> bool:
    """Whether the line contains option A, with a letter, a box, or as the first of true and false."""
    return (
        line_patterns.option_label(text) == "A"
        or line_patterns.read_boxed_option(text) is not None
        or true_or_false(text) is not None
        or (line_patterns.read_label(text) or ("",))[0] == "options"
    )


def evidence_of(at: PaperReading, header: line_patterns.Header) -> Sign:
    """Evidence on a numbered line, and below it up to the next number, that it is the head of a question."""
    if len(line_patterns.find_options_behind(header.rest)[1]) > 1:
        return "options"
    if header.key or has_own_key(header.rest):
        return "key"
    for text in at.texts_after(NEAR):
        if begins_options(text):
            return "options"
        if len(line_patterns.find_options_behind(text)[1]) > 1:
            return "options"
        label = line_patterns.read_label(text)
        if label:
            return "answer" if label[0] in line_patterns.LABELS_OF_ANSWERS else ""
        after = line_patterns.read_header(text)
        if (after and not after.doubtful) or line_patterns.read_heading(text) or line_patterns.read_chapter(text):
            return ""
    return ""


def options_below(at: PaperReading) -> int:
    """Number of unmarked lines between this one and option A; -1 if something else comes first."""
    for distance, text in enumerate(at.texts_after(NEAR)):
        if begins_options(text):
            return distance
        header = line_patterns.read_header(text)
        if (header and not header.doubtful) or line_patterns.read_label(text) or line_patterns.read_heading(text):
            return -1
        if len(line_patterns.find_options_behind(text)[1]) > 1:
            return distance + 1
    return -1


def looks_like_questions(at: PaperReading) -> bool:
    """Whether questions follow a heading, not answers: with options, places for keys, or keys after statements."""
    labels = signs = 0
    for text in at.texts_after(FAR):
        if (
            line_patterns.read_heading(text)
            or line_patterns.is_answer_heading(text)
            or line_patterns.read_named_answers(text)
        ):
            break
        if line_patterns.read_compact_keys(text):
            continue
        labels += line_patterns.option_label(text) in ("A", "B") or len(line_patterns.find_options_behind(text)[1]) > 1
        header = line_patterns.read_header(text)
        shown = header.rest if header else ""
        signs += bool(shown) and bool(
            (has_own_key(shown) and len(shown) > 12) or _SPACE_FOR_KEY.search(line_patterns.fold(shown))
        )
    return labels >= 2 or signs >= 1
