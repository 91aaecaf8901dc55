"""Headings: where a section begins, where the answers begin, and where a second paper begins."""

from __future__ import annotations

import re

from evaluator.bank import marks
from evaluator.bank.drafts import ends
from evaluator.bank.grammar.ahead import FAR, comes_first
from evaluator.bank.grammar.reading import Reading
from evaluator.bank.openpaper import OpenSection
from evaluator.bank.reading.lines import Line

_NAMES_QUESTIONS = re.compile(r"题\W*$|questions?\W*$|部分", re.I)
_SHORT_NAME = re.compile(r"(?:^|[、.:)\s])\w{2,6}(?<![问难话主课标])题\W*$")  # `四、材料分析题`, not `…是什么问题`
_KIND_ALONE = re.compile(r"[、.)\s]\w{0,4}(?:分析|论述|简答|问答|模拟|写作|单选|多选|选择|判断|排序)\W*$")


def take_heading(at: Reading, line: Line) -> bool:
    """The head of the answers, the head of questions behind answers, or the head of a section."""
    if marks.is_answer_heading(line.text) and _answers_follow(at, line):
        at.leave_tail()
        at.close_draft()
        at.in_answers = True
        at.paper.answers.append(OpenSection(marks.Heading("", None, None), line.number))
        return True
    if at.in_answers and marks.is_question_heading(line.text):
        at.close_draft()
        at.in_answers = False
        return True
    heading = _read_heading(at, line)
    if heading is None:
        return False
    _open_section(at, heading, line)
    return True


def _answers_follow(at: Reading, line: Line) -> bool:
    """`答案` may head a section or an answer: a section has headings, numbers or keys behind it, maybe below a case."""
    behind = (text for text in at.texts_after(3) if (marks.read_label(text) or ("",))[0] != "background")
    text = next(behind, "")
    waiting = at.draft is not None and not at.in_answers and not at.draft.key
    if re.search(r"[与及和]|and|key|section|部分|附|卷", marks.fold(line.text), re.I) or not waiting:
        return True
    header = marks.read_header(text)
    return bool(marks.read_heading(text) or marks.read_compact_keys(text) or (header and header.number == 1))


def _read_heading(at: Reading, line: Line) -> marks.Heading | None:
    """A section heading: by what it declares, or by the numbered question below it."""
    heading = marks.read_heading(line.text)
    named = heading is not None and heading.declares and bool(_SHORT_NAME.search(_bare_title(heading)))
    if heading and (heading.kind or heading.some_choice or heading.count or heading.each or named):
        return heading if _heads_something(at, heading, line) else None
    header = marks.read_header(line.text)
    numbered_next = _numbered_one_follows(at)
    if heading and numbered_next:
        return heading
    if header and header.style == "chinese" and numbered_next and not ends(line.text) and len(line.text) <= 30:
        return marks.Heading(line.text.strip(), header.number, None)
    return None


def _heads_something(at: Reading, heading: marks.Heading, line: Line) -> bool:
    """A heading without any declaration must look like one: a question may name a kind too."""
    if heading.declares or at.in_answers:
        return True
    title = _bare_title(heading)
    return bool(
        _NAMES_QUESTIONS.search(title)
        or (_numbered_one_follows(at) and not ends(line.text))
        or (_KIND_ALONE.search(title) and _is_next(at, heading) and _prose_is_asked(at))
    )


def _bare_title(heading: marks.Heading) -> str:
    """The heading, folded, without the bracket behind it: `(正确的打√,错误的打×)` says how to answer, not what it is."""
    return re.sub(r"\s*[(\[].*[)\]]\W*$", "", marks.fold(heading.title))


def _is_next(at: Reading, heading: marks.Heading) -> bool:
    """Whether the heading counts on from the section before it."""
    before = next((s.heading.ordinal for s in reversed(at.paper.sections) if s.heading.ordinal), 0)
    return heading.ordinal == (before or 0) + 1


def _prose_is_asked(at: Reading) -> bool:
    """Whether prose stands below that is a question, for its answer comes before any number, or the case of a first one."""
    text, below = at.next_text(), comes_first(at)
    if not ends(text) or marks.read_label(text) is not None:
        return False
    headers = (header for following in at.texts_after(FAR) if (header := marks.read_header(following)))
    return below == "answer" or (below == "number" and next(headers).number == 1)


def _numbered_one_follows(at: Reading) -> bool:
    """Whether the next line is the head of a question."""
    for text in at.texts_after(3):
        header = marks.read_header(text)
        if header and header.style != "chinese":
            return True
        if not marks.is_label(text) and not marks.read_label(text):
            return False
    return False


def _open_section(at: Reading, heading: marks.Heading, line: Line) -> None:
    """A new section: of questions or of answers, in this paper or in the next one."""
    if at.in_answers and _questions_follow(at, heading):
        at.in_answers = False
        if at.paper.has_items:
            at.next_paper()
    elif not at.in_answers and _restarts(at, heading):
        at.next_paper()
    at.leave_tail()
    at.close_draft()
    at.groups.append(OpenSection(heading, line.number))


def _questions_follow(at: Reading, heading: marks.Heading) -> bool:
    """Whether a heading inside the answers opens questions: options stand below it, or it was answered already."""
    labels = 0
    for text in at.texts_after(40):
        if marks.read_heading(text) or marks.is_answer_heading(text):
            break
        labels += marks.option_label(text) in ("A", "B") or bool(marks.find_inline_options(text)[1])
    known = [(group.heading.ordinal, group.heading.kind) for group in at.paper.answers]
    return labels >= 2 or (heading.ordinal, heading.kind) in known


def _restarts(at: Reading, heading: marks.Heading) -> bool:
    """Whether the sections begin again: a second paper in the same document."""
    last = next((s.heading for s in reversed(at.paper.sections) if s.heading.ordinal), None)
    if heading.ordinal is None or last is None or last.ordinal is None or not at.paper.has_items:
        return False
    return heading.ordinal == 1 and (last.ordinal > 1 or at.held is not None or last.kind == heading.kind)
