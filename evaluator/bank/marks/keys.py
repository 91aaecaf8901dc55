"""Keys in one spelling, in brackets, and many on one line (`1-5 ABCDA`)."""

from __future__ import annotations

import re

from evaluator.bank.marks.folding import CIRCLED, fold
from evaluator.bank.marks.kinds import read_kind
from evaluator.bank.marks.options import is_sequence

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


_RANGE = re.compile(
    r"(\d{1,4})\s*[-~–—至到]\s*(\d{1,4})\s*[.、:题)]*\s*([A-H√×对错TF](?:[\s,、]*[A-H√×对错TF])*)(?![A-Za-z])"
)
_PAIR = re.compile(
    r"(\d{1,4})\s*[.、:)\]]?\s*([A-H](?:[、,]?\s?[A-H])*|[√×对错]|正确|错误|true|false|T|F)(?=[\s;,。、.)\]]|\d|$)",
    re.I,
)


def read_compact_keys(text: str) -> dict[int, str]:
    """`1-5 ABCDA`, `1.A 2.C 3.BD`, `1、√ 2、×`: keys by number; empty where the line holds anything else."""
    folded = fold(text).replace("\t", " ")
    keys: dict[int, str] = {}
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


_LEADING = re.compile(
    r"^\s*([A-H]{1,8}|[A-H](?:[、,]\s?[A-H]){1,7}|√|×|正确|错误|对|错|true|false)"
    r"(?:\s*[.。,;:—–-]\s*(?=\S)|\s*(?=\(.+\)[.。]?\s*$)|\s+(?=[一-鿿]))",
    re.I | re.S,
)


def split_key(text: str) -> tuple[str | None, str]:
    """`B. Because it is kinder.`, `B（更体贴）`: the key before a reason, and the reason; no key where none leads."""
    match = _LEADING.match(fold(text))
    key = read_key(match[1]) if match else None
    if not match or not key:
        return None, text
    reason = text[match.end() :].strip()
    bracket = re.fullmatch(r"\(([^()]+)\)[.。]?", fold(reason))
    return key, reason[1 : bracket.end(1)] if bracket else reason
