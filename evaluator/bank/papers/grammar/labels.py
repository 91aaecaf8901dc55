"""Marked lines inside a question: rows of keys, labels (答案:, 解析:, 评分标准), criteria, steps, options."""

from __future__ import annotations

import re
from dataclasses import replace

from evaluator.bank.formats.lines import Line
from evaluator.bank.items import OBJECTIVE_KINDS
from evaluator.bank.papers import line_patterns
from evaluator.bank.papers.answer_key import section_for
from evaluator.bank.papers.grammar.ahead import FAR, asks_aloud, true_or_false
from evaluator.bank.papers.grammar.headings import name_answers
from evaluator.bank.papers.grammar.reading import PaperReading
from evaluator.bank.papers.paper import OpenSection
from evaluator.bank.papers.question import QuestionDraft


def take_rows(at: PaperReading, line: Line) -> bool:
    """Compact keys (`1-5 ABCDA`), with or without the section's name before them."""
    label = line_patterns.read_label(line.text)
    labelled = label is not None and label[0] == "answer"
    name, given = line_patterns.split_named_keys(label[1] if label and labelled else line.text)
    keys = line_patterns.read_compact_keys(given)
    if not keys and _take_keys_in_order(at, label[1] if label and labelled else line.text, line):
        return True
    if not keys:
        return _take_named_answer(at, name, given, line) if at.in_answers and name else False
    if len(keys) == 1 and not name:
        return False
    if not at.in_answers and not labelled and not _wants_keys(at, keys):
        return False
    if not at.in_answers or name:
        at.open_answers(name_answers(name) if name else line_patterns.Heading("", None, None), line)
    for number, key in keys.items():
        draft = at.open_draft(line_patterns.Header(number, "compact", ""), line)
        draft.key, draft.raw_key, draft.key_line = key, key, line.number
    return True


_SECTION_AHEAD = re.compile(
    rf"^\s*((?:{line_patterns.CN}{{1,3}}\s*[、.:,]|第{line_patterns.CN}{{1,3}}(?:部分|大题|题)|(?:part|section)\s+[IVX\d]{{1,4}}\s*[.:,]?)?\s*(?:[^\s:、,.。A-L√×]{{0,8}}?(?:题|选择|单选|多选|判断))?)\s*(?:答案)?\s*[:]?\s*(?=[A-L√×对错TF])",
    re.I,
)


def _take_keys_in_order(at: PaperReading, text: str, line: Line) -> bool:
    """`一、C B B`: the keys of a section in the order of its questions, without numbers."""
    if not at.in_answers:
        return False
    match = _SECTION_AHEAD.match(line_patterns.fold(text))
    name = text[match.start(1) : match.end(1)].strip() if match else ""
    if match is None or not name:
        return False
    heading = name_answers(name)
    section = section_for(heading, at.paper)
    if section is None:
        return False
    numbers = [draft.number for draft in section.drafts]
    keys = line_patterns.read_keys_in_order(text[match.end() :], len(numbers))
    if not keys:
        return False
    at.open_answers(heading, line)
    for number, key in zip(numbers, keys, strict=True):
        draft = at.open_draft(line_patterns.Header(number or 0, "compact", ""), line)
        draft.key, draft.raw_key, draft.key_line = key, key, line.number
    return True


def _wants_keys(at: PaperReading, keys: dict[int, str]) -> bool:
    """Whether an unlabelled row of keys answers questions above it that have none."""
    waiting = {draft.number for group in at.paper.sections for draft in group.drafts if not draft.key}
    return len(keys) >= 2 and set(keys) <= waiting


def _take_named_answer(at: PaperReading, name: str, given: str, line: Line) -> bool:
    """`Part III, 5: Apologise once.`: the answer to one question of a section named on the line."""
    header = line_patterns.read_header(given)
    if header is None or not header.rest or line_patterns.find_options_behind(header.rest)[1]:
        return False
    at.open_answers(name_answers(name.rstrip(" ,，:：")), line)
    at.open_draft(header, line).add_answer(header.rest, line)
    return True


def take_criterion(at: PaperReading, line: Line) -> bool:
    """A numbered line below 评分标准, in the same style as the first one."""
    draft = at.draft
    if draft is None or draft.part != "criteria":
        return False
    step = line_patterns.read_step(line.text)
    header = line_patterns.read_header(line.text)
    bullet = re.match(r"^\s*[-–•·*]\s*", line_patterns.fold(line.text))
    style = "circled" if step else header.style if header else "bullet" if bullet else "plain"
    points = line_patterns.split_points(line.text)[1]
    first = draft.criteria[0][0] if draft.criteria else style
    in_sequence = header is None or header.number == len(draft.criteria) + 1
    if style != first or not in_sequence or (points is None and style in ("dot", "word", "chinese", "plain")):
        return False
    text = step[1] if step else line.text[bullet.end() :] if bullet else header.rest if header else line.text
    if header and header.points is not None:
        text = f"{text}({header.points:g}分)"
    for number, piece in enumerate(_split_inline_criteria(text, style)):
        draft.add_criterion(piece, style if number == 0 else first, line)
    draft.touch(line)
    return True


def take_label(at: PaperReading, line: Line) -> bool:
    """Assigns a labelled text to the open question; a background or requirements to the questions below."""
    found = line_patterns.read_label(line.text)
    if found is None:
        return False
    name, rest = found
    if name in ("background", "requirements"):
        return _take_preface(at, name, rest, line)
    if name == "response":
        return _take_response(at, rest)
    if name in line_patterns.TAGS:
        return _take_tag(at, name, rest, line)
    if name == "options":
        return _take_labelled_options(at, rest, line)
    if at.draft is None and not _open_for_label(at, name, line):
        return False
    fill(at, name, rest, line)
    return True


def _take_response(at: PaperReading, rest: str) -> bool:
    """`我的答案:B` on a learning platform: a candidate's choice says nothing about the question."""
    if at.draft is None:
        return False
    at.platform = True
    at.in_response = not rest
    at.paper.noise += 1
    return True


def take_response(at: PaperReading, line: Line) -> bool:
    """Below `我的答案:`: the options that a candidate chose (`A:道歉并倾听;`), or the verdict."""
    if not at.in_response or at.draft is None:
        return False
    chosen = line_patterns.option_label(line.text)
    offered = {label for label, _ in at.draft.options}
    said = chosen in offered or line_patterns.read_key(line.text) is not None
    at.in_response = said
    at.paper.noise += said
    return said


def _take_tag(at: PaperReading, name: str, rest: str, line: Line) -> bool:
    """Difficulty, topic, chapter, points or kind of the open question."""
    draft = at.draft
    if draft is None or (draft.part == "text" and not draft.text.value):
        return False
    if name == "points":
        points = line_patterns.read_points(rest)
        if points is None:
            return False
        draft.points = draft.points if draft.points is not None else points
    elif name == "kind":
        kind = line_patterns.read_kind(rest)
        if kind is None:
            return False
        draft.kind = draft.kind or kind
    elif rest:
        add_tag(draft, name, rest)
    draft.touch(line)
    draft.awaited = "" if rest else name
    return True


def add_tag(draft: QuestionDraft, name: str, said: str) -> None:
    """Difficulty, topic or chapter; a further topic joins those before it."""
    draft.tags[name] = "、".join(filter(None, (draft.tags.get(name, "") if name == "topic" else "", said)))


def _take_labelled_options(at: PaperReading, rest: str, line: Line) -> bool:
    """`选项:A.… B.…`, or the label alone above the options."""
    draft = at.draft
    if draft is None or at.in_answers or draft.part not in ("text", "options"):
        return False
    found = line_patterns.find_options(rest)
    if rest and not found:
        return False
    if found:
        draft.add_options(found, line.part(line.text.rindex(rest), len(line.text)))
    draft.touch(line)
    return True


def is_open(section: OpenSection) -> bool:
    """Whether a section may contain questions that are answered in words."""
    return not section.heading.some_choice and section.heading.kind not in OBJECTIVE_KINDS


def _open_for_label(at: PaperReading, name: str, line: Line) -> bool:
    """Opens a draft for a label without a number: an entry among answers, otherwise the background is the question."""
    section = at.section
    if section is None and name == "criteria" and at.paper.background and not at.in_answers:
        section = OpenSection(line_patterns.Heading("", None, None), line.number, chapter=at.paper.chapter)
        section.background, at.paper.background = at.paper.background, []
        section.waiting.append(("background", line))
        at.groups.append(section)
    if section is None or not is_open(section):
        return False
    if at.in_answers:
        if section.heading.title and not section.drafts:
            at.open_unnumbered(line)
        return at.draft is not None
    if name == "explanation" or not section.waiting or asks_aloud(section.waiting[-1][1].text):
        return False
    asked, first = section.background or section.requirements, section.waiting[0][1]
    if not asked:
        return False
    text = "\n".join(asked)
    asked.clear()
    draft = at.open_unnumbered(first)
    draft.background, draft.requirements = "\n".join(section.background), "\n".join(section.requirements)
    draft.text.add(text, first)
    return True


def fill(at: PaperReading, name: str, rest: str, line: Line) -> None:
    """Switches the open question to its answer, explanation or criteria, and starts it with `rest`."""
    draft = at.draft
    assert draft is not None
    at.leave_tail()
    draft.touch(line)
    draft.nested = 0
    if name == "answer":
        draft.add_answer(rest, line)
        draft.awaited = "" if rest else name
    elif name == "explanation":
        draft.part = "explanation"
        if rest:
            draft.explanation.add(rest, line)
        else:
            draft.awaited = name
    else:
        draft.part = "criteria"
        for piece in _split_inline_criteria(rest, "bracket") if rest else ():
            draft.add_criterion(re.sub(r"^\s*[(（]?\d{1,2}[)）.、]\s*", "", piece), "bracket", line)


_REMARKS = re.compile(
    r"\s*[\[【]?(?:答题|作答)说明"
)  # below a key it explains that key, and asks nothing of the next question


def _take_preface(at: PaperReading, name: str, rest: str, line: Line) -> bool:
    """Background and requirements apply to the questions below; inside an open question, to that one."""
    draft = at.draft
    if draft is not None and not draft.closed and draft.part == "text":
        draft.text.add(line.text, line)
        draft.touch(line)
        return True
    if draft is not None and draft.key and not line.blank_before and _REMARKS.match(line.text):
        fill(at, "explanation", rest, line)
        return True
    if at.in_answers and not (draft is not None and name == "background" and _leave_answers(at, draft, rest, line)):
        return False
    at.close_draft()
    holder = at.section or at.paper
    texts = getattr(holder, name)
    if isinstance(holder, OpenSection):
        if name not in (
            fed for fed, _ in holder.waiting
        ):  # `材料二:` is added to `材料一:`; after a question it is new
            texts.clear()
        holder.preface = name
        holder.waiting.append((name, line))
    texts.extend([rest] if rest else [])
    if isinstance(holder, OpenSection) and name == "background" and (span := line_patterns.read_span(line.text)):
        holder.holds_for = span
    return True


def take_shared_stem(at: PaperReading, line: Line) -> bool:
    """`根据以下材料回答第3—5题`: the lines below, up to the first number, are the stem of those questions."""
    span = None if at.in_answers else line_patterns.read_shared_stem(line.text)
    if span is None or (at.draft is not None and not at.draft.closed):
        return False
    at.close_draft()
    if at.section is None:
        at.groups.append(OpenSection(line_patterns.Heading("", None, None), line.number, chapter=at.paper.chapter))
    section = at.section
    assert section is not None
    if "background" not in (fed for fed, _ in section.waiting):
        section.background.clear()
    section.background.append(line.text.strip())
    section.holds_for, section.preface = span, "background"
    section.waiting.append(("background", line))
    return True


def take_shared_options(at: PaperReading, line: Line) -> bool:
    """`(5~6题共用备选答案)` and the options below it, which each of those questions gets."""
    if at.in_answers:
        return False
    section = at.section
    span = line_patterns.read_shared_options(line.text)
    if span is not None and (at.draft is None or at.draft.closed):
        at.close_draft()
        if section is None:
            section = OpenSection(line_patterns.Heading("", None, None), line.number, chapter=at.paper.chapter)
            at.groups.append(section)
        section.options_for, section.shared_options = span, []
        section.waiting.append(("options", line))
        return True
    if section is None or section.options_for is None or at.draft is not None:
        return False
    after = section.shared_options[-1].label if section.shared_options else ""
    found = line_patterns.find_options(line.text, after)
    section.shared_options += found
    section.waiting += [("options", line)] if found else []
    return bool(found)


def _leave_answers(at: PaperReading, draft: QuestionDraft, rest: str, line: Line) -> bool:
    """Whether `案例二:` after an answer starts the next case or its answers; otherwise it is part of the answer."""
    title = line.text.strip().removesuffix(rest).strip(" :：[]【】")
    counted = bool(re.search(rf"{line_patterns.CN}$", title))
    if _questions_below(at, counted):
        known = at.paper.sections[-1].heading if at.paper.sections else line_patterns.Heading("", None, None)
        heading = replace(known, title=title, ordinal=None, count=None, points=None)
        at.in_answers = False
    elif not rest and counted and (line_patterns.read_header(at.next_text()) or draft).number == 1:
        heading = line_patterns.Heading(title, None, None)
    else:
        return False
    at.close_draft()
    at.groups.append(OpenSection(heading, line.number))
    return True


def _questions_below(at: PaperReading, counted: bool) -> bool:
    """Whether questions follow, not more answers: they ask, or have answers; below a numbered case they ask."""
    numbered = False
    for text in at.texts_after(FAR):
        header = line_patterns.read_header(text)
        if line_patterns.is_answer_heading(text) or (line_patterns.read_label(text) or ("",))[0] == "answer":
            return numbered
        if line_patterns.read_heading(text):
            return False
        if line_patterns.is_label(text) or (counted and header and re.search(r"[?？]\s*$", text)):
            return True
        numbered = numbered or bool(header and header.rest)
    return False


def take_step(at: PaperReading, line: Line) -> bool:
    """One or more steps of an ordering question (①…) on the line."""
    draft, step = at.draft, line_patterns.read_step(line.text)
    if draft is None or step is None or draft.closed or draft.part != "text":
        return False
    if step[0] != len(draft.steps) + 1 or line_patterns.is_sequence(line.text):
        return False
    pieces = re.split(rf"\s*[{line_patterns.CIRCLED}]\s*[.、．]?\s*", line.text.strip())[1:]
    draft.steps.extend(piece.strip().rstrip(";；") for piece in pieces)
    draft.touch(line)
    return True


def take_option(at: PaperReading, line: Line) -> bool:
    """One or more options on the line; not inside answers, where A stands for a key."""
    draft = at.draft
    if draft is None or at.in_answers or not _takes_options(draft):
        return False
    if _repeats_verdict(draft, line):
        at.paper.noise += 1
        return True
    found = (
        line_patterns.find_options(line.text, before(draft.free_label))
        or _box(draft, line)
        or _bare(at, draft, line)
        or _letter_alone(at, draft, line)
        or _verdict(at, draft, line)
    )
    if not found:
        return False
    draft.add_options(found, line)
    draft.pictures.extend(line.pictures)
    draft.touch(line)
    return True


def _takes_options(draft: QuestionDraft) -> bool:
    """Whether options may come: after the question, also if its key is between them."""
    early = draft.part == "answer" and bool(draft.key) and not (draft.options or draft.answer.value)
    return draft.part in ("text", "options") or early


def _repeats_verdict(draft: QuestionDraft, line: Line) -> bool:
    """`A. 对` below `正确` and `错误`: some platforms list the two options of a statement twice."""
    offered = {line_patterns.read_key(text.value) for _, text in draft.options}
    return offered == {line_patterns.RIGHT, line_patterns.WRONG} and true_or_false(line.text) is not None


def before(label: str) -> str:
    """The label before this one; empty for A."""
    return "" if label == "A" else chr(ord(label) - 1)


def _bare(at: PaperReading, draft: QuestionDraft, line: Line) -> list[line_patterns.FoundOption]:
    """`A半年` above `B一年`: a letter directly before its words, with its neighbour above or below."""
    label = line_patterns.bare_label(line.text)
    if label is None or label != draft.free_label or not (draft.text.value and draft.wants_key):
        return []
    follows = line_patterns.bare_label(at.next_text()) == chr(ord(label) + 1)
    if not follows and not (draft.options and draft.bare):
        return []
    draft.bare = True
    start = line.text.index(label) + 1
    return [line_patterns.FoundOption(label, line.text[start:].strip(), start, len(line.text))]


def _letter_alone(at: PaperReading, draft: QuestionDraft, line: Line) -> list[line_patterns.FoundOption]:
    """`A` above `CRM`, `B` above `OA`: a letter on a line of its own, the option's words on the next one."""
    label = line.text.strip()
    if label != draft.free_label or not draft.text.value:
        return []
    following = [text.strip() for text in at.texts_after(5)]
    begun = bool(draft.options) and draft.options[-1][1].value != ""
    if not following or len(following[0]) == 1 or not (begun or chr(ord(label) + 1) in following[1:]):
        return []
    return [line_patterns.FoundOption(label, "", len(line.text), len(line.text))]


def _box(draft: QuestionDraft, line: Line) -> list[line_patterns.FoundOption]:
    """`- [x] Greet`, `○ 您好`: an option without a letter gets the next one."""
    boxed = line_patterns.read_boxed_option(line.text)
    if boxed is None:
        return []
    text, right = boxed
    return [line_patterns.FoundOption(draft.free_label, text, line.text.rfind(text), len(line.text), right)]


def _verdict(at: PaperReading, draft: QuestionDraft, line: Line) -> list[line_patterns.FoundOption]:
    """`正确` above `错误`, on separate lines: the two options of a statement."""
    said = true_or_false(line.text)
    if said is None or not draft.text.value or len(draft.options) > 1:
        return []
    if draft.key and not draft.options:
        return []
    known = line_patterns.read_key(draft.options[0][1].value) if draft.options else true_or_false(at.next_text())
    if known is None or known == said:
        return []
    return [line_patterns.FoundOption(draft.free_label, line.text.strip(), 0, len(line.text))]


def _split_inline_criteria(text: str, style: str) -> list[str]:
    """Splits `(1)…(3分);(2)…(4分)` on one line into pieces."""
    if style != "bracket":
        return [text]
    pieces = re.split(r"(?<=[;；。)）])\s*[(（]\d{1,2}[)）]\s*", text)
    if len(pieces) == 1:
        by_points = re.split(r"(?<=[)）])\s*[;；,，、]\s*", text)
        pieces = by_points if all(line_patterns.split_points(piece)[1] is not None for piece in by_points) else pieces
    return [piece for piece in pieces if piece.strip()]
