"""Headings: where a section, a chapter, the answers, or a second paper start."""

from __future__ import annotations

import re

from evaluator.bank.formats.lines import Line
from evaluator.bank.papers import line_patterns
from evaluator.bank.papers.grammar.ahead import FAR, comes_first, looks_like_questions
from evaluator.bank.papers.grammar.reading import PaperReading
from evaluator.bank.papers.paper import OpenSection
from evaluator.bank.papers.question import ends

_NAMES_QUESTIONS = re.compile(r"题\W*$|questions?\W*$|部分", re.I)
_SHORT_NAME = re.compile(r"(?:^|[、.:)\s])\w{2,6}(?<![问难话主课标])题\W*$")  # `四、材料分析题`, not `…是什么问题`
_KIND_ALONE = re.compile(r"[、.)\s]\w{0,4}(?:分析|论述|简答|问答|模拟|写作|单选|多选|选择|判断|排序)\W*$")
_PLACE_ALONE = re.compile(
    rf"(?:(?:part|section)\s+(?:[IVX]{{1,4}}|\d{{1,2}}|[A-H])|第{line_patterns.CN}{{1,3}}(?:部分|大题)|{line_patterns.CN}{{1,3}}\s*[、.:])\s*[:.]?",
    re.I,
)
_ASKS = re.compile(r"\?\s*$|\(\s*(?:本题)?\d+(?:\.\d+)?\s*分\s*\)\s*$")
_WHOLE = re.compile(r"[与及和]|and|key|section|部分|附|卷", re.I)


def take_heading(at: PaperReading, line: Line) -> bool:
    """The heading of the answers, of questions after answers, of a chapter, or of a section."""
    if _take_answer_heading(at, line):
        return True
    if at.in_answers and line_patterns.is_question_heading(line.text):
        at.close_draft()
        at.in_answers = False
        return True
    if _take_chapter(at, line):
        return True
    if _take_named_group(at, line):
        return True
    if _take_case(at, line):
        return True
    heading = None if _heads_one_question(at, line) else _read_heading(at, line)
    if heading is None:
        return False
    _open_section(at, heading, line)
    return True


def _take_named_group(at: PaperReading, line: Line) -> bool:
    """`Section C:`, `三、` alone among answers: those of that section follow, each with its number."""
    if not at.in_answers or not _PLACE_ALONE.fullmatch(line_patterns.fold(line.text).strip()):
        return False
    if line_patterns.read_header(at.next_text()) is None:
        return False
    at.open_answers(name_answers(line.text.strip().rstrip(" :：")), line)
    return True


def _take_case(at: PaperReading, line: Line) -> bool:
    """`案例1 首次逾期客户` above `背景:`, `任务:`, `评分标准`: a section of one question, named by its case."""
    case = None if at.in_answers else line_patterns.read_case(line.text)
    if case is None or (at.draft is not None and not at.draft.closed):
        return False
    label = line_patterns.read_label(at.next_text())
    if (label is None or label[0] not in ("background", "requirements")) and not line_patterns.read_asked(
        at.next_text()
    ):
        return False
    below = [text for text in at.texts_after(FAR) if line_patterns.read_asked(text) or line_patterns.read_header(text)]
    if not below or line_patterns.read_asked(below[0]) is None:
        return False
    _open_section(at, case, line)
    return True


def _heads_one_question(at: PaperReading, line: Line) -> bool:
    """`2.多选题 (2分)` above its question: a kind behind a number is no heading where words follow, not a number."""
    header = line_patterns.read_header(line.text)
    if header is None or header.rest or header.kind is None or header.style == "chinese":
        return False
    below = at.next_text()
    return line_patterns.read_header(below) is None and line_patterns.read_heading(below) is None


def _take_answer_heading(at: PaperReading, line: Line) -> bool:
    named = line_patterns.read_named_answers(line.text)
    if named is not None and _keys_follow(at, named):
        at.leave_tail()
        at.open_answers(name_answers(named), line)
        return True
    if line_patterns.is_answer_heading(line.text) and _answers_follow(at, line):
        at.leave_tail()
        if _chapters_wait(at):
            at.paper.chapter = ""
        at.open_answers(line_patterns.Heading("", None, None), line)
        return True
    return False


def _chapters_wait(at: PaperReading) -> bool:
    """Whether questions in several chapters have no answers yet, so that those below belong to all of them."""
    waiting = {s.chapter for s in at.paper.sections for d in s.drafts if not (d.key or d.answer.value)}
    return len(waiting) > 1


def name_answers(name: str) -> line_patterns.Heading:
    """The heading of a named group of answers (`单选题`, `一、`, `第二章`, `Part I`)."""
    chapter = line_patterns.read_chapter(name)
    if chapter:
        return chapter
    found = line_patterns.read_heading(name) or line_patterns.read_heading(f"{name.rstrip(' :：,，')} (1题)")
    if found:
        return line_patterns.Heading(name, found.ordinal, found.kind, found.some_choice)
    return line_patterns.Heading(name, None, line_patterns.read_kind(name), line_patterns.names_some_choice(name))


def _keys_follow(at: PaperReading, name: str) -> bool:
    """Whether keys or numbered answers, not questions, follow the name of a section's answers."""
    text = at.next_text()
    given = line_patterns.split_named_keys(text)[1]
    header = line_patterns.read_header(text)
    return bool(line_patterns.read_compact_keys(given)) or (header is not None and not looks_like_questions(at))


def _answers_follow(at: PaperReading, line: Line) -> bool:
    """Whether `参考答案:` starts a section rather than one answer, which needs evidence after it or unanswered questions.

    Numbered keys are evidence; so are headings without questions below, and a list that starts at 1 if several
    questions have no answer yet. Within a question without an answer, a list is that answer.
    """
    behind = (text for text in at.texts_after(3) if (line_patterns.read_label(text) or ("",))[0] != "background")
    text = next(behind, "")
    draft = at.draft
    if line_patterns.read_compact_keys(line_patterns.split_named_keys(text)[1]):
        return True
    heading = line_patterns.read_heading(text) or line_patterns.read_chapter(text)
    header = line_patterns.read_header(text)
    if draft is not None and not at.in_answers:
        if _belongs_to(at, line, text, heading, header):
            return False
    elif draft is not None and at.in_answers:
        return bool(heading)
    return bool(heading or header or line_patterns.read_label(text) or _WHOLE.search(line_patterns.fold(line.text)))


def _belongs_to(
    at: PaperReading, line: Line, text: str, heading: line_patterns.Heading | None, header: line_patterns.Header | None
) -> bool:
    """Whether the line labels the open question's answer or explanation."""
    draft = at.draft
    assert draft is not None
    label = line_patterns.read_label(line.text)
    explains = "解析" in line.text and not draft.explanation.value
    if heading:
        return bool(label) and _waits(at) and not _several_wait(at) and looks_like_questions(at)
    if header is None:
        whole = bool(_WHOLE.search(line_patterns.fold(line.text)))
        return bool(text) and (explains or not draft.key) and not (whole and draft.closed and not explains)
    if header.number != 1:
        return bool(label) and (explains or _waits(at) or header.number == (draft.number or 0) + 1)
    return not _several_wait(at) and (explains or _waits(at)) and not line_patterns.read_key(header.rest)


def _waits(at: PaperReading) -> bool:
    """Whether the open question has no answer yet."""
    return at.draft is not None and not (at.draft.key or at.draft.answer.value)


def _several_wait(at: PaperReading) -> bool:
    """Whether questions other than the open one have no answer yet, so that answers at the end are expected."""
    drafts = [draft for section in at.paper.sections for draft in section.drafts]
    waiting = sum(
        not (draft.closed and (draft.key or draft.answer.value or draft.explanation.value)) for draft in drafts
    )
    return waiting >= 2 and waiting * 2 > len(drafts)


def _take_chapter(at: PaperReading, line: Line) -> bool:
    """`第二章 投诉`: groups what follows, both questions and answers; numbering restarts below it."""
    chapter = line_patterns.read_chapter(line.text)
    if chapter is None or ends(line.text):
        return False
    below = at.next_text()
    heading = line_patterns.read_heading(line.text)
    if heading and (heading.kind or heading.some_choice or heading.declares):
        return False
    header = line_patterns.read_header(below)
    inner = (
        line_patterns.read_heading(below) or line_patterns.read_chapter(below) or line_patterns.is_answer_heading(below)
    )
    numbered = header is not None and (header.number == 1 or (at.draft is None or at.draft.closed))
    heads = inner or numbered or line_patterns.read_compact_keys(line_patterns.split_named_keys(below)[1])
    if not heads and at.draft is not None and not at.draft.closed:
        return False
    at.leave_tail()
    if at.in_answers and looks_like_questions(at):
        at.in_answers = False
    at.close_draft()
    at.paper.chapter = chapter.title
    at.groups.append(OpenSection(chapter, line.number, chapter=chapter.title))
    return True


def _read_heading(at: PaperReading, line: Line) -> line_patterns.Heading | None:
    """A section heading, recognised by what it declares or by the numbered question below it."""
    heading = line_patterns.read_heading(line.text)
    named = heading is not None and heading.declares and bool(_SHORT_NAME.search(_bare_title(heading)))
    if heading and (heading.kind or heading.some_choice or heading.count or heading.each or named):
        return heading if _heads_something(at, heading, line) else None
    header = line_patterns.read_header(line.text)
    numbered_next = _numbered_one_follows(at)
    if heading and (numbered_next or (heading.declares and _counts_anew_below(at))):
        return heading
    if header and header.style == "chinese" and numbered_next and not ends(line.text) and len(line.text) <= 30:
        return line_patterns.Heading(line.text.strip(), header.number, None)
    return None


def _counts_anew_below(at: PaperReading) -> bool:
    """Whether questions from 1 on come below a passage, before any answer or heading: `四、阅读短文,回答问题。(10分)`."""
    for text in at.texts_after(FAR):
        header = line_patterns.read_header(text)
        if header is not None and header.style == "dot":
            return header.number == 1 and not header.doubtful
        if line_patterns.read_label(text) or header is not None or line_patterns.read_heading(text):
            return False
    return False


def _heads_something(at: PaperReading, heading: line_patterns.Heading, line: Line) -> bool:
    """Whether a heading without a declaration looks like one: a question may also name a kind."""
    if heading.declares or at.in_answers:
        return True
    title = _bare_title(heading)
    if not title and heading.kind:  # `[单选题]`
        return True
    return bool(
        _NAMES_QUESTIONS.search(title)
        or (_numbered_one_follows(at) and not ends(line.text))
        or (_KIND_ALONE.search(title) and _is_next(at, heading) and _prose_is_asked(at))
    )


def _bare_title(heading: line_patterns.Heading) -> str:
    """The folded heading without its last bracket: `(正确的打√,错误的打×)` says how to answer, not what it is."""
    return re.sub(r"\s*[(\[].*[)\]]\W*$", "", line_patterns.fold(heading.title))


def _is_next(at: PaperReading, heading: line_patterns.Heading) -> bool:
    """Whether the heading's number follows that of the previous section."""
    before = next((s.heading.ordinal for s in reversed(at.paper.sections) if s.heading.ordinal), 0)
    return heading.ordinal == (before or 0) + 1


def _prose_is_asked(at: PaperReading) -> bool:
    """Whether the prose below is a question, because its answer precedes any number, or the first question's case."""
    text, below = at.next_text(), comes_first(at)
    if not ends(text) or line_patterns.read_label(text) is not None:
        return False
    headers = (header for following in at.texts_after(FAR) if (header := line_patterns.read_header(following)))
    return below == "answer" or (below == "number" and next(headers).number == 1)


def _numbered_one_follows(at: PaperReading) -> bool:
    """Whether the next line starts a numbered question."""
    for text in at.texts_after(3):
        header = line_patterns.read_header(text)
        if header and header.style not in ("chinese", "space"):
            return True
        if not line_patterns.is_label(text) and not line_patterns.read_label(text):
            return False
    return False


def _open_section(at: PaperReading, heading: line_patterns.Heading, line: Line) -> None:
    """Opens a section of questions or answers, in this paper or the next one."""
    if at.in_answers and _questions_follow(at, heading):
        at.in_answers = False
        if at.paper.has_items and _is_known(at, heading):
            at.next_paper()
    elif not at.in_answers and _restarts(at, heading):
        at.next_paper()
    at.leave_tail()
    at.close_draft()
    at.groups.append(OpenSection(heading, line.number, chapter=at.paper.chapter))


def open_section_as_said(at: PaperReading, line: Line) -> None:
    """Opens a section whose heading a person pointed out."""
    text = line.text.strip()
    heading = line_patterns.read_heading(text) or line_patterns.Heading(
        text, None, line_patterns.read_kind(text), line_patterns.names_some_choice(text)
    )
    _open_section(at, heading, line)


def _is_known(at: PaperReading, heading: line_patterns.Heading) -> bool:
    """Whether the section's position in the paper is already taken, so that it belongs to another paper."""
    if at.paper.chapter and at.paper.sections and at.paper.sections[-1].heading.chapter:
        return False
    return heading.ordinal is None or any(s.heading.ordinal == heading.ordinal for s in at.paper.sections)


def _questions_follow(at: PaperReading, heading: line_patterns.Heading) -> bool:
    """Whether a heading among the answers opens questions: options follow, or its questions were answered already."""
    known = [(g.heading.ordinal, g.heading.kind) for g in at.paper.answers if g.chapter == at.paper.chapter]
    if _answered_below(at):
        return True
    return looks_like_questions(at) or (heading.ordinal, heading.kind) in known or not _was_asked(at, heading)


def _answered_below(at: PaperReading) -> bool:
    """Whether numbers that ask (`1、…?`, `…(5分)`) come below a heading, and then a line that heads their answers."""
    asked = False
    for text in at.texts_after(FAR):
        if line_patterns.is_answer_heading(text):
            return asked
        if line_patterns.read_heading(text) or line_patterns.read_chapter(text):
            return False
        header = line_patterns.read_header(text)
        asked = asked or bool(header and _ASKS.search(line_patterns.fold(text)))
    return False


def _was_asked(at: PaperReading, heading: line_patterns.Heading) -> bool:
    """Whether a question section has this kind or position, so that its answers may have this heading."""
    if heading.chapter or (heading.kind is None and heading.ordinal is None):
        return True
    asked = [section.heading for section in at.paper.sections]
    if not any(section.drafts for section in at.paper.sections):
        return True  # answers come first
    return any(
        (heading.kind is not None and other.kind == heading.kind)
        or (heading.kind is None and other.ordinal == heading.ordinal)
        or (heading.some_choice and other.some_choice)
        for other in asked
    )


def _restarts(at: PaperReading, heading: line_patterns.Heading) -> bool:
    """Whether the sections restart: a second paper in the document, not another chapter of this one."""
    sections = [section for section in at.paper.sections if section.chapter == at.paper.chapter]
    last = next((s.heading for s in reversed(sections) if s.heading.ordinal and not s.heading.chapter), None)
    if heading.ordinal is None or last is None or last.ordinal is None or not at.paper.has_items:
        return False
    return heading.ordinal == 1 and (last.ordinal > 1 or at.held is not None or last.kind == heading.kind)
