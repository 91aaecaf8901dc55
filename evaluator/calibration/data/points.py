"""Points as people write them: "3", "３", "3分", "三分", "2.5", "半分"; letters count only with a stated value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_UNITS = {"十": 10, "百": 100}
_NUMBER = re.compile(r"[-+−]?\d+(?:[.,]\d+)?")
_THOUSANDS = re.compile(r"[-+−]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")  # 1,000 in English, not a decimal comma
_SUFFIX = re.compile(r"(?:分|點|点|points?|pts?|marks?)$", re.IGNORECASE)


def parse_points(text: str, letters: Mapping[str, float] | None = None) -> float | None:
    """The points that `text` states, or None if none can be read safely.

    A comma before exactly three digits separates thousands ("1,000"); any other is a decimal comma ("2,5"). `letters`
    gives the value of grades such as "B+"; without it a letter is never guessed.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if letters and plain.upper() in letters:
        return float(letters[plain.upper()])
    plain = _SUFFIX.sub("", plain).strip()
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    if _NUMBER.fullmatch(plain):
        return float(plain.replace("−", "-").replace(",", "."))
    return _read_chinese(plain)


def _read_chinese(text: str) -> float | None:
    """Chinese numerals up to 999, with 负 before, 半 or 点五 after; None for anything else."""
    if text.startswith(("负", "負")):
        rest = _read_chinese(text[1:])
        return None if rest is None else -rest
    if text == "半":
        return 0.5
    if text.endswith("半"):
        whole = _whole(text[:-1].rstrip("分"))
        return None if whole is None else whole + 0.5
    whole_text, _, decimals = text.partition("点")
    whole = _whole(whole_text)
    if whole is None or (decimals and not all(character in _DIGITS for character in decimals)):
        return None
    return float(f"{whole}.{''.join(str(_DIGITS[character]) for character in decimals) or 0}")


def _whole(text: str) -> int | None:
    if not text or any(character not in _DIGITS and character not in _UNITS for character in text):
        return None
    total, digit = 0, None
    for character in text:
        if character in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[character]
        else:
            total += (1 if digit is None else digit) * _UNITS[character]
            digit = None
    return total + (digit or 0)
