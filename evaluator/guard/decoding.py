"""Messages that a reader does not see but a machine could read: encoded, reversed, disguised or split over turns.

Each is decoded before it is inspected, together with the place in the original that it came from.

Nobody speaks Base64: a stretch that decodes to words is `certain` to be a hidden message, whatever it says. Other ways
of writing (reversed, spaced out, digits for letters, split) have innocent uses, so what they say decides.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
import urllib.parse
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

from evaluator.guard.invisible import hidden_characters, remove_hidden
from evaluator.guard.tuned import LEAST_CHARACTERS, LEAST_WORDS, MESSAGE_LETTERS
from evaluator.transcript import Span, Transcript, Turn, spans_of

MOST_PIECES, LONGEST_PIECE, LONGEST_JOINED = (
    8,
    40,
    200,
)  # of a sentence that is split over turns: pieces, characters
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{16,4000}={0,2}")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:0x)?(?:[0-9A-Fa-f]{2}[\s:]?){10,2000}(?![0-9A-Za-z])")
_PERCENT = re.compile(
    r"(?:%[0-9A-Fa-f]{2}|[A-Za-z0-9.,!_~*'()-]){0,400}?(?:%[0-9A-Fa-f]{2}[A-Za-z0-9.,!_~*'()-]{0,20}){4,400}"
)
_ENTITIES = re.compile(r"(?:&#(?:\d{2,7}|x[0-9A-Fa-f]{2,6});\s?){6,1000}")
_ESCAPES = re.compile(r"(?:\\u[0-9A-Fa-f]{4}\s?|\\x[0-9A-Fa-f]{2}){4,1000}")
_TAGS = re.compile("[\U000e0020-\U000e007e]{8,}")
_MIRRORED = re.compile("\u202e([^\u202c\n]{4,400})\u202c?")
_LEET = str.maketrans("01345789", "oieastbg")
_LEET_WORD = re.compile(r"\b(?=\w*[A-Za-z])(?=\w*[013457])[A-Za-z013457]{2,20}\b")
_SINGLE = re.compile(r"[^\w\n]{0,2}(?:[^\W_](?:[^\w\n]{1,6}|_{1,6})){6,400}[^\W_]?")
_BACKWARDS = re.compile(r"^[。.！!？?][^\n]{6,400}$", re.MULTILINE)
_WORD = re.compile(r"[^\W\d_]+")
_STYLED = frozenset(map(chr, (*range(0x2460, 0x2500), *range(0xFF21, 0xFF5B), *range(0x1D00, 0x1D80))))
# Letters of other scripts that look like Latin ones; those that NFKC already folds are not listed.
LOOK_ALIKES = str.maketrans(
    "авеікмнорстухѕԁјһԛԝӏոցαεικνορτυχɑɡıɪɴʀᴀᴄᴅᴇᴊᴋʟᴍᴏᴘᴛᴜᴠᴡᴢАВЕІКМНОРСТУХЅЈ",
    "abeikmhopctyxsdjhqwlngaeiknoptuxagiinracdejklmoptuvwzABEIKMHOPCTYXSJ",
)
_ENDS = re.compile(r"[。！？!?；;.…~～)）】\]]\s*$")


class Reading(NamedTuple):
    """What a stretch of a turn says once decoded.

    `pieces` are the places (turn, start, end) that it came from.
    """

    text: str
    pieces: tuple[tuple[Turn, int, int], ...]
    way: str
    certain: bool = False


def readings(transcript: Transcript) -> list[Reading]:
    """Everything in the text that reads differently once decoded, and sentences joined over turns."""
    found = [reading for turn in transcript.turns for reading in decoded(turn)]
    return [*found, *_joined(transcript)]


def decoded(turn: Turn) -> Iterator[Reading]:
    """The decodings of one turn, one method after another."""
    for way, pattern, decode in _WAYS:
        for match in pattern.finditer(turn.text):
            text = decode(match)
            if text and _is_message(text):
                yield Reading(text, ((turn, *match.span()),), way, certain=True)
    for match in _BACKWARDS.finditer(turn.text):
        yield Reading(match[0][::-1], ((turn, *match.span()),), "reversed")
    for span in spans_of(_alone(turn), {turn.role}):
        for way, text in _disguised(span.text):
            yield Reading(text, ((turn, span.start, span.end),), way)


def undisguised(text: str) -> str:
    """Returns the text with styled letters, such as mathematical ones, replaced by plain ones.

    In words that mix scripts, letters that look like Latin ones are replaced by the Latin ones.
    """
    plain = "".join(
        unicodedata.normalize("NFKC", char) if ord(char) > 0xFFFF or char in _STYLED else char for char in text
    )
    return _WORD.sub(lambda match: _in_one_script(match[0]), plain)


def _in_one_script(word: str) -> str:
    mixed = any(char.isascii() for char in word) and any("\u0370" <= char <= "\u058f" for char in word)
    return word.translate(LOOK_ALIKES) if mixed else word


def _alone(turn: Turn) -> Transcript:
    return Transcript(source=turn.text, format="plain", turns=(turn,))


def _disguised(text: str) -> Iterator[tuple[str, str]]:
    """Readings of one sentence that its writer may have disguised."""
    visible = remove_hidden(text) if hidden_characters(text) else text
    if visible != text:
        yield "invisible", visible
    if (alike := undisguised(visible)) != visible:
        yield "look-alikes", alike
    if len(_LEET_WORD.findall(visible)) >= LEAST_WORDS:
        yield "digits", visible.translate(_LEET)
    squeezed = _SINGLE.sub(lambda match: "".join(char for char in match[0] if char.isalnum()), visible)
    if squeezed != visible:
        yield "spaced", squeezed


def _from_base64(match: re.Match[str]) -> str:
    raw = match[0].rstrip("=").translate(str.maketrans("-_", "+/"))
    if raw.isalpha() and (raw.islower() or raw.isupper()):  # a long word
        return ""
    try:
        return base64.b64decode(raw + "=" * (-len(raw) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _from_hex(match: re.Match[str]) -> str:
    raw = re.sub(r"[\s:]|0x", "", match[0])
    try:
        return bytes.fromhex(raw).decode("utf-8") if not raw.isdigit() or len(raw) > 40 else ""
    except (ValueError, UnicodeDecodeError):
        return ""


def _from_percent(match: re.Match[str]) -> str:
    before = match.string[max(match.start() - 200, 0) : match.start()]
    in_address = any(found.end() == len(before) for found in _URL.finditer(before))
    return "" if in_address or "%" not in match[0] else urllib.parse.unquote(match[0], errors="ignore")


def _from_escapes(match: re.Match[str]) -> str:
    codes = re.findall(r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})", match[0])
    return "".join(chr(int(first or second, 16)) for first, second in codes)


def _from_tags(match: re.Match[str]) -> str:
    return "".join(chr(ord(char) - 0xE0000) for char in match[0])


_WAYS: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    ("base64", _BASE64, _from_base64),
    ("hexadecimal", _HEX, _from_hex),
    ("percent", _PERCENT, _from_percent),
    ("entities", _ENTITIES, lambda match: html.unescape(match[0])),
    ("escapes", _ESCAPES, _from_escapes),
    ("tags", _TAGS, _from_tags),
    ("mirrored", _MIRRORED, lambda match: match[1][::-1]),
)


def _is_message(text: str) -> bool:
    """Whether a decoded stretch is words: printable, mostly letters, and more than a name."""
    letters = sum(char.isalpha() or char.isspace() or char in ",.，。！？!?、'" for char in text)
    if not text.isprintable() or letters < MESSAGE_LETTERS * len(text):
        return False
    chinese = len(re.findall(r"[\u3400-\u9fff\u3040-\u30ff\uac00-\ud7af]", text))
    return chinese >= LEAST_CHARACTERS or len(re.findall(r"[^\W\d_\u3400-\u9fff]{2,}", text)) >= LEAST_WORDS


def _joined(transcript: Transcript) -> Iterator[Reading]:
    """Sentences that seem to be split: the unfinished last pieces of consecutive turns.

    All speakers together and each role alone are considered. Where nobody writes punctuation, nothing counts as
    unfinished.
    """
    spoken = [turn for turn in transcript.turns if turn.text.strip()]
    if sum(bool(_ENDS.search(turn.text)) for turn in spoken) * 2 < len(spoken):
        return
    roles = dict.fromkeys(turn.role for turn in spoken)
    for turns in (spoken, *([turn for turn in spoken if turn.role == role] for role in roles)):
        yield from _runs([(turn, _tail(turn)) for turn in turns])


def _tail(turn: Turn) -> Span | None:
    """The last piece of a turn if it is short and unfinished, or finishes an unfinished one; otherwise None."""
    spans = spans_of(_alone(turn), {turn.role})
    return spans[-1] if spans and spans[-1].end - spans[-1].start <= LONGEST_PIECE else None


def _runs(tails: list[tuple[Turn, Span | None]]) -> Iterator[Reading]:
    """Joins neighbouring pieces of which all but the last are unfinished."""
    run: list[Span] = []
    for turn, tail in tails:
        if tail is not None:
            run.append(tail)
        if tail is None or _ENDS.search(turn.text) or len(run) > MOST_PIECES:
            yield from _reading(run)
            run = []
    yield from _reading(run)


def _reading(run: list[Span]) -> Iterator[Reading]:
    if len(run) < 2:
        return
    glue = (
        " " if all(first.text[-1:].isascii() and second.text[:1].isascii() for first, second in pairwise(run)) else ""
    )
    text = glue.join(span.text for span in run)
    if len(text) <= LONGEST_JOINED:
        yield Reading(text, tuple((span.turn, span.start, span.end) for span in run), "joined")
