"""Lines in a uniform spelling for comparison, and the numbers and points in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
_TRADITIONAL = str.maketrans(
    "單選題項擇複數斷對錯誤評標準總計簡開問論應場擬與據參釋為係實際說導語節個卷試順優級見點細則採試節據詳錄類範處",
    "单选题项择复数断对错误评标准总计简开问论应场拟与据参释为系实际说导语节个卷试顺优级见点细则采试节据详录类范处",
)
_ALIKE = str.maketrans("〔〕﹝﹞［］【】．∶︰﹕✓✔✅⭕✗✘✕✖╳❌❎Ｘ⇒➔➜➝⟶", "()()[][].:::√√√√×××××××X→→→→→")
_FOLDED = {  # the three tables, one after the other, in one pass
    code: chr(code).translate(_WIDE).translate(_TRADITIONAL).translate(_ALIKE)
    for code in {*_WIDE, *_TRADITIONAL, *_ALIKE}
}
_DIGITS = {ch: value for value, ch in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0, "兩": 2}
T = TypeVar("T")
_REMEMBERED = 500  # characters; of longer lines only the last few are kept
_LONGEST = 5000  # characters; a longer line is cut before it is read
_FEW = 2 * 48  # as many lines as the grammar looks ahead
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

LETTERS = "A-L"  # labels of options; more options are not supported
CN = "[一二三四五六七八九十百两〇零]"
NUM = rf"(?:\d{{1,3}}|{CN}{{1,4}})"
POINT_WORD = r"(?:分|points?|pts?\.?|marks?)"


def remembered(read: Callable[[str], T]) -> Callable[[str], T]:
    """Caches the reading of a line, which look-ahead requests repeatedly; of long lines only a few are kept."""
    kept, kept_long = lru_cache(maxsize=8192)(read), lru_cache(maxsize=_FEW)(read)

    @wraps(read)
    def reading(text: str) -> T:
        if len(text) <= _REMEMBERED:
            return kept(text)
        return kept_long(text) if len(text) <= _LONGEST else read(text)

    return reading


def fold(text: str) -> str:
    """The line in half width, with the grammar's traditional characters simplified; same length as `text`."""
    if len(text) <= _REMEMBERED:
        return _fold(text)
    return _fold_long(text) if len(text) <= _LONGEST else _folded(text)


@lru_cache(maxsize=20_000)
def _fold(text: str) -> str:
    return _folded(text)


@lru_cache(maxsize=_FEW)
def _fold_long(text: str) -> str:
    return _folded(text)


def _folded(text: str) -> str:
    return text if text.isascii() else text.translate(_FOLDED)


def read_number(text: str) -> int | None:
    """The whole number in `12`, `十二` or `１２`; None for anything else."""
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
    """The number of points in `3`, `3分`, `2.5 points` or `三分`; None for anything else."""
    match = re.fullmatch(rf"\s*(\d+(?:\.\d+)?|{CN}+)\s*{POINT_WORD}?\s*", fold(text), re.I)
    if not match:
        return None
    given = match[1]
    return float(given) if given[0].isdecimal() else _float(read_number(given))


def _float(value: int | None) -> float | None:
    return None if value is None else float(value)


def split_points(text: str) -> tuple[str, float | None]:
    """A criterion's text and the points at its end: `先道歉(3分);`, `先道歉 3分`, `apologises (3 points)`."""
    folded = fold(text)
    match = re.search(
        rf"[(\[]?\s*(?:得|计|满分)?\s*(\d+(?:\.\d+)?|{CN}{{1,3}})\s*{POINT_WORD}\s*[)\]]?\s*[;。.,]?\s*$",
        folded,
        re.I,
    )
    match = match or re.search(r"\s*\((\d{1,2}(?:\.\d+)?)\)\s*[;。.,]?\s*$", folded)
    if not match or not match.start():
        return text.strip().rstrip(";；"), None
    return text[: match.start()].strip().rstrip("：:，,—-– "), read_points(match[1])


_SPAN = re.compile(
    r"第?\s*(\d{1,4})\s*题?\s*[-~—–至到]+\s*第?\s*(\d{1,4})\s*(?:小?题|问)|questions?\s+(\d+)\s*(?:-|to|–)\s*(\d+)",
    re.I,
)
_SHARED = re.compile(
    r"^\s*\[?(?:case|passage|scenario|案例|材料|短文|情[景境])\s*[\w]{0,3}\s*\]?\s*[:.、]?\s*\(|questions?\s+\d+\s*(?:-|to|–)\s*\d+\s+(?:refer|are based)|"
    r"(?:根据|阅读|依据|结合|参照|请看).{0,12}(?:材料|案例|资料|情[景境]|内容|短文|图|表|背景|信息).{0,16}(?:回答|完成|作答)|共用题干|"
    r"(?:read|use) the (?:following|passage|case).{0,60}(?:answer|questions)",
    re.I,
)


def read_span(text: str) -> tuple[int, int] | None:
    """The first and last question number in `第1—2题` or `questions 3 to 5`."""
    match = _SPAN.search(fold(text[:200]))
    if not match:
        return None
    first, last = (int(group) for group in match.groups() if group)
    return (first, last) if first <= last < first + 50 else None


def read_shared_stem(text: str) -> tuple[int, int] | None:
    """The questions whose stem follows `根据以下材料,回答3~5题`."""
    return read_span(text) if len(text) < 200 and _SHARED.search(fold(text)) else None


_SHARED_OPTIONS = re.compile(r"共用(?:备选)?(?:答案|选项)|share the (?:same )?options", re.I)


def read_shared_options(text: str) -> tuple[int, int] | None:
    """`(5~6题共用备选答案)`: the questions for which the options below it hold."""
    return read_span(text) if len(text) < 80 and _SHARED_OPTIONS.search(fold(text)) else None


def take_bracket_points(text: str) -> tuple[str, float | None]:
    """The question without its final points, and the points: `…请回应。(5分)`."""
    match = re.search(rf"\s*\(\s*(?:本题)?(?:共|满分)?\s*(\d+(?:\.\d+)?)\s*{POINT_WORD}\s*\)\s*$", fold(text), re.I)
    return (text[: match.start()], float(match[1])) if match and match.start() else (text, None)
