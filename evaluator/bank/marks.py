"""The marks by which a paper's lines are known: headings, question numbers, options, answers, criteria.

Every function looks at one line and knows nothing of its neighbours. Lines are compared through `fold`, which keeps
every character at its place, so that a position found in the folded line is the position in the text as written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from evaluator.bank.items import Kind, Option

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
_TRADITIONAL = str.maketrans(
    "單選題項擇複數斷對錯誤評標準總計簡開問論應場擬與據參釋為係實際說導語節個卷試順優級見點細則採試節據詳錄類範處",
    "单选题项择复数断对错误评标准总计简开问论应场拟与据参释为系实际说导语节个卷试顺优级见点细则采试节据详录类范处",
)
_ALIKE = str.maketrans("〔〕﹝﹞［］【】．∶︰﹕✓✔✗✘✕╳Ｘ⇒➔➜➝⟶", "()()[][].:::√√××××X→→→→→")
_DIGITS = {ch: value for value, ch in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0, "兩": 2}
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

CN = "[一二三四五六七八九十百两〇零]"
_NUM = rf"(?:\d{{1,3}}|{CN}{{1,4}})"
_POINT_WORD = r"(?:分|points?|pts?\.?|marks?)"


@cache
def fold(text: str) -> str:
    """The line in half width, with the grammar's traditional characters made simplified; same length as `text`."""
    return text.translate(_WIDE).translate(_TRADITIONAL).translate(_ALIKE)


def read_number(text: str) -> int | None:
    """`12`, `十二`, `１２`: the whole number; None for anything else."""
    text = fold(text).strip()
    if text.isdecimal():
        return int(text)
    if not text or not re.fullmatch(rf"{CN}+", text):
        return None
    hundreds, _, rest = text.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    value = (_DIGITS.get(hundreds, 1) * 100) if "百" in text else 0
    value += (_DIGITS.get(tens.lstrip("零"), 1) * 10) if ten else 0
    return value + (_DIGITS.get(ones.lstrip("零"), 0) if ones else 0)


def read_points(text: str) -> float | None:
    """`3`, `3分`, `2.5 points`, `三分`: the number of points; None for anything else."""
    match = re.fullmatch(rf"\s*(\d+(?:\.\d+)?|{CN}+)\s*{_POINT_WORD}?\s*", fold(text), re.I)
    if not match:
        return None
    given = match[1]
    return float(given) if given[0].isdecimal() else _float(read_number(given))


def _float(value: int | None) -> float | None:
    return None if value is None else float(value)


# ---------------------------------------------------------------------------------------------------------------- kinds

_KIND_WORDS: tuple[tuple[str, Kind], ...] = (
    (r"单项?选|single[- ](?:choice|answer|select)", "single_choice"),
    (r"多项?选|不定项|multiple[- ](?:response|answer|select)|select all", "multiple_choice"),
    (r"判断|是非|对错|true[ /-]*(?:or|and)?[ /-]*false|\bt/f\b", "true_false"),
    (r"排序|排列|ordering|sequenc", "ordering"),
    (r"行为|behaviou?ral", "behavioural"),
    (r"策略|方案设计|strateg", "strategy"),
    (
        r"情[景境]|场景|模拟|案例|角色扮演|role[- ]?play|scenario|case (?:study|analysis)|simulation",
        "scenario",
    ),
    (r"开放|简答|问答|论述|主观|open|essay|short[- ]answer|discussion", "open"),
)
_ANY_CHOICE = re.compile(r"选择题|multiple[- ]choice|choice questions", re.I)


def read_kind(text: str) -> Kind | None:
    """The kind that a heading or a cell names; None where it names none (or only "choice", which may be either)."""
    folded = fold(text)
    return next((kind for words, kind in _KIND_WORDS if re.search(words, folded, re.I)), None)


def names_some_choice(text: str) -> bool:
    """Whether a heading says "choice" without saying whether one option is right or several."""
    return bool(_ANY_CHOICE.search(fold(text)))


# ------------------------------------------------------------------------------------------------------------- headings


@dataclass(frozen=True)
class Heading:
    """A section heading: its ordinal, its words, and what it declares."""

    title: str
    ordinal: int | None
    kind: Kind | None
    some_choice: bool = False
    count: int | None = None
    each: float | None = None
    points: float | None = None

    @property
    def declares(self) -> bool:
        return any(value is not None for value in (self.count, self.each, self.points))


_ORDINAL = re.compile(
    rf"^\s*(?:第?\s*({CN}{{1,3}})\s*(?:[、.:,]|(?:大题|部分|章|节)\s*[、.:]?|\s)|\(({CN}{{1,3}})\)|"
    r"(?:part|section)\s+([IVX]{1,4}|\d{1,2}|[A-H])\b\s*[.:、)–—-]?|([IVX]{1,4})\s*[.、])\s*",
    re.I,
)
_ROMAN = {
    name: value for value, name in enumerate(["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"], start=1)
}


def read_heading(text: str) -> Heading | None:
    """A section heading, or None. It needs an ordinal with a kind or a declaration, or a kind alone on its line."""
    folded = fold(text).strip().strip("#").strip()
    match = _ORDINAL.match(folded)
    rest = folded[match.end() :] if match else folded
    title, declared = _split_declaration(rest)
    if (len(title) > 30 and not title.isascii()) or len(title) > 60 or re.search(r"[。?!;]", title):
        return None
    kind, some = read_kind(title), names_some_choice(title)
    heading = Heading(text.strip(), _ordinal(match), kind, some, *_declaration(declared))
    if match and (kind or some or heading.declares):
        return heading
    bare = re.fullmatch(r"\[?[^\s,，、:]{0,8}题\]?:?|[A-Za-z/ -]+ questions:?|true (?:or|/) false:?", title, re.I)
    return heading if not match and (kind or some) and (bare or (heading.declares and len(title) <= 12)) else None


def _ordinal(match: re.Match[str] | None) -> int | None:
    if not match:
        return None
    given = next(group for group in match.groups() if group)
    return _ROMAN.get(given.upper()) or read_number(given) or (ord(given.upper()) - 64 if len(given) == 1 else None)


def _split_declaration(rest: str) -> tuple[str, str]:
    """The words before the last bracket, and what stands in the brackets or after a colon."""
    match = re.search(r"[(\[].*$|[:,]\s*(?=共|每|本).*$|\s[-–—]\s.*\d.*$", rest)
    if not match:
        return rest.strip(" :"), ""
    return rest[: match.start()].strip(" :"), match[0]


def _declaration(text: str) -> tuple[int | None, float | None, float | None]:
    """Count of questions, points each, points in all."""
    count = re.search(
        rf"(?:共|计|共有|包含)?\s*({_NUM})\s*(?:小?题|个?小题|道题?|questions?|items?)(?!目?[、.]?\d)",
        text,
        re.I,
    )
    each = re.search(
        rf"每(?:小?题|道题?|空)?\s*(\d+(?:\.\d+)?|{CN}+)\s*分|(\d+(?:\.\d+)?)\s*{_POINT_WORD}\s*(?:each|per|apiece)",
        text,
        re.I,
    )
    rest = text[: each.start()] + text[each.end() :] if each else text
    total = re.search(
        rf"(?:总计|总分|合计|共计|满分|共|计)\s*:?为?\s*(\d+(?:\.\d+)?|{CN}+)\s*分|(?:total|in all)\D{{0,8}}(\d+(?:\.\d+)?)|"
        rf"(\d+(?:\.\d+)?)\s*{_POINT_WORD}",
        rest,
        re.I,
    )
    return (read_number(count[1]) if count else None), _first(each), _first(total)


def _first(match: re.Match[str] | None) -> float | None:
    return read_points(next(group for group in match.groups() if group)) if match else None


# -------------------------------------------------------------------------------------------------------------- numbers


@dataclass(frozen=True)
class Header:
    """The head of a question: its number, its points, what follows on the line, and how it was written."""

    number: int
    style: str  # "word" (题目3, 第3题, Question 3), "dot" (3. 3、 3)), "bracket" ((3)), "chinese" (三、)
    rest: str
    points: float | None = None
    kind: Kind | None = None


_TAG = re.compile(r"^\s*[\[(]\s*([^\])]{2,8}?)(?:题|questions?)?\s*[\])]\s*", re.I)
_HEADERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("word", re.compile(rf"^\s*\[?\s*第\s*({_NUM})\s*(?:小题|题|问)\s*\]?\s*[.、:)]?\s*")),
    ("word", re.compile(rf"^\s*\[?\s*(?:题目|试题|问题|题)\s*({_NUM})\s*\]?\s*(?=[.、:)(\s]|$)[.、:)]?\s*")),
    ("word", re.compile(r"^\s*(?:question|q|item)\s*\.?\s*(\d{1,3})\s*(?=[.:)(\s]|$)[.:)]?\s*", re.I)),
    ("dot", re.compile(r"^\s*(?:\[\s*)?(\d{1,3})\s*(?:\]|\.|、|\)|:(?!\d))\s*(?!\d{1,2}(?!\d))")),
    ("bracket", re.compile(r"^\s*\((\d{1,3})\)\s*[.、]?\s*")),
    ("chinese", re.compile(rf"^\s*({CN}{{1,3}})\s*、\s*")),
)
_LABEL = re.compile(r"^\s*(?:题目|题干|试题|问题|question)\s*:\s*", re.I)


def read_header(text: str) -> Header | None:
    """The head of a question, or None. Which of them really begin a question is for the grammar to say."""
    folded = fold(text)
    tag = _TAG.match(folded)
    tagged = read_kind(tag[1]) if tag else None
    start = tag.end() if tag and tagged else 0
    for style, pattern in _HEADERS:
        match = pattern.match(folded[start:])
        number = read_number(match[1]) if match else None
        if match and number is not None:
            return _finish_header(number, style, text[start + match.end() :], tagged)
    return None


def _finish_header(number: int, style: str, rest: str, kind: Kind | None) -> Header:
    """Points and a kind may stand between the number and the text; the label `题目:` says nothing."""
    points: float | None = None
    for _ in range(3):
        folded = fold(rest)
        if match := re.match(
            rf"^\s*\(\s*(?:本题)?(?:共|满分)?\s*(\d+(?:\.\d+)?|{CN}+)\s*{_POINT_WORD}\s*\)\s*[:.、]?\s*",
            folded,
            re.I,
        ):
            points = read_points(match[1])
        elif (match := _TAG.match(folded)) and read_kind(match[1]) and len(match[1]) <= 6:
            kind = read_kind(match[1])
        elif not (match := _LABEL.match(folded)):
            break
        rest = rest[match.end() :]
    return Header(number, style, rest.strip(), points, kind)


def is_label(text: str) -> bool:
    """Whether the line only says that a question follows (`题目:`)."""
    return bool(re.fullmatch(r"\s*(?:题目|题干|试题|questions?)\s*:?\s*", fold(text), re.I))


def split_points(text: str) -> tuple[str, float | None]:
    """A criterion's text and the points at its end: `先道歉(3分);`, `先道歉 3分`, `apologises (3 points)`."""
    folded = fold(text)
    match = re.search(
        rf"[(\[]?\s*(?:得|计|满分)?\s*(\d+(?:\.\d+)?|{CN}{{1,3}})\s*{_POINT_WORD}\s*[)\]]?\s*[;。.,]?\s*$",
        folded,
        re.I,
    )
    if not match:
        return text.strip().rstrip(";；"), None
    return text[: match.start()].strip().rstrip("：:，,—-– "), read_points(match[1])


# -------------------------------------------------------------------------------------------------------------- options

_OPTION = re.compile(r"^\s*[-*•]?\s*(?:\(([A-Ha-h])\)|\[([A-H])\]|([A-Ha-h])\s*[.、:)])\s*")
_INLINE = re.compile(r"(?:(?<=\s)|(?<=[;。,]))(?:\(([A-H])\)|([A-H])\s*[.、:)])\s*")


def read_options(text: str, after: str = "") -> list[Option]:
    """The options on a line, in sequence; the first must follow the label `after` (empty: it must be A)."""
    folded = fold(text)
    match = _OPTION.match(folded)
    label = _label(match) if match else None
    if match is None or label != _next(after):
        return []
    return split_options(text[match.end() :], label)


def split_options(text: str, label: str) -> list[Option]:
    """The text of option `label` and the options that follow it on the same line."""
    folded, options, start, at = fold(text), [], 0, 0
    while match := _INLINE.search(folded, at):
        at = match.end()
        if _label(match) == _next(label):
            options.append(Option(label=label, text=text[start : match.start()].strip()))
            label, start = _next(label), match.end()
    return [*options, Option(label=label, text=text[start:].strip())]


def find_inline_options(text: str) -> tuple[str, list[Option]]:
    """A question with its options on the same line: the question, and the options (at least A and B, else none)."""
    for match in _INLINE.finditer(fold(text)):
        if _label(match) == "A":
            options = split_options(text[match.end() :], "A")
            if len(options) > 1:
                return text[: match.start()].strip(), options
    return text, []


def option_label(text: str) -> str | None:
    """The label that the line begins with, whatever its place in the sequence; None where it begins with none."""
    match = _OPTION.match(fold(text))
    return _label(match) if match else None


def _label(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group).upper()


def _next(label: str) -> str:
    return chr(ord(label) + 1) if label else "A"


def read_step(text: str) -> tuple[int, str] | None:
    """`① text`: the step's number and text."""
    stripped = text.strip()
    if stripped and stripped[0] in CIRCLED:
        return CIRCLED.index(stripped[0]) + 1, stripped[1:].lstrip(" .、．:：")
    return None


def is_sequence(text: str) -> bool:
    """Whether the text is nothing but numbers or circled numbers joined by arrows or dashes."""
    return bool(
        re.fullmatch(
            rf"\s*(?:[{CIRCLED}]|\d)(?:\s*(?:→|->|=>|>|-|—+>?|–)\s*(?:[{CIRCLED}]|\d))+\s*[.。;]?\s*",
            fold(text),
        )
    )


# ----------------------------------------------------------------------------------------------------------------- keys

_RIGHT = re.compile(r"^(?:√|v|对|正确|是|t|true|yes|right|correct)$", re.I)
_WRONG = re.compile(r"^(?:×|x|错|错误|不正确|不对|否|f|false|no|wrong|incorrect)$", re.I)
RIGHT, WRONG = "√", "×"


def read_key(text: str) -> str | None:
    """A key in one spelling: `A、C` as `AC`, `对` as `√`, `② -> ①` as `②→①`; None where the text is no key."""
    folded = re.sub(r"^\s*(?:选|应选|故选|为|是)?\s*|[\s。.;,，]+$", "", fold(text)).strip("()[] ")
    if _RIGHT.match(folded):
        return RIGHT
    if _WRONG.match(folded):
        return WRONG
    letters = re.fullmatch(r"[A-Ha-h](?:\s*(?:[、,;/&+ ]|and|和|及|与)?\s*[A-Ha-h])*", folded)
    if letters:
        found = re.sub(r"and|[^A-Ha-h]", "", folded).upper()
        return "".join(sorted(set(found))) if len(found) == len(set(found)) else None
    return _sequence_key(folded)


def _sequence_key(folded: str) -> str | None:
    if is_sequence(folded) or re.fullmatch(rf"[{CIRCLED}](?:[\s、,]*[{CIRCLED}])+", folded):
        steps = re.findall(rf"[{CIRCLED}]|\d", folded)
        return "→".join(step if step in CIRCLED else CIRCLED[int(step) - 1] for step in steps if step != "0")
    return None


_BRACKET_KEY = re.compile(r"[(\[]\s*([^()\[\]]{0,12}?)\s*[)\]]")
_EMPTY_BRACKET = re.compile(r"\s*[(\[]\s*[_\s]*[)\]]\s*(?=[。.]?\s*$)")


def take_bracket_key(text: str, letters: bool) -> tuple[str, str | None]:
    """A question without the key in its brackets, and that key. `letters`: of a choice, else of true or false."""
    for match in reversed(list(_BRACKET_KEY.finditer(fold(text)))):
        key = read_key(match[1]) if match[1] else None
        at_end = not fold(text)[match.end() :].strip(" 。.")
        if letters and key and key.isascii() and match[1].isupper():
            return drop_empty_bracket(f"{text[: match.start()]}( ){text[match.end() :]}"), key
        if not letters and at_end and key in (RIGHT, WRONG):
            return (text[: match.start()] + text[match.end() :]).strip(), key
    return text, None


def drop_empty_bracket(text: str) -> str:
    """Without the empty bracket at the end, where a candidate writes the answer."""
    match = _EMPTY_BRACKET.search(fold(text))
    return (text[: match.start()] + text[match.end() :]).strip() if match else text


# --------------------------------------------------------------------------------------------------------------- labels

_LABELS: dict[str, re.Pattern[str]] = {
    "answer": re.compile(
        r"^\s*\[?\s*(?:(?:正确|参考|标准|本题)?答案(?:要点|示例)?(?:为|是)?|参考要点|答题要点|答|(?:correct |model |sample |reference )?answer|key)"
        r"\s*\]?\s*(?::\s*|(?<=\])\s*|\s+(?=[A-H√×][\s、,A-H]*$))",
        re.I,
    ),
    "explanation": re.compile(
        r"^\s*\[?\s*(?:(?:答案|试题|题目)?(?:解析|解释|详解|点评|分析)|explanation|rationale|reason)\s*\]?\s*(?::\s*|(?<=\])\s*)",
        re.I,
    ),
    "criteria": re.compile(
        r"^\s*\[?\s*(?:(?:评分|计分|给分)(?:标准|要点|细则|依据|点)|采分点|得分点|scoring criteria|marking (?:criteria|scheme)|rubric)"
        r"\s*(?:\([^)]*\))?\s*\]?\s*(?:[:.]\s*|(?<=\])\s*|$)",
        re.I,
    ),
    "background": re.compile(
        r"^\s*\[?\s*(?:(?:案例|情[景境]|题目|共用)?背景(?:材料|资料|信息)?|案例(?:材料|描述)?|材料|资料|情[景境](?:描述)?|background|context|case)"
        rf"\s*{CN}?\s*\]?\s*(?::\s*|(?<=\])\s*)",
        re.I,
    ),
    "requirements": re.compile(
        r"^\s*\[?\s*(?:(?:答题|作答|题目)?要求|答题说明|作答说明|requirements?|instructions?|directions?)\s*\]?\s*(?::\s*|(?<=\])\s*)",
        re.I,
    ),
}
_INNER = re.compile(r"(?:\s|(?<=[A-H√×。;]))\[?\s*(?:答案)?(?:解析|explanation)\s*\]?\s*(?::|(?<=\]))\s*", re.I)


def read_label(text: str) -> tuple[str, str] | None:
    """`答案:`, `解析:`, `评分标准:`, `背景:`, `要求:` in their variants: which one, and what follows it."""
    folded = fold(text)
    for name, pattern in _LABELS.items():
        if match := pattern.match(folded):
            return name, text[match.end() :].strip()
    return None


def split_inner_explanation(text: str) -> tuple[str, str]:
    """`B 解析:…` on one line: the answer, and the explanation (empty where there is none)."""
    match = _INNER.search(fold(text))
    return (text[: match.start()].strip(), text[match.end() :].strip()) if match else (text.strip(), "")


_ANSWERS_AT_END = re.compile(
    r"^\s*(?:附(?:件|录)?\s*[::]?\s*)?(?:第?[一二三四五六七八九十]{1,3}\s*(?:[、.]|部分)\s*)?\[?\s*(?:(?:试卷|试题|本卷|考试)?"
    r"(?:参考|标准|正确)?答案(?:\s*(?:与|及|和|、|/)?\s*(?:解析|详解|评分标准|评分要点|解释|说明))*(?:部分|页|卷)?|"
    r"(?:answer key|answers?(?: and explanations?)?|model answers|key|answer section))\s*\]?\s*(:?)\s*$",
    re.I,
)
_QUESTIONS = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十]{1,2}部分\s*[:、]?\s*)?\[?(?:试题|题目|试卷|questions?)(?:部分|卷)?\]?\s*$",
    re.I,
)


def is_answer_heading(text: str) -> bool:
    """Whether the line stands alone as the heading of an answer section."""
    return bool(_ANSWERS_AT_END.match(fold(text)))


def is_question_heading(text: str) -> bool:
    """Whether the line stands alone as the heading of the questions (where answers come first)."""
    return bool(_QUESTIONS.match(fold(text)))


_ABOUT = re.compile(
    r"^\s*(?:\(?\s*(?:考试|答题|作答)?(?:时间|时长|时限)|满分|总分|卷面|姓\s*名|部\s*门|工\s*号|日\s*期|得\s*分|岗\s*位|考生|准考证|阅卷|班级|"
    r"注意事项|考试说明|time allowed|duration|total marks|total points|full marks|name|date|department)\s*(?:[::_(]|\d|$|为)",
    re.I,
)
_TOTAL = re.compile(
    r"(?:满分|总分|卷面总?分|total (?:marks|points|score)|full marks)\s*[::为]?\s*(\d+(?:\.\d+)?)|(?:out of)\s*(\d+)",
    re.I,
)


def is_about_paper(text: str) -> bool:
    """Whether the line tells of the paper as a whole: time allowed, full marks, the candidate's name."""
    return bool(_ABOUT.match(fold(text)))


def read_total(text: str) -> float | None:
    """The full marks that a line about the paper names."""
    match = _TOTAL.search(fold(text))
    return float(next(group for group in match.groups() if group)) if match else None


# --------------------------------------------------------------------------------------------------------- compact keys

_RANGE = re.compile(
    r"(\d{1,3})\s*[-~–—至到]\s*(\d{1,3})\s*[.、:题)]*\s*([A-H√×对错TF](?:[\s,、]*[A-H√×对错TF])*)(?![A-Za-z])"
)
_PAIR = re.compile(
    r"(\d{1,3})\s*[.、:)\]]?\s*([A-H](?:[、,]?\s?[A-H])*|[√×对错]|正确|错误|true|false|T|F)(?=[\s;,。、.)\]]|\d|$)",
    re.I,
)


def read_compact_keys(text: str) -> dict[int, str]:
    """`1-5 ABCDA`, `1.A 2.C 3.BD`, `1、√ 2、×`: keys by number; empty where the line holds anything else."""
    folded, keys = fold(text).replace("\t", " "), {}
    for match in _RANGE.finditer(folded):
        marks = re.findall(r"[A-H√×对错TF]", match[3])
        first, last = int(match[1]), int(match[2])
        if len(marks) != last - first + 1:
            return {}
        keys |= {first + place: read_key(mark) or mark for place, mark in enumerate(marks)}
    rest = _RANGE.sub(" ", folded)
    for match in _PAIR.finditer(rest):
        keys[int(match[1])] = read_key(match[2]) or match[2]
    left = re.sub(r"[\s;,。、.:)\](\[]|(?:单选|多选|判断|题|答案)", "", _PAIR.sub(" ", rest))
    return keys if keys and not left else {}


def split_named_keys(text: str) -> tuple[str, str]:
    """`一、单选题:1-5 ABCDA`: the section's name (empty where there is none) and the keys."""
    match = re.match(
        r"^\s*([^\d]{0,12}(?:题|questions?|choice|false)\s*(?:\([^)]*\))?)\s*:?\s*(?=\d)", fold(text), re.I
    )
    return (text[: match.end(1)].strip(), text[match.end() :]) if match and read_kind(match[1]) else ("", text)
