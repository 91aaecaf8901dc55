"""Characters that a reader does not see but a model reads: zero width, bidi controls, tags, soft hyphens."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufe00-\ufe0f\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_ALWAYS = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e0fff]")
# Compound emoji need joiners, variation selectors and (flags) tags; some scripts need joiners between letters.
_EMOJI = re.compile(
    r"(?:[#*0-9]\ufe0f?\u20e3|[\u00a9\u00ae\u203c\u2049\u2100-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff][\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?"
    r"(?:\U000e0067[\U000e0020-\U000e007e]{2,6}\U000e007f|"
    r"(?:\u200d[\u2190-\u2bff\U0001f000-\U0001faff][\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?)*))"
)
_NEEDS_JOINER = re.compile("[\u0600-\u08ff\u0900-\u0dff\ufb50-\ufeff]")


def hidden_characters(text: str) -> list[int]:
    """Offsets of invisible characters that have no function in the text, unlike those in emoji or joining scripts."""
    if text.isascii():
        return []
    working = {at for match in _EMOJI.finditer(text) for at in range(*match.span())}
    return [
        match.start()
        for match in _INVISIBLE.finditer(text)
        if match.start() not in working and not _joins_letters(text, match.start())
    ]


def suspicious_characters(text: str) -> list[int]:
    """The hidden characters that careless copying does not explain: inside words, direction controls, or many."""
    hidden = hidden_characters(text)
    telling = [at for at in hidden if _ALWAYS.match(text[at]) or _is_inside_word(text, at)]
    return hidden if telling or len(hidden) > 8 else []


def remove_hidden(text: str) -> str:
    """The text without hidden characters; repeated, because removing one can leave another without a function."""
    while hidden := set(hidden_characters(text)):
        text = "".join(char for at, char in enumerate(text) if at not in hidden)
    return text


def name_of(char: str) -> str:
    """ "U+200B ZERO WIDTH SPACE" """
    return f"U+{ord(char):04X} {unicodedata.name(char, '')}".strip()


def _joins_letters(text: str, at: int) -> bool:
    return text[at] in "\u200c\u200d\u200e\u200f\u061c" and any(
        _NEEDS_JOINER.match(char) for char in (text[max(at - 1, 0) : at], text[at + 1 : at + 2]) if char
    )


def _before(text: str, at: int) -> str:
    """The last visible character before `at`, looking back only a few characters."""
    return text[max(at - 20, 0) : at].rstrip("".join(map(chr, range(0x200B, 0x2010))))[-1:]


def _is_inside_word(text: str, at: int) -> bool:
    before, after = _before(text, at), text[at + 1 : at + 2]
    return before.isalnum() and (after.isalnum() or bool(_INVISIBLE.match(after or " ")))
