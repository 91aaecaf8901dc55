"""The heads of questions: `题目11(3分):`, `1.`, `第3题`, `(2)`, `Question 4`, `( √ )5.`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evaluator.bank.items import ItemKind
from evaluator.bank.papers.line_patterns.folding import (
    CN,
    LETTERS,
    NUM,
    POINT_WORD,
    fold,
    read_number,
    read_points,
    remembered,
)
from evaluator.bank.papers.line_patterns.keys import read_key
from evaluator.bank.papers.line_patterns.kinds import names_some_choice, read_kind


@dataclass(frozen=True)
class Header:
    """The head of a question: its number, its points, the rest of the line, and how it was written."""

    number: int
    style: str  # "word" (题目3, 第3题, Question 3), "dot" (3. 3、 3)), "bracket" ((3)), "chinese" (三、), "space" (3 …)
    rest: str
    points: float | None = None
    kind: ItemKind | None = None
    key: str | None = None  # if the bracket for the key precedes the number
    doubtful: bool = False  # `3.5G…`, `2 …`: may be a quantity; a head only if it is the next number of its paper


_TAG = re.compile(r"^\s*[\[(<]\s*([^\])>]{2,8}?)(?:题|questions?)?\s*[\])>]\s*", re.I)
_TAG_POINTS = re.compile(
    rf"^\s*[\[(]\s*([^\])]{{2,8}}?)(?:题|questions?)?\s*[,;:\s]\s*(\d+(?:\.\d+)?)\s*{POINT_WORD}\s*[\])]\s*", re.I
)
_POINTS = re.compile(
    rf"^\s*[\[(]\s*(?:本题)?(?:共|满分|分值:?)?\s*(\d+(?:\.\d+)?|{CN}+)\s*{POINT_WORD}\s*[\])]\s*[:.、]?\s*", re.I
)
_KEY_BEFORE = re.compile(rf"^\s*\(\s*([√×{LETTERS}TFVX对错]{{0,6}}|正确|错误)\s*\)\s*(?=\d{{1,4}}\s*[.、:)])")
_BEHIND_TAG = re.compile(r"^\s*(\d{1,4})\s*(?:[.、:)]\s*)?(?=[^\d\s.、:)])")
_WORD_TAG = re.compile(r"^\s*(单选|多选|判断|填空|简答|问答|不定项)(?:题)?\s*(\d{1,4})\s*[.、:)]\s*(?!\d)")
_HEADERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("word", re.compile(rf"^\s*\[?\s*第\s*({NUM})\s*(?:小题|题|问)\s*\]?\s*[.、:)]?\s*")),
    (
        "word",
        re.compile(rf"^\s*\[?\s*(?:题目|题干|试题|问题|题)\s*({NUM})\s*\]?\s*(?:(?<=\])|(?=[.、:)(\s]|$))[.、:)]?\s*"),
    ),
    (
        "word",
        re.compile(
            r"^\s*(?:new\s+)?(?:question|q|item)\s*(?:no\.?|num(?:ber)?|[.#:])*\s*(\d{1,4})\s*(?=[.:)(\s]|$)[.:)]?\s*",
            re.I,
        ),
    ),
    ("dot", re.compile(r"^\s*\*?\s*(?:\[\s*)?(\d{1,4})\s*(?:\]\s*[.、:]?|\.、|\.\s*|、\s*|\)\s*[.、]?|:(?!\d))\s*")),
    ("dot", re.compile(r"^\s*(\d{1,4})\t+\s*(?=\S)")),
    ("bracket", re.compile(r"^\s*\((\d{1,4})\)\s*[.、]?\s*")),
    ("chinese", re.compile(rf"^\s*({CN}{{1,3}})\s*、\s*")),
    ("space", re.compile(r"^\s*(\d{1,4}) {1,4}(?=[一-鿿《“(]|[\dA-Za-z]{1,4}[一-鿿])")),
)
_KIND_FIRST = re.compile(
    r"\s*[\[(]?(判断|单选|多选|单项选择|多项选择|填空|简答|问答|论述|情[景境](?:模拟)?|案例(?:分析)?|true or false|multiple choice)题?[\])]?\s*:\s*",
    re.I,
)
_KIND_ONLY = re.compile(rf"\s*(\w{{2,5}})题\s*(?:\(\s*(\d+(?:\.\d+)?)\s*{POINT_WORD}\s*\))?\s*", re.I)
_DIGITS_BEHIND = re.compile(r"\d")
_LIST_OF_NUMBERS = re.compile(r"^\s*\d{1,4}\s*[、,]\s*\d{1,4}\s*[、,]")
_DATE = re.compile(r"^\s*\d{4}\.\d{1,2}\.\d|^\s*\d{1,2}:\d{2}")
_LABEL = re.compile(r"^\s*(?:题目|题干|试题|问题|question)\s*:\s*", re.I)


@remembered
def read_header(text: str) -> Header | None:
    """The head of a question, or None. The grammar decides which ones really start a question."""
    folded = fold(text[:400])  # a head is at the start of the line
    if not folded.lstrip()[:1].strip() or _LIST_OF_NUMBERS.match(folded) or _DATE.match(folded):
        return None
    start, kind, key = _before(folded)
    if kind and (glued := _BEHIND_TAG.match(folded[start:])):
        return _finish_header(int(glued[1]), "dot", text[start + glued.end() :], kind, key, False)
    worded = _WORD_TAG.match(folded[start:])
    if worded:
        return _finish_header(int(worded[2]), "word", text[start + worded.end() :], read_kind(worded[1]), key, False)
    for style, pattern in _HEADERS:
        match = pattern.match(folded[start:])
        number = read_number(match[1]) if match else None
        if match and number is not None:
            rest = text[start + match.end() :]
            return _finish_header(number, style, rest, kind, key, _is_doubtful(style, match, folded[start:]))
    return None


def _before(folded: str) -> tuple[int, ItemKind | None, str | None]:
    """What may precede the number: a tag (`[多选题]`), or the bracket for the key (`( √ )`)."""
    if match := _KEY_BEFORE.match(folded):
        return match.end(), None, read_key(match[1]) if match[1] else None
    tag = _TAG.match(folded)
    tagged = read_kind(tag[1]) if tag else None
    some = tag is not None and names_some_choice(f"{tag[1]}题")
    return (tag.end() if tag and (tagged or some) else 0), tagged, None


def _is_doubtful(style: str, match: re.Match[str], folded: str) -> bool:
    """Whether digits directly follow the mark (`3.5G`, `2、24小时`, `0.5元`), or the mark is only a space."""
    behind = bool(_DIGITS_BEHIND.match(folded[match.end() : match.end() + 1]))
    touches = match[0] == match[0].rstrip()
    return style == "space" or (style == "dot" and behind and (touches or match[1] == "0"))


def _finish_header(
    number: int, style: str, rest: str, kind: ItemKind | None, key: str | None, doubtful: bool
) -> Header:
    """Handles points and a kind between the number and the text; the label `题目:` says nothing."""
    points: float | None = None
    for _ in range(4):
        folded = fold(rest[:200])
        if (match := _TAG_POINTS.match(folded)) and (read_kind(match[1]) or names_some_choice(match[1] + "题")):
            kind, points = read_kind(match[1]) or kind, float(match[2])
        elif match := _POINTS.match(folded):
            points = read_points(match[1])
        elif (match := _TAG.match(folded)) and read_kind(match[1]) and len(match[1]) <= 6:
            kind = read_kind(match[1])
        elif (match := _KIND_ONLY.fullmatch(folded)) and read_kind(match[1]):
            kind, points = read_kind(match[1]), float(match[2]) if match[2] else points
        elif match := _KIND_FIRST.match(folded):
            kind = kind or read_kind(match[1])
        elif not (match := _LABEL.match(folded)):
            break
        rest = rest[match.end() :]
    return Header(number, style, rest.strip(), points, kind, key, doubtful)


_TAIL = re.compile(
    rf"\s*(?:\[\s*([^\[\]():]{{2,24}}?)(?:题|questions?)?\s*\]|[\[(]\s*(?:分值|score|points)\s*:\s*(\d+(?:\.\d+)?)\s*{POINT_WORD}?[^\[\]()]{{0,12}}[\])]|"
    r"(?<=[\]\s])\*|\[\s*(?:answer|答案|正确答案)\s*:\s*([^\[\]]{1,80}?)\s*\])\s*$",
    re.I,
)
_MARKING = re.compile(
    r"all|partial|byblank|manual|全对(?:才)?得分|部分(?:答对)?得分|按空计分|人工(?:评[分卷])?|系统评[分卷]|必答", re.I
)


@dataclass(frozen=True)
class TailTags:
    """What survey tools write behind a question, and the question without it."""

    text: str
    kind: ItemKind | None = None
    points: float | None = None
    answer: str = ""


_BOTH_VERDICTS = re.compile(
    r"(?:\s+|(?<=[。.?!])\s*)[(\[]?\s*(?:true\s*/\s*false|t\s*/\s*f|对\s*/\s*错|正确\s*/\s*错误|√\s*/\s*×|yes\s*/\s*no)\s*[)\]]?\s*$",
    re.I,
)


@remembered
def take_tail_tags(text: str) -> TailTags:
    """The question and its tags: `…？ [单选题] [分值:5] *`, `…[Single Choice][Answer: B][Score: 5]`."""
    kind: ItemKind | None = None
    points: float | None = None
    answer = ""
    if offered := _BOTH_VERDICTS.search(fold(text)[-60:]):
        text, kind = text[: max(0, len(text) - 60) + offered.start()], "true_false"
    while match := _TAIL.search(fold(text)[-100:]):
        named = read_kind(match[1]) if match[1] else None
        known = named or (match[1] and (_MARKING.fullmatch(match[1]) or names_some_choice(match[1])))
        if (match[1] and not known) or (match[0].strip() == "*" and "]" not in fold(text)[-4:]):
            break
        kind, points = named or kind, float(match[2]) if match[2] else points
        before = max(0, len(text) - 100)
        answer = text[before + match.start(3) : before + match.end(3)] if match[3] else answer
        text = text[: before + match.start()]
    return TailTags(text, kind, points, answer)


def read_tag(text: str) -> tuple[ItemKind | None, str] | None:
    """The kind in brackets before an unnumbered question, and the question: `[单选]设某关系…`."""
    match = _TAG.match(fold(text[:20]))
    if not match or not (read_kind(match[1]) or names_some_choice(f"{match[1]}题")):
        return None
    return read_kind(match[1]), text[match.end() :]


_ASKED = re.compile(
    r"^\s*\[?(?:(?:考核|实操|情景|角色)?任务|题目|题干|问题|提问|task|prompt|question)\]?\s*:\s*(?=\S)", re.I
)


def read_asked(text: str) -> str | None:
    """`任务:请完成一通电话。`: the question behind a label that has no number; None for any other line."""
    match = _ASKED.match(fold(text[:200]))
    return text[match.end() :].strip() if match else None


def is_label(text: str) -> bool:
    """Whether the line only announces a question (`题目:`, `问题:`)."""
    return bool(re.fullmatch(r"\s*(?:(?:题目|题干|试题|questions?)\s*:?|问题\s*:)\s*", fold(text[:40]), re.I))
