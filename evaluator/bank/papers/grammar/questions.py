"""Numbers: which ones start a question, and which only continue a list inside one."""

from __future__ import annotations

import re
from dataclasses import replace

from evaluator.bank.formats.lines import Line
from evaluator.bank.papers import line_patterns
from evaluator.bank.papers.answer_key import section_for
from evaluator.bank.papers.grammar.ahead import NEAR, comes_first, evidence_of, options_below
from evaluator.bank.papers.grammar.labels import fill
from evaluator.bank.papers.grammar.reading import PaperReading
from evaluator.bank.papers.paper import OpenSection
from evaluator.bank.papers.question import PART, UNNUMBERED, QuestionDraft

LARGEST_SURE = 999  # a larger number may be a year


def take_header(at: PaperReading, line: Line) -> bool:
    """The head of a question, or of an entry in an answer section, with the rest of its line."""
    header = line_patterns.read_header(line.text)
    if header is None:
        return False
    if _begins_part(at, header):
        return _take_part(at, header, line)
    if not _begins_question(at, header, line):
        return False
    at.leave_tail()
    draft = at.open_draft(header, line)
    if at.in_answers:
        first, *further = _split_entries(at, header)
        _start_entry(at, draft, first, line)
        for number, text in enumerate(further, start=header.number + 1):
            _start_entry(at, at.open_draft(replace(header, number=number, rest=text), line), text, line)
    else:
        put_question(draft, header.rest, line)
    return True


def put_question(draft: QuestionDraft, text: str, line: Line) -> None:
    """Stores the words of a question, with tags and options on its line separated."""
    tags = line_patterns.take_tail_tags(text)
    draft.kind = draft.kind or tags.kind
    draft.points = draft.points if draft.points is not None else tags.points
    before, options = line_patterns.find_options_behind(tags.text)
    if before:
        draft.text.add(before, line)
    if tags.answer:
        draft.add_answer(tags.answer, line)
        draft.part = "text"
    if options:
        start = line.text.find(tags.text)
        draft.add_options(options, line.part(max(0, start), len(line.text)))


def take_number_alone(at: PaperReading, line: Line) -> bool:
    """`2` on a line of its own above its question: the number that comes next, where options or an answer follow."""
    text = line.text.strip()
    if at.in_answers or not (text.isascii() and text.isdecimal()) or len(text) > 3:
        return False
    before = at.section.drafts[-1] if at.section and at.section.drafts else None
    if int(text) != _expected(at.section, before) or (at.draft is not None and not at.draft.closed):
        return False
    if options_below(at) < 1 and comes_first(at) != "answer":
        return False
    at.leave_tail()
    at.open_draft(line_patterns.Header(int(text), "alone", ""), line)
    return True


def take_bare_label(at: PaperReading, line: Line) -> bool:
    """`题目:` alone only announces a question; within an answer it is one of its words."""
    within = at.draft is not None and at.draft.part in ("answer", "explanation", "criteria")
    return line_patterns.is_label(line.text) and not (within and line_patterns.read_header(at.next_text()) is None)


def _start_entry(at: PaperReading, draft: QuestionDraft, rest: str, line: Line) -> None:
    """Handles what follows the number in an answer section: a label, a key, or the answer itself."""
    found = line_patterns.read_label(rest)
    if found and found[0] in line_patterns.LABELS_OF_ANSWERS:
        fill(at, found[0], found[1], line)
        draft.style = f"{draft.style}+label"
    elif rest:
        draft.add_answer(rest, line)
    else:
        draft.part = "answer"


_ENTRY = re.compile(r"(?:\s{2,}|\t|[;。]\s*|(?<=\S)\s)(\d{1,3})\s*[.、](?!\d)\s*")


def _split_entries(at: PaperReading, header: line_patterns.Header) -> list[str]:
    """`1、季度;月  2、一年`: the answers on one line, where the section that they answer has all these numbers."""
    folded = line_patterns.fold(header.rest)
    cuts: list[re.Match[str]] = []
    for match in _ENTRY.finditer(folded):
        if int(match[1]) == header.number + len(cuts) + 1:
            cuts.append(match)
    if not cuts or not at.section:
        return [header.rest]
    asked = section_for(at.section.heading, at.paper, at.section)
    kinds = {draft.kind for draft in asked.drafts} if asked else set()
    numbers = {draft.number for draft in asked.drafts} if asked else set()
    wanted = set(range(header.number, header.number + len(cuts) + 1))
    if not wanted <= numbers or not kinds <= {"blank", "matching"}:
        return [header.rest]
    starts, ends = [0, *(match.end() for match in cuts)], [*(match.start() for match in cuts), len(folded)]
    return [header.rest[start:end].strip() for start, end in zip(starts, ends, strict=True)]


def _begins_part(at: PaperReading, header: line_patterns.Header) -> bool:
    """Whether `(1)…` with its own options below a stem without options starts one of several questions on one case."""
    draft, section = at.draft, at.section
    if at.in_answers or draft is None or section is None or header.style != "bracket" or draft.kind == "true_false":
        return False
    if draft.style == PART:
        return header.number == (draft.number or 0) + 1 and evidence_of(at, header) == "options"
    stem_only = draft.style in ("dot", "word") and not draft.options and not draft.closed
    return stem_only and header.number == 1 and evidence_of(at, header) == "options"


def _take_part(at: PaperReading, header: line_patterns.Header, line: Line) -> bool:
    """Turns the stem, which is not a question itself, into the background of its parts."""
    section, draft = at.section, at.draft
    assert section is not None and draft is not None
    if draft.style != PART:
        section.drafts.remove(draft)
        section.case = draft
    stem = section.case
    assert stem is not None
    part = at.open_draft(header, line)
    part.style, part.case = PART, str(stem.number)
    part.background = "\n".join(filter(None, (part.background, stem.text.value)))
    part.kind, part.some_choice = part.kind or stem.kind, part.some_choice or stem.some_choice
    put_question(part, header.rest, line)
    return True


def _begins_question(at: PaperReading, header: line_patterns.Header, line: Line) -> bool:
    """Whether a number starts a question rather than a list inside one."""
    section, draft = at.section, at.draft
    before = section.drafts[-1] if section and section.drafts else None
    if header.style == "word" or (header.kind and not header.doubtful):
        return True
    expected = _expected(section, before)
    if header.doubtful and not _surely_next(at, header, before, expected):
        return False
    if before is None:
        return header.number <= LARGEST_SURE or _is_no_year(at, header, line)
    if header.number > LARGEST_SURE and not expected <= header.number <= expected + 3:
        return _is_no_year(at, header, line)
    if at.in_answers:
        if header.number == 1 and before.number != 0 and _questions_again(at, header):
            return _leave_answers(at)
        return _begins_entry(header, before, expected)
    if draft is None:
        return not at.in_tail or header.number == expected
    if _options_follow(at, line) and not (draft.part == "text" and not draft.closed and header.number < expected):
        return True
    return _begins_open_question(at, header, line, draft, expected)


def _expected(section: OpenSection | None, before: QuestionDraft | None) -> int:
    """The expected next number: after the parts of a case, the one after the case's own."""
    if before is not None and before.style == PART and section is not None and section.case is not None:
        return (section.case.number or 0) + 1
    return (before.number or 0) + 1 if before is not None else 1


def _surely_next(at: PaperReading, header: line_patterns.Header, before: QuestionDraft | None, expected: int) -> bool:
    """Whether a number that may be a quantity (`3.5G`, `2 人`) is in sequence where a question may start."""
    if header.style == "space" and header.number == expected and _counts_on(at, header, before):
        return True
    if header.number != expected:
        return before is None and header.style != "space" and evidence_of(at, header) != ""
    evidence = evidence_of(at, header)
    if header.style == "space":
        return evidence == "options" and (at.draft is None or at.draft.closed)
    closed = at.draft is None or at.draft.closed or at.draft.kind == "true_false"
    return evidence != "" or (closed and header.rest[:1].isdigit())


def _counts_on(at: PaperReading, header: line_patterns.Header, before: QuestionDraft | None) -> bool:
    """Whether a number before a mere space is one of a row of three or more: `1 携号转网…`, `2 停机…`, `3 流量…`."""
    if before is not None:
        return before.style == "space"
    after = (line_patterns.read_header(text) for text in at.texts_after(NEAR))
    spaced = [found.number for found in after if found is not None and found.style == "space"]
    return spaced[:2] == [header.number + 1, header.number + 2]


def _questions_again(at: PaperReading, header: line_patterns.Header) -> bool:
    """Whether a list that restarts at 1 after answers contains questions: with options, or places for keys."""
    return evidence_of(at, header) == "options" and len(at.paper.answers) > 0


def _leave_answers(at: PaperReading) -> bool:
    """Opens a new section for questions that continue after answers."""
    at.close_draft()
    at.in_answers = False
    at.groups.append(
        OpenSection(line_patterns.Heading("", None, None), at.lines[at.place].number, chapter=at.paper.chapter)
    )
    return True


def _is_no_year(at: PaperReading, header: line_patterns.Header, line: Line) -> bool:
    """Whether a large number starts a question: options or the next number follow soon, or its question exists."""
    if at.in_answers:
        return any(draft.number == header.number for group in at.paper.sections for draft in group.drafts)
    if (at.draft is None or at.draft.closed) and _options_follow(at, line):
        return True
    after = (line_patterns.read_header(text) for text in at.texts_after(30))
    return any(found is not None and found.number == header.number + 1 for found in after)


def _begins_entry(header: line_patterns.Header, before: QuestionDraft, expected: int) -> bool:
    """Whether a number starts an entry of an answer section: it looks like the first one's; others are lists."""
    labelled = (line_patterns.read_label(header.rest) or ("",))[0] in line_patterns.LABELS_OF_ANSWERS
    if labelled or before.style == "compact":
        return True
    if before.style.endswith("+label") and not line_patterns.read_key(header.rest):
        return False
    if header.style != before.style:
        return False
    return _in_sequence(header, before, expected)


def _begins_open_question(
    at: PaperReading, header: line_patterns.Header, line: Line, draft: QuestionDraft, expected: int
) -> bool:
    """Decides without options: by the number's style, its place in the sequence, and whether the line asks."""
    if header.style != draft.style and header.style in ("bracket", "chinese"):
        fits = draft.closed or draft.kind == "true_false"
        return fits and header.number == expected and draft.part != "answer" and not _is_nested(header, draft)
    objective = draft.wants_letters or draft.kind == "true_false"
    if objective and draft.part != "answer":
        shown = evidence_of(at, header)
        restarts = draft.kind == "true_false" and header.number == 1 and draft.closed and shown == "key"
        asked_again = draft.part == "explanation" and header.number == expected and shown in ("key", "options")
        return (header.number >= expected or restarts) and (asked_again or not _is_nested(header, draft))
    asks = bool(re.search(r"[?？]\s*$|[(（]\s*\d+\s*分\s*[)）]", line.text)) or header.points is not None
    labelled = bool(
        re.match(r"^\s*\d{1,4}\s*[.、)]\s*(?:题目|题干|问题|question)\s*:", line_patterns.fold(line.text[:60]), re.I)
    )
    shown = evidence_of(at, header)
    if shown == "answer" and draft.part == "text" and not draft.closed:
        shown = ""  # the answer below may also be the open question's own, whose text contains a list
    if draft.style == UNNUMBERED and header.number != 1:
        return labelled
    return labelled or _in_sequence(header, draft, expected, asks or shown != "")


def _is_nested(header: line_patterns.Header, draft: QuestionDraft) -> bool:
    """Whether the number continues a list inside an explanation (the grammar tracks how far such a list has come)."""
    return draft.part == "explanation" and draft.nested > 0 and header.number == draft.nested + 1


def _in_sequence(header: line_patterns.Header, draft: QuestionDraft, expected: int, asks: bool = False) -> bool:
    """Whether the number is next for the questions; ambiguous if it is also next in a list inside this one."""
    number = header.number
    if number == draft.nested + 1 and (draft.nested or number != expected) and not (asks and number == expected):
        draft.nested = number
        return False
    return expected <= number <= expected + 3


def _options_follow(at: PaperReading, line: Line) -> bool:
    """Whether option A comes before the next number."""
    return len(line_patterns.find_options_behind(line.text)[1]) > 1 or options_below(at) >= 0
