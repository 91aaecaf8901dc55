"""Lines that tools write and papers do not, rewritten as lines of a paper, so that the grammar needs no second reading.

Each function looks for the marks of one kind of export in the whole document and returns the lines unchanged where it
does not find them: fields separated by bars, reviews of a learning platform, options without letters, quizzes of
text2qti, numbers with the number of their section. A rewritten line keeps its number in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from evaluator.bank.formats.lines import Line
from evaluator.bank.papers import line_patterns
from evaluator.bank.papers.line_patterns import fold

LETTERS = "ABCDEFGHIJKL"
_FIELD = re.compile(
    r"\s*(题型|题干|题目|问题|试题|选项|答案|正确答案|分值|分数|解析|答案解析|难度|知识点|type|question|options|answer|points|"
    r"explanation)\s*:\s*(.*?)\s*$",
    re.I | re.S,
)
_ASKED = re.compile(r"题干|题目|问题|试题|question", re.I)
_ORDER = ("options", "answer", "kind", "points", "explanation")


def rewrite_exports(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines with those of known exports rewritten."""
    lines = tuple(piece for line in lines for piece in _fields(line))
    for rewrite in (_review, _join_numbers, _text2qti, _letter_options, _sectioned_numbers):
        lines = rewrite(lines)
    return lines


def _fields(line: Line) -> Iterator[Line]:
    """`题型：单选|题干：…|选项：A.…;B.…|答案：A`: a question on one line, its fields under their names."""
    folded = fold(line.text)
    if line.cells or folded.count("|") < 2 or not (found := _named_fields(line.text)):
        yield line
        return
    ordered = sorted(found, key=lambda field: _place(field[0]))
    for place, (name, said) in enumerate(ordered):
        if said:
            yield replace(line, text=f"{name}:{said}", strong=(), blank_before=place == 0)


def _named_fields(text: str) -> list[tuple[str, str]]:
    """The fields of such a line; empty where one has no known name or none asks."""
    parts = [_FIELD.match(fold(part)) for part in re.split(r"[|｜]", text)]
    if not all(parts) or not any(part and _ASKED.fullmatch(part[1]) for part in parts):
        return []
    pieces = re.split(r"[|｜]", text)
    return [(part[1], piece[part.start(2) : part.end(2)]) for part, piece in zip(parts, pieces, strict=True) if part]


def _place(name: str) -> int:
    if _ASKED.fullmatch(name):
        return 0
    label = (line_patterns.read_label(f"{name}:1") or ("",))[0]
    return 1 + (_ORDER.index(label) if label in _ORDER else len(_ORDER))


_REVIEWED = re.compile(
    r"(?:flag question|question text|mark(?:ed)? (?:[\d.]+ )?out of [\d.]+|标记试题|试题正文|获得[\d.]+分中的[\d.]+分|满分[\d.]+)",
    re.I,
)
_REVIEW = re.compile(
    rf"(?:{_REVIEWED.pattern}|(?:partially )?(?:in)?correct|complete|not (?:yet )?answered|feedback|select one(?: or more)?:?|"
    r"your answer is (?:partially )?(?:in)?correct\.?|正确|不正确|部分正确|未作答|已完成|反馈|(?:单|多)?选(?:一项)?(?:或多项)?:|"
    r"选择一项(?:或多项)?:|你的答案(?:不)?正确。?)",
    re.I,
)


def _review(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The review page of Moodle: what stands around question, options and right answer is noise."""
    if sum(bool(_REVIEWED.fullmatch(fold(line.text).strip())) for line in lines) < 2:
        return lines
    return tuple(
        replace(line, noise=True)
        if _REVIEW.fullmatch(fold(line.text).strip()) and not _is_option(lines, place)
        else line
        for place, line in enumerate(lines)
    )


def _is_option(lines: tuple[Line, ...], place: int) -> bool:
    """Whether `正确` stands directly beside `错误`: the two options of a statement."""
    beside = (lines[other].text for other in (place - 1, place + 1) if 0 <= other < len(lines))
    said = line_patterns.read_key(lines[place].text)
    return said is not None and any(line_patterns.read_key(text) not in (None, said) for text in beside)


_KIND_BELOW = re.compile(r"\s*[(\[]\s*\w{2,4}题\s*[,;]?\s*(?:[\d.]+\s*分)?\s*[)\]]\s*")


def _join_numbers(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """`3` above `(判断题, 5.0分)`: the number of a question and its kind."""
    joined: list[Line] = []
    for line in lines:
        above = joined[-1].text.strip() if joined else ""
        if above.isascii() and above.isdecimal() and len(above) <= 3 and _KIND_BELOW.fullmatch(fold(line.text)):
            joined[-1] = replace(joined[-1], text=f"{above}. {line.text.strip()}")
        else:
            joined.append(line)
    return tuple(joined)


_RIGHT_ONE = re.compile(r"\s*\*([a-z])\)\s*(.*)")
_BOX = re.compile(r"\s*\[[* ]\]\s*\S")
_META = re.compile(
    r"\s*(title|points|quiz title|quiz description|text title|text|feedback is solution|shuffle answers)\s*:\s*(.*)",
    re.I,
)
_SHORT = re.compile(r"\s*\*\s{2,}(.*)")
_REMARK = re.compile(r"\s*(?:\.\.\.|\+|-)\s{1,3}(\S.*)")


def _text2qti(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """A quiz of text2qti: `*b)` and `[*]` are right, `...` explains, `Points:` above a question belongs to it."""
    marks = sum(bool(_RIGHT_ONE.match(line.text)) for line in lines)
    if not marks:
        return lines
    found: list[Line] = []
    above: list[Line] = []  # of a question: its points
    remarks: list[Line] = []  # to be written behind its options
    for line in lines:
        asked = line_patterns.read_header(line.text)
        meta = _META.fullmatch(line.text)
        if asked or meta:
            found += remarks
            remarks = []
        if meta:
            about = meta[1].lower()
            above += [replace(line, text=f"Points: {meta[2]}")] if about == "points" else []
            found += (
                [] if about == "points" else [replace(line, noise=about != "quiz title", text=meta[2] or line.text)]
            )
        elif asked:
            found += [line, *above]
            above = []
        elif remark := _REMARK.fullmatch(line.text):
            remarks.append(replace(line, text=f"Explanation: {remark[1]}", blank_before=False))
        elif right := _RIGHT_ONE.fullmatch(line.text):
            found.append(replace(line, text=f"{right[1]}) {right[2]} (correct)"))
        elif (short := _SHORT.fullmatch(line.text)) and found and found[-1].text.startswith("Answer: "):
            found[-1] = replace(found[-1], text=f"{found[-1].text} / {short[1]}")
        elif short and not _BOX.match(line.text):
            if found:
                found[-1] = replace(found[-1], text=f"{found[-1].text} [填空题]")
            found.append(replace(line, text=f"Answer: {short[1]}"))
        else:
            found.append(line)
    return tuple([*found, *remarks, *above])


_WORDS_OF_KEY = re.compile(
    r"\s*(?:the\s+)?(?:correct answers?|right answers?|answers?|正确答案|参考答案|答案)(?:\s*(?:is|are|为|是))?\s*:\s*(\S.*?)\s*",
    re.I,
)
_POINTS_ALONE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:points?|分)\s*", re.I)
_MOST = 14  # lines of a question with its options


def _letter_options(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Options without letters get them where the answer below repeats the words of one.

    A block of lines between two blank ones is read so: the question, its options, `Correct answer: …`.
    """
    found: list[Line | None] = list(lines)
    behind: dict[
        int, list[Line]
    ] = {}  # the points, which stand above the options and would part them from the question
    start = 0
    for place, line in enumerate(lines):
        if line.blank_before:
            start = place
        key = _WORDS_OF_KEY.fullmatch(fold(line.text))
        if key is None or not 3 <= place - start <= _MOST:
            continue
        block = [below for below in range(start + 1, place) if not _POINTS_ALONE.fullmatch(lines[below].text)]
        texts = [lines[below].text.strip() for below in block]
        said = line.text[key.start(1) : key.end(1)]
        lettered = line_patterns.read_key(said) not in (None, line_patterns.RIGHT, line_patterns.WRONG)
        if len(block) < 2 or lettered or not _are_options(lines[start].text, texts):
            continue
        if not line_patterns.key_by_words(said, list(zip(LETTERS, texts, strict=False))):
            continue
        found[start] = replace(lines[start], text=lines[start].text.rstrip().rstrip("*").rstrip(), blank_before=True)
        for label, below in zip(LETTERS, block, strict=False):
            found[below] = replace(lines[below], text=f"{label}. {lines[below].text.strip()}", strong=())
        for below in set(range(start + 1, place)) - set(block):
            found[below] = None
            worth = line_patterns.read_points(lines[below].text)
            behind.setdefault(place, []).append(replace(lines[below], text=f"分值:{worth:g}"))
    return tuple(line for place, kept in enumerate(found) for line in (kept, *behind.get(place, ())) if line)


def _are_options(asked: str, texts: list[str]) -> bool:
    """Whether lines may be options without letters: none has a mark of its own, and there are not too many."""
    marked = any(
        line_patterns.option_label(text)
        or line_patterns.read_label(text)
        or line_patterns.read_header(text)
        or line_patterns.read_boxed_option(text)
        or line_patterns.read_heading(text)
        for text in texts
    )
    inline = len(line_patterns.find_options_behind(asked)[1]) > 1 or line_patterns.read_label(asked)
    return not marked and not inline and len(texts) <= len(LETTERS)


_TWO_LEVELS = re.compile(r"^\s*(\d{1,2})[.-](\d{1,3})(?:[.、)]\s*|\s+)(?=[^\d\s.])")
_TOP_LEVEL = re.compile(r"^\s*(\d{1,2})[.、]\s*(\S.{0,30})$")


def _sectioned_numbers(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """`2. 判断` above `2.1 …`, `2.2 …`: a section, and its questions with their own numbers."""
    groups: dict[int, list[int]] = {}
    for line in lines:
        if match := _TWO_LEVELS.match(line.text):
            groups.setdefault(int(match[1]), []).append(int(match[2]))
    counted = groups and all(numbers == list(range(1, len(numbers) + 1)) for numbers in groups.values())
    if not counted or sum(map(len, groups.values())) < 3 or sorted(groups) != list(range(1, len(groups) + 1)):
        return lines
    return tuple(_one_level(line, groups) for line in lines)


def _one_level(line: Line, groups: dict[int, list[int]]) -> Line:
    if match := _TWO_LEVELS.match(line.text):
        shown = f"{match[2]}. "
        moved = tuple(
            (max(0, a - match.end()) + len(shown), b - match.end() + len(shown))
            for a, b in line.strong
            if b > match.end()
        )
        return replace(line, text=shown + line.text[match.end() :], strong=moved, blank_before=True)
    head = _TOP_LEVEL.match(line.text)
    named = head is not None and int(head[1]) in groups and not line_patterns.option_label(head[2])
    if head and named and (line_patterns.read_kind(head[2]) or line_patterns.names_some_choice(head[2])):
        ordinal = "一二三四五六七八九十"[int(head[1]) - 1] if int(head[1]) <= 10 else head[1]
        return replace(line, text=f"{ordinal}、{head[2]}{'' if '题' in head[2] else '题'}")
    return line
