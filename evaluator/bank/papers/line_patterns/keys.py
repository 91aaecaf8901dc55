"""Keys in a uniform spelling, in brackets, or many on one line (`1-5 ABCDA`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evaluator.bank.papers.line_patterns.folding import CIRCLED, CN, LETTERS, fold, read_number, remembered
from evaluator.bank.papers.line_patterns.kinds import names_some_choice, read_kind
from evaluator.bank.papers.line_patterns.options import is_sequence

_RIGHT = re.compile(r"^(?:√|○|〇|v|对|正确|是|t|true|y|yes|right|correct|a\.?\s*(?:正确|对)|\(?正确\)?)$", re.I)
_WRONG = re.compile(r"^(?:×|x|错|错误|不正确|不对|否|f|false|n|no|wrong|incorrect|b\.?\s*(?:错误|错))$", re.I)
RIGHT, WRONG = "√", "×"
_LETTER = f"[{LETTERS}{LETTERS.lower()}]"
_JOIN = r"\s*(?:[、,;/&+|.·\s]|and|和|及|与)?\s*"


def read_key(text: str, ordered: bool = False) -> str | None:
    """A key in uniform spelling: `A、C` and `A.C` as `AC`, `对` as `√`, `② -> ①` as `②→①`; None if it is not a key.

    With `ordered` the letters belong to an ordering question, so that `BDAC` is `B→D→A→C`.
    """
    folded = re.sub(r"^\s*(?:选项?|应选|故选|为|是(?=.))?\s*|[\s。.;,，]+$", "", fold(text)).strip("()[] '\"‘’“”")
    if _RIGHT.match(folded):
        return RIGHT
    if _WRONG.match(folded):
        return WRONG
    if re.fullmatch(rf"{_LETTER}(?:{_JOIN}{_LETTER})*", folded):
        found = re.sub(rf"and|[^{LETTERS}{LETTERS.lower()}]", "", folded).upper()
        if len(found) != len(set(found)):
            return None
        return "→".join(found) if ordered and len(found) > 1 else "".join(sorted(found))
    return _sequence_key(folded) or _twice(folded)


_VERDICT_TWICE = re.compile(r"(true|false|t|f|yes|no|right|wrong|√|×)\s*[/ ,(]\s*(对|错|正确|错误|是|否)\)?", re.I)


def _twice(folded: str) -> str | None:
    """`False 错`: a verdict in two languages that say the same."""
    match = _VERDICT_TWICE.fullmatch(folded)
    if match is None:
        return None
    right = {bool(_RIGHT.match(said)) for said in match.groups()}
    return (RIGHT if right.pop() else WRONG) if len(right) == 1 else None


def _sequence_key(folded: str) -> str | None:
    if re.fullmatch(rf"[{LETTERS}](?:\s*(?:→|->|=>|>|-|—+>?|–)\s*[{LETTERS}])+", folded):
        return "→".join(re.findall(rf"[{LETTERS}]", folded))
    if is_sequence(folded) or re.fullmatch(rf"[{CIRCLED}](?:[\s、,]*[{CIRCLED}])+", folded):
        steps = re.findall(rf"[{CIRCLED}]|\d", folded)
        return "→".join(step if step in CIRCLED else CIRCLED[int(step) - 1] for step in steps if step != "0")
    return None


_BETWEEN_WORDS = re.compile(r"[\s,;、|/&+。.$#@]|and|和|及|与")


def key_by_words(given: str, options: Sequence[tuple[str, str]]) -> str | None:
    """The labels of the options, as (label, words), whose words the key repeats, in any order; None for other words."""
    left = fold(given).strip()
    found = []
    for label, text in sorted(options, key=lambda option: -len(option[1])):  # an option may contain another
        words = fold(text).strip()
        if words and (words in left or (words := words.rstrip("。.;,")) in left):
            found.append(label)
            left = left.replace(words, "\x00", 1)
    rest = _BETWEEN_WORDS.sub("", left.replace("\x00", ""))
    return "".join(sorted(found)) if found and not rest.strip("'\"“”") else None


_BRACKET_KEY = re.compile(r"[(\[]\s*([^()\[\]]{0,12}?)\s*[)\]]")
_SPACE_FOR_KEY = re.compile(r"[(\[]\s*[)\]]")
_EMPTY_BRACKET = re.compile(r"\s*[(\[]\s*[_\s]*[)\]]\s*(?=[。.]?\s*$)")
_REASONED = re.compile(r"\(\s*(√|×|对|错|正确|错误|不对|不正确)\s*[,:;。、.]\s*([^()]{2,200}?)\s*\)\s*[。.]?\s*$")
OWN_KEY_WITHIN = 220  # characters at the end of a statement that may be its key and the reason for it
_TRAILING = re.compile(r"(?<=[。.!?;)\s])(?<!\d[.)])\s*([√×]|(?<=\s)[TF])\s*$")


@dataclass(frozen=True)
class BracketKey:
    """A key in a question's brackets: the text without it, and whether it may be a word instead."""

    text: str
    key: str
    reason: str = ""  # `(错误,应为14年)`: what stands behind the verdict
    doubtful: bool = False  # `利益陈述法则(FAB)里`: capitals that abbreviate something


def find_bracket_key(text: str, letters: bool) -> BracketKey | None:
    """The key in a question's brackets; `letters` selects choice keys, otherwise true/false keys."""
    folded = fold(text)
    for match in reversed(list(_BRACKET_KEY.finditer(folded))):
        given = match[1]
        key = read_key(given) if given else None
        rest = folded[match.end() :].strip(" 。.,;")
        if letters and key and key.isascii() and given.isupper():
            stripped = drop_empty_bracket(f"{text[: match.start()]}( ){text[match.end() :]}")
            letters_only = re.sub(rf"[^{LETTERS}]", "", given)
            several = len(letters_only) > 1
            bare = several and match[0][1:-1] == given
            ahead = folded[: match.start()].rstrip()[-1:]
            inside = (ahead.isalnum() and rest[:1].isalnum()) or ahead in "{=(" or rest[:1] in "→=-+*/∪∩)}"
            unsorted = letters_only != "".join(sorted(letters_only))
            elsewhere = bool(_SPACE_FOR_KEY.search(folded))  # the key belongs in another, empty bracket
            if elsewhere or (bare and unsorted):
                continue
            return BracketKey(stripped, key, doubtful=bare and inside and bool(rest))
        if not letters and not rest and key in (RIGHT, WRONG):
            return BracketKey((text[: match.start()] + text[match.end() :]).strip(), key)
    reasoned = None if letters else _REASONED.search(folded)
    if reasoned and read_key(reasoned[1]) in (RIGHT, WRONG) and read_key(reasoned[2]) is None:
        reason = text[reasoned.start(2) : reasoned.end(2)].strip()
        return BracketKey(text[: reasoned.start()].strip(), read_key(reasoned[1]) or "", reason)
    trailing = None if letters else _TRAILING.search(folded)
    if trailing:
        return BracketKey(text[: trailing.start()].strip(), read_key(trailing[1]) or trailing[1])
    return None


def take_bracket_key(text: str, letters: bool) -> tuple[str, str | None]:
    """A question without the key in its brackets, and that key; a doubtful key stays in the text."""
    found = find_bracket_key(text, letters)
    return (text, None) if found is None or found.doubtful else (found.text, found.key)


def drop_empty_bracket(text: str) -> str:
    """The text without the empty bracket at the end, where a candidate writes the answer."""
    match = _EMPTY_BRACKET.search(fold(text))
    return (text[: match.start()] + text[match.end() :]).strip() if match else text


_SKIP = re.compile(r"[\s;,。、|]*")
_RANGE = re.compile(r"[(\[]?\s*(\d{1,4})\s*(?:[-~–—至到]|\.\.)+\s*(\d{1,4})\s*题?\s*[.、:)\]题]*\s*")
_NUMBER = re.compile(r"[(\[第]?\s*(\d{1,4})\s*题?\s*[.、:)\]]*\s*")
_GROUP = re.compile(
    rf"\(?\s*((?:[{LETTERS}](?![a-z]))(?:[、,.]?[{LETTERS}](?![a-z]))*|[{LETTERS.lower()}](?![a-z])|[√×对错]|正确|错误|"
    r"[Tt]rue|[Ff]alse|TRUE|FALSE|[TFVXtf](?![a-z]))\s*\)?",
)


@remembered
def read_compact_keys(text: str) -> dict[int, str]:
    """Keys by number: `1-5 ABCDA`, `1.A 2.C 3.BD`, `1、√ 2、×`, `1-2)(×) (√)`; empty if the line has anything else.

    A number with several keys (`(33) B B D`) has those of its parts, joined by spaces.
    """
    folded = re.sub(r"(?:单选|多选|判断|选择)?题?(?:参考|正确)?答案\s*:?", " ", fold(text).replace("\t", " "))
    keys: dict[int, str] = {}
    at = _end(_SKIP, folded, 0)
    while at < len(folded):
        span = _RANGE.match(folded, at)
        if span and (found := _range_keys(folded, span)):
            keys |= found[0]
            at = found[1]
            continue
        number = _NUMBER.match(folded, at)
        if number is None:
            return {}
        groups, at = _groups(folded, number.end())
        if not groups:
            return {}
        keys[int(number[1])] = " ".join(read_key(group) or group for group in groups)
    return keys


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _groups(text: str, at: int) -> tuple[list[str], int]:
    """Adjacent keys from `at` on, and their end."""
    found = []
    while match := _GROUP.match(text, at):
        found.append(match[1])
        at = _end(_SKIP, text, match.end())
    return found, at


def _range_keys(text: str, span: re.Match[str]) -> tuple[dict[int, str], int] | None:
    """The keys for `1-5`: one letter each, or one group each; None if their number does not match."""
    first, last = int(span[1]), int(span[2])
    groups, end = _groups(text, span.end())
    wanted = last - first + 1
    if len(groups) != wanted:
        groups = [mark for group in groups for mark in re.findall(rf"[{LETTERS}√×对错TFVX]", group.upper())]
    if len(groups) != wanted:
        return None
    return {first + place: read_key(mark) or mark for place, mark in enumerate(groups)}, end


_NAMED = re.compile(
    rf"^\s*((?:第?\s*{CN}{{1,3}}\s*(?:[、.:,]|章|节|大题|部分)|(?:part|section)\s+[IVX\d]{{1,4}}\s*[.:,]?|[IVX]{{1,4}}\s*[.、:])?\s*"
    r"[^\d:]{0,14}?)\s*(?:\([^)]*\))?\s*:?\s*(?=[(\[]?\s*\d)",
    re.I,
)


def split_named_keys(text: str) -> tuple[str, str]:
    """The section's name (or empty) and its keys: `一、单选题:1-5 ABCDA`, `一、1.A 2.A`, `Part I: 1 b; 2 a`."""
    match = _NAMED.match(fold(text))
    if not match or not match[1].strip():
        return "", text
    name = match[1].strip()
    ordinal = re.match(rf"第?\s*{CN}|part|section|[IVX]+\s*[.、:]", name, re.I)
    if ordinal or read_kind(name) or names_some_choice(name):
        return text[match.start(1) : match.end(1)].strip(), text[match.end() :]
    return "", text


_BARE_KEYS = re.compile(rf"[{LETTERS}√×对错TF\s、,;.]+")


def read_keys_in_order(text: str, count: int) -> list[str]:
    """`C B B`, `CBB`, `√ × √`: as many keys as there are questions, without their numbers; empty where they are not."""
    folded = fold(text).strip(" ;。.、,")
    if count < 1 or not _BARE_KEYS.fullmatch(folded):
        return []
    groups = [key for group in re.split(r"[\s、,;.]+", folded) if (key := read_key(group))]
    if len(groups) != count:
        marks = re.findall(rf"[{LETTERS}√×对错]", folded)
        groups = [key for mark in marks if (key := read_key(mark))] if len(marks) == count else []
    return groups if len(groups) == count else []


_LEADING = re.compile(
    rf"^\s*([{LETTERS}]{{1,8}}|[{LETTERS}](?:[、,]\s?[{LETTERS}]){{1,7}}|√|×|正确|错误|对|错|true|false)"
    r"(?:\s*[.。,;:—–-]\s*(?=\S)|\s*(?=\(.+\)[.。]?\s*$)|\s+(?=[一-鿿]))",
    re.I | re.S,
)


def split_key(text: str) -> tuple[str | None, str]:
    """A leading key and its reason: `B. Because it is kinder.`, `B（更体贴）`; no key if none leads."""
    match = _LEADING.match(fold(text))
    key = read_key(match[1]) if match else None
    if not match or not key:
        return None, text
    reason = text[match.end() :].strip()
    bracket = re.fullmatch(r"\(([^()]+)\)[.。]?", fold(reason))
    return key, reason[1 : bracket.end(1)] if bracket else reason


def section_number(name: str) -> int | None:
    """The ordinal at the start of a section's name."""
    match = re.match(rf"^\s*第?\s*({CN}{{1,3}})", fold(name))
    return read_number(match[1]) if match else None
