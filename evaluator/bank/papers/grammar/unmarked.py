"""Lines without any mark: a title, information about the paper, an unnumbered question, or continued text."""

from __future__ import annotations

import re

from evaluator.bank.formats.lines import Line
from evaluator.bank.items import Unplaced
from evaluator.bank.papers import line_patterns
from evaluator.bank.papers.grammar.ahead import comes_first, has_own_key, options_below
from evaluator.bank.papers.grammar.labels import add_tag, is_open
from evaluator.bank.papers.grammar.questions import put_question
from evaluator.bank.papers.grammar.reading import PaperReading
from evaluator.bank.papers.paper import OpenSection
from evaluator.bank.papers.question import UNNUMBERED, ends

_TITLE_WORDS = re.compile(
    r"试[卷题]|考[核试]|测[试评验]|题[库集]|习题|面试|练习|培训|竞赛|作业|卷|exam|test|quiz|assessment|paper|questions",
    re.I,
)
_ASKS = re.compile(r"^\s*(?:试|简述|论述|阐述|谈谈|describe|discuss|explain)|\?\s*$", re.I)
_FIELD = re.compile(r"^\s*[-–•·]?\s*[^\s:]{1,12}(?:\([^)]*\))?\s*(?::|总分|共)\s*\S")
_SCORE = re.compile(r"^\s*[+]?\d+(?:\.\d+)?\s*分\s*$")


def take_preamble(at: PaperReading, line: Line) -> bool:
    """The examination rules before the first question (`注意事项:` and its list), which are not questions."""
    if at.paper.has_items or at.paper.answers:
        return False
    if line_patterns.is_notice(line.text) and not at.paper.sections:
        at.paper.in_notice = True
    elif not at.paper.in_notice or not _heading_comes(at):
        return False
    at.paper.total = at.paper.total if at.paper.total is not None else line_patterns.read_total(line.text)
    at.paper.about.append(line.text.strip())
    return True


def _heading_comes(at: PaperReading) -> bool:
    """Whether the rules continue: a section heading is still to come, and this line is not one."""
    if at.paper.sections or line_patterns.read_heading(at.lines[at.place].text):
        at.paper.in_notice = False
        return False
    return any(line_patterns.read_heading(text) or line_patterns.read_chapter(text) for text in at.texts_after(30))


def take_unnumbered(at: PaperReading, line: Line) -> bool:
    """An unnumbered question: options follow, it carries its key, or its answer follows."""
    if at.in_answers or at.in_tail or not _may_begin(at, line) or not _is_question(at, line):
        return False
    if at.draft is not None and at.draft.style != UNNUMBERED and at.section is not None and at.section.drafts:
        numbered = sum(draft.style != UNNUMBERED for draft in at.section.drafts)
        if numbered > 2 and not line.blank_before:
            return False
    draft = at.open_unnumbered(line)
    asked = line_patterns.read_asked(line.text)
    if asked is not None:
        put_question(draft, asked, line)
        return True
    tag = line_patterns.read_tag(line.text)
    if tag:
        draft.kind = tag[0] or draft.kind
    put_question(draft, tag[1] if tag else line.text, line)
    return True


def _may_begin(at: PaperReading, line: Line) -> bool:
    """Whether no question is open, or the open one is complete."""
    draft = at.draft
    if (
        line_patterns.read_label(line.text)
        or line_patterns.read_step(line.text)
        or line_patterns.option_label(line.text)
    ):
        return False
    if draft is not None and draft.awaited and not line.blank_before:
        return False
    if draft is None and line_patterns.is_about_paper(line.text) and not at.paper.sections:
        return False
    if draft is None:
        return bool(at.paper.sections) or not _TITLE_WORDS.search(line_patterns.fold(line.text[:60])) or _alone(at)
    return draft.closed and not (
        draft.part == "options" and draft.takes(line, at.next_text()) and not line.blank_before
    )


def _alone(at: PaperReading) -> bool:
    """Whether option A directly follows."""
    return options_below(at) == 0


def _is_question(at: PaperReading, line: Line) -> bool:
    draft = at.draft
    distance = options_below(at)
    if line_patterns.read_tag(line.text) or line_patterns.take_tail_tags(line.text).kind:
        return True
    if line_patterns.read_asked(line.text) is not None and (draft is None or draft.style == UNNUMBERED):
        return distance >= 0 or draft is None or comes_first(at) == "answer"
    if len(line_patterns.find_options_behind(line.text)[1]) > 1:
        return draft is None or draft.part != "explanation" or line.blank_before
    if distance >= 0:
        later = any(below.blank_before for below in list(at.lines_after(distance)))
        fresh = line.blank_before or draft is None or draft.part in ("options", "answer")
        return (fresh or distance == 0) and not (later and draft is not None)
    if draft is not None and draft.style != UNNUMBERED:
        return False
    statement = at.section is not None and at.section.heading.kind == "true_false"
    if has_own_key(line.text) and len(line.text) > 8 and (statement or draft is None or draft.closed):
        return draft is None or draft.part in ("text", "answer") or line.blank_before
    answered = draft is not None and line.blank_before and comes_first(at) == "answer"
    return answered and ends(line.text)


def take_plain(at: PaperReading, line: Line) -> bool:
    """An unmarked line: the paper's title, information about it, or the continuation of a text."""
    if at.in_tail:
        at.hold(line)
        return False
    if _announces_paper(at, line):
        at.hold(line)
        return False
    if not at.paper.sections and not at.paper.answers:
        return _take_title(at, line)
    if at.draft is None:
        return _take_below_heading(at, line)
    if at.platform and _SCORE.match(line.text):
        at.paper.noise += 1
        return True
    awaited = "" if line.blank_before else at.draft.awaited
    if awaited in line_patterns.TAGS:
        add_tag(at.draft, awaited, line.text.strip())
        at.draft.touch(line)
        return True
    if _explains(at, line):
        at.draft.part = "explanation"
    elif not (awaited or at.draft.takes(line, at.next_text()) or (at.draft.part == "text" and options_below(at) >= 0)):
        return False
    _note_list(at, line)
    _continue(at, line)
    return True


def _explains(at: PaperReading, line: Line) -> bool:
    """Whether prose after a key explains it: a quotation, or whole sentences directly below the key."""
    draft = at.draft
    if draft is None or not draft.closed or draft.part not in ("answer", "options") or draft.answer.value:
        return False
    if line.quote:
        return True
    return bool(draft.key) and draft.part == "answer" and not line.blank_before and ends(line.text)


def _note_list(at: PaperReading, line: Line) -> None:
    """A numbered line inside an explanation starts or continues a list."""
    header, draft = line_patterns.read_header(line.text), at.draft
    if draft is not None and header is not None and draft.part == "explanation" and header.number == draft.nested + 1:
        draft.nested = header.number


def _announces_paper(at: PaperReading, line: Line) -> bool:
    """Whether this is the title of another paper: short, and followed by a first section."""
    if not at.paper.has_items or ends(line.text) or len(line.text.strip()) > 40:
        return False
    following = [text for text in at.texts_after(3) if not line_patterns.is_about_paper(text)]
    heading = line_patterns.read_heading(following[0]) if following else None
    titled = bool(_TITLE_WORDS.search(line_patterns.fold(line.text)))
    return heading is not None and heading.ordinal == 1 and (heading.declares or titled)


def _take_title(at: PaperReading, line: Line) -> bool:
    """Before the first section: the title, or information about the paper (time, full marks, name)."""
    total = line_patterns.read_total(line.text)
    field = _FIELD.match(line_patterns.fold(line.text[:80])) and len(line.text) < 80 and comes_first(at) != "answer"
    if line_patterns.is_about_paper(line.text) or (total is not None and len(line.text) < 60) or field:
        at.paper.total = total if total is not None else at.paper.total
        at.paper.about.append(line.text.strip())
        return True
    text = line.text.strip()
    titled = bool(_TITLE_WORDS.search(line_patterns.fold(at.paper.title)))
    fits = len(text) <= 60 and not ends(text.rstrip(")）》")) and not titled
    if not fits or (at.paper.title and not _TITLE_WORDS.search(line_patterns.fold(text))):
        return False
    if at.paper.title:
        at.paper.unplaced.append(Unplaced(line=line.number, text=at.paper.title))
    at.paper.title = text
    return True


def _take_below_heading(at: PaperReading, line: Line) -> bool:
    """Between a heading and its first question: prose is that question, or continues the text for those below."""
    section = at.section
    if section is None:
        return False
    if _is_asked(at, section, line):
        at.open_unnumbered(line).part = "answer" if at.in_answers else "text"
        _continue(at, line)
        return True
    label = line_patterns.read_label(line.text)
    if at.in_answers or not (ends(line.text) or section.preface) or (label and not section.preface):
        return False
    name = section.preface or "requirements"
    getattr(section, name).append(line.text.strip())
    section.waiting.append((name, line))
    return True


def _is_asked(at: PaperReading, section: OpenSection, line: Line) -> bool:
    """Whether unnumbered prose is a question (among answers: an answer), not words about those below."""
    if line_patterns.read_label(line.text):
        return False
    below = comes_first(at)
    if at.in_answers:
        return below != "number" and bool(section.heading.title) and not section.drafts and is_open(section)
    heading = section.heading
    one = heading.count == 1 or (heading.count is None and heading.each is None and heading.points is not None)
    alone = not below and not section.drafts and is_open(section) and ends(line.text)
    return below == "answer" or (alone and (one or bool(_ASKS.search(line_patterns.fold(line.text)))))


def _continue(at: PaperReading, line: Line) -> None:
    """Appends the line to the text being read."""
    draft = at.draft
    assert draft is not None
    draft.touch(line)
    draft.pictures.extend(line.pictures)
    if draft.part == "answer":
        draft.add_answer(line.text, line) if not draft.answer.value else draft.answer.add(line.text, line)
        return
    if draft.part == "text":
        put_question(draft, line.text, line)
    else:
        draft.target().add(line.text, line)
