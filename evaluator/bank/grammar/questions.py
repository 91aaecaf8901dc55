"""Numbers: which of them begins a question, and which only goes on a list inside one."""

from __future__ import annotations

import re

from evaluator.bank import marks
from evaluator.bank.drafts import Draft
from evaluator.bank.grammar.labels import fill
from evaluator.bank.grammar.reading import Reading
from evaluator.bank.reading.lines import Line

LARGEST_SURE = 999  # above it a number may as well be a year


def take_header(at: Reading, line: Line) -> bool:
    """The head of a question, or of an entry in an answer section, with what follows on its line."""
    header = marks.read_header(line.text)
    if header is None or not _begins_question(at, header, line):
        return False
    at.leave_tail()
    draft = at.open_draft(header, line)
    if at.in_answers:
        _start_entry(at, draft, header.rest, line)
    else:
        text, options = marks.find_inline_options(header.rest)
        if text:
            draft.text.add(text, line)
        if options:
            draft.add_options(options, line)
    return True


def take_bare_label(at: Reading, line: Line) -> bool:
    """`题目:` alone only says that a question follows; within an answer it is one of its words."""
    within = at.draft is not None and at.draft.part in ("answer", "explanation", "criteria")
    return marks.is_label(line.text) and not (within and marks.read_header(at.next_text()) is None)


def _start_entry(at: Reading, draft: Draft, rest: str, line: Line) -> None:
    """What follows the number in an answer section: a label, a key, or the answer itself."""
    found = marks.read_label(rest)
    if found and found[0] in ("answer", "explanation", "criteria"):
        fill(at, found[0], found[1], line)
        draft.style = f"{draft.style}+label"
    elif rest:
        draft.add_answer(rest, line)
    else:
        draft.part = "answer"


def _begins_question(at: Reading, header: marks.Header, line: Line) -> bool:
    """Whether a number begins a question, or only a list inside one."""
    section, draft = at.section, at.draft
    before = section.drafts[-1] if section and section.drafts else None
    if header.style == "word" or header.kind:
        return True
    if before is None:
        return header.number <= LARGEST_SURE or _is_no_year(at, header, line)
    expected = (before.number or 0) + 1
    if header.number > LARGEST_SURE and not expected <= header.number <= expected + 3:
        return _is_no_year(at, header, line)
    if draft is None:
        return not at.in_tail or header.number == expected
    if at.in_answers:
        return _begins_entry(header, before, expected)
    if _options_follow(at, line):
        return True
    return _begins_open_question(header, line, draft, expected)


def _is_no_year(at: Reading, header: marks.Header, line: Line) -> bool:
    """Whether a large number heads a question: options or the next number come soon, or its question was asked."""
    if at.in_answers:
        return any(draft.number == header.number for group in at.paper.sections for draft in group.drafts)
    if (at.draft is None or at.draft.closed) and _options_follow(at, line):
        return True
    after = (marks.read_header(text) for text in at.texts_after(30))
    return any(found is not None and found.number == header.number + 1 for found in after)


def _begins_entry(header: marks.Header, before: Draft, expected: int) -> bool:
    """In an answer section, entries look like the first one; other numbers are lists inside an answer."""
    labelled = (marks.read_label(header.rest) or ("",))[0] in ("answer", "explanation", "criteria")
    if labelled or before.style == "compact":
        return True
    if before.style.endswith("+label") and not marks.read_key(header.rest):
        return False
    if header.style != before.style:
        return False
    return _in_sequence(header, before, expected)


def _begins_open_question(header: marks.Header, line: Line, draft: Draft, expected: int) -> bool:
    """Without options to tell by: the style of the number, its place in the sequence, and whether the line asks."""
    if header.style != draft.style and header.style in ("bracket", "chinese"):
        fits = draft.closed or draft.kind == "true_false"
        return fits and header.number == expected and draft.part != "answer" and not _is_nested(header, draft)
    objective = draft.wants_letters or draft.kind == "true_false"
    if objective and draft.part != "answer":
        restarts = draft.kind == "true_false" and header.number == 1 and draft.closed
        return (header.number >= expected or restarts) and not _is_nested(header, draft)
    asks = bool(re.search(r"[?？]\s*$|[(（]\s*\d+\s*分\s*[)）]", line.text)) or header.points is not None
    labelled = bool(re.match(r"^\s*\d{1,4}\s*[.、)]\s*(?:题目|题干|问题|question)\s*:", marks.fold(line.text), re.I))
    return labelled or _in_sequence(header, draft, expected, asks)


def _is_nested(header: marks.Header, draft: Draft) -> bool:
    """Whether the number goes on a list inside an explanation (the grammar notes how far such a list has come)."""
    return draft.part == "explanation" and draft.nested > 0 and header.number == draft.nested + 1


def _in_sequence(header: marks.Header, draft: Draft, expected: int, asks: bool = False) -> bool:
    """The next number begins the next question, unless it is also the next number of a list inside this one."""
    number = header.number
    if number == draft.nested + 1 and (draft.nested or number != expected) and not (asks and number == expected):
        draft.nested = number
        return False
    return expected <= number <= expected + 3


def _options_follow(at: Reading, line: Line) -> bool:
    """Whether option A comes before the next number."""
    if marks.find_inline_options(line.text)[1]:
        return True
    for text in at.texts_after(8):
        label = marks.option_label(text)
        if label:
            return label == "A"
        header = marks.read_header(text)
        if header or marks.read_label(text):
            return False
    return False
