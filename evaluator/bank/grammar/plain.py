"""Lines without any mark: a title, something about the paper, or the continuation of what came before."""

from __future__ import annotations

import re

from evaluator.bank import marks
from evaluator.bank.drafts import ends
from evaluator.bank.grammar.ahead import comes_first
from evaluator.bank.grammar.labels import is_open
from evaluator.bank.grammar.reading import Reading
from evaluator.bank.items import Unplaced
from evaluator.bank.openpaper import OpenSection
from evaluator.bank.reading.lines import Line

_TITLE_WORDS = re.compile(
    r"试[卷题]|考[核试]|测[试评验]|题[库集]|面试|练习|培训|竞赛|卷|exam|test|quiz|assessment|paper|questions",
    re.I,
)
_ASKS = re.compile(r"^\s*(?:试|简述|论述|阐述|谈谈|describe|discuss|explain)|\?\s*$", re.I)


def take_plain(at: Reading, line: Line) -> bool:
    """A line without any mark: the paper's title, something about the paper, or the continuation of a text."""
    if at.in_tail:
        at.hold(line)
        return False
    if _announces_paper(at, line):
        at.hold(line)
        return False
    if not at.paper.sections and not at.paper.answers:
        return _take_preamble(at, line)
    if at.draft is None:
        return _take_below_heading(at, line)
    if not at.draft.takes(line, at.next_text()):
        return False
    _note_list(at, line)
    _continue(at, line)
    return True


def _note_list(at: Reading, line: Line) -> None:
    """A numbered line inside an explanation begins a list, or goes on with it."""
    header, draft = marks.read_header(line.text), at.draft
    if draft is not None and header is not None and draft.part == "explanation" and header.number == draft.nested + 1:
        draft.nested = header.number


def _announces_paper(at: Reading, line: Line) -> bool:
    """Whether this is the title of a further paper: short, and a first section follows."""
    if not at.paper.has_items or ends(line.text) or len(line.text.strip()) > 40:
        return False
    following = [text for text in at.texts_after(3) if not marks.is_about_paper(text)]
    heading = marks.read_heading(following[0]) if following else None
    titled = bool(_TITLE_WORDS.search(marks.fold(line.text)))
    return heading is not None and heading.ordinal == 1 and (heading.declares or titled)


def _take_preamble(at: Reading, line: Line) -> bool:
    """Above the first section: the title, or what is said about the paper (time, points in all, name)."""
    total = marks.read_total(line.text)
    if marks.is_about_paper(line.text) or (total is not None and len(line.text) < 60):
        at.paper.total = total if total is not None else at.paper.total
        at.paper.about.append(line.text.strip())
        return True
    text = line.text.strip()
    titled = bool(_TITLE_WORDS.search(marks.fold(at.paper.title)))
    fits = len(text) <= 60 and not ends(text.rstrip(")）")) and not titled
    if not fits or (at.paper.title and not _TITLE_WORDS.search(marks.fold(text))):
        return False
    if at.paper.title:
        at.paper.unplaced.append(Unplaced(line=line.number, text=at.paper.title))
    at.paper.title = text
    return True


def _take_below_heading(at: Reading, line: Line) -> bool:
    """Between a heading and its first question: prose is that question, or it goes on what holds for those below."""
    section = at.section
    if section is None:
        return False
    if _is_asked(at, section, line):
        at.open_unnumbered(line).part = "answer" if at.in_answers else "text"
        _continue(at, line)
        return True
    label = marks.read_label(line.text)
    if at.in_answers or not (ends(line.text) or section.preface) or (label and not section.preface):
        return False
    name = section.preface or "requirements"
    getattr(section, name).append(line.text.strip())
    section.waiting.append((name, line))
    return True


def _is_asked(at: Reading, section: OpenSection, line: Line) -> bool:
    """Whether prose without a number is a question (among answers: an answer), and not words about those below."""
    if marks.read_label(line.text):
        return False
    below = comes_first(at)
    if at.in_answers:
        return below != "number" and bool(section.heading.title) and not section.drafts and is_open(section)
    heading = section.heading
    one = heading.count == 1 or (heading.count is None and heading.each is None and heading.points is not None)
    alone = not below and not section.drafts and is_open(section) and ends(line.text)
    return below == "answer" or (alone and (one or bool(_ASKS.search(marks.fold(line.text)))))


def _continue(at: Reading, line: Line) -> None:
    """Puts the line to the text that is being read."""
    draft = at.draft
    assert draft is not None
    draft.touch(line)
    if draft.part == "answer":
        draft.add_answer(line.text, line) if not draft.answer.value else draft.answer.add(line.text, line)
        return
    text, options = marks.find_inline_options(line.text) if draft.part == "text" else (line.text, [])
    if text:
        draft.target().add(text, line)
    if options:
        draft.add_options(options, line)
