"""How a rubric's descriptions read: vague words, near-equal texts, words shared with an answer. Pure, no model."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter

from evaluator.rubrics.tuned import ALIKE_FROM

# Words that praise or blame without saying for what; they count if a clause contains little else.
_VAGUE = {
    "zh": (
        "较好", "很好", "良好", "较差", "很差", "一般", "尚可", "适当", "恰当", "合适", "合理", "基本", "比较",
        "优秀", "到位", "有效", "充分", "完善", "完整", "全面", "清楚", "清晰", "不足", "欠缺", "得体", "专业",
    ),
    "en": (
        "good", "very good", "fair", "poor", "bad", "average", "adequate", "appropriate", "appropriately", "suitable",
        "reasonable", "reasonably", "proper", "properly", "excellent", "effective", "effectively", "sufficient", "well",
        "insufficient", "acceptable", "satisfactory", "nice", "clear", "clearly", "professional", "professionally",
    ),
}  # fmt: skip
_CLAUSE = re.compile(r"[，,。；;：:、！!？?\n（）()]+|\.(?:\s|$)")
_LATIN = re.compile(r"[a-z0-9']+")
# What a clause may contain beside a vague word and still say nothing: six Chinese characters or three English words.
_LITTLE = {"zh": 6, "en": 3}
# Two texts that differ only by one of these are really different.
_DECISIVE = re.compile(
    r"[没未不无非否一二两三四五六七八九十半全都各只仅多少零]|\d|\b(?:not?|never|none|one|two|three|four|five|all|"
    r"some|most|every|each|only|without|both|half|few|many|more|less)\b"
)
_RUN = {"zh": 5, "en": 4}  # characters, words: shorter ones are shared by any two texts on one subject


def vague_words(text: str, language: str) -> list[str]:
    """Vague words in clauses that say little else, as written, without repeats."""
    found: list[str] = []
    for clause in _CLAUSE.split(_fold(text)):
        hits = [word for word in _VAGUE[language] if _holds(clause, word, language)]
        rest = clause
        for word in sorted(hits, key=len, reverse=True):
            rest = rest.replace(word, " ")
        if hits and _size(rest, language) <= _LITTLE[language]:
            found += [max(hits, key=len)]
    return list(dict.fromkeys(found))


def alike(one: str, other: str) -> bool:
    """Whether two texts say the same in nearly the same characters; numbers and negations make a difference."""
    first, second = _squeeze(one), _squeeze(other)
    if first == second:
        return True
    if Counter(_DECISIVE.findall(_fold(one))) != Counter(_DECISIVE.findall(_fold(other))):
        return False
    return dice(first, second) >= ALIKE_FROM


def dice(one: str, other: str) -> float:
    """Dice coefficient of the multisets of character pairs: 2 |A and B| / (|A| + |B|), 0 to 1 (Dice 1945)."""
    first, second = (
        Counter(map("".join, itertools.pairwise(one))),
        Counter(map("".join, itertools.pairwise(other))),
    )
    both = sum((first & second).values())
    total = sum(first.values()) + sum(second.values())
    return 2 * both / total if total else 0.0


def shared_run(option: str, answer: str, language: str) -> str:
    """The longest run of characters (Chinese) or words (English) in both texts; "" if it is short."""
    if language == "zh":
        return _longest(_squeeze(option), _squeeze(answer), _RUN["zh"])
    words = _LATIN.findall(_fold(option))
    text = f" {' '.join(_LATIN.findall(_fold(answer)))} "
    for size in range(len(words), _RUN["en"] - 1, -1):
        for start in range(len(words) - size + 1):
            run = " ".join(words[start : start + size])
            if f" {run} " in text:
                return run
    return ""


def _longest(needle: str, hay: str, least: int) -> str:
    for size in range(len(needle), least - 1, -1):
        for start in range(len(needle) - size + 1):
            if needle[start : start + size] in hay:
                return needle[start : start + size]
    return ""


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _squeeze(text: str) -> str:
    return "".join(char for char in _fold(text) if char.isalnum())


def _holds(clause: str, word: str, language: str) -> bool:
    return word in clause if language == "zh" else bool(re.search(rf"\b{word}\b", clause))


def _size(text: str, language: str) -> int:
    return len(_squeeze(text)) if language == "zh" else len(_LATIN.findall(text))
