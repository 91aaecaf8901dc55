"""Dialogue narrated in prose: `客服说：“您好。”客户生气地说：「我要退货！」`, `"Hello," said the agent.`

Only quotations with an attributed speaker become speech; the prose between them stays as narration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from evaluator.transcript.names import is_honorific, known_role
from evaluator.transcript.segments import Layout, Segment

_QUOTE = re.compile(
    r"“(?P<a>[^“”]{1,2000})”|「(?P<b>[^「」]{1,2000})」|『(?P<c>[^『』]{1,2000})』|\"(?P<d>[^\"]{1,2000})\""
)
_VERB_ZH = (
    r"(?:说道?|說道?|问道?|問道?|答道?|回答|回复|回覆|回应|回話|表示|表達|喊道?|解释|解釋|安抚|告诉|告知|询问|詢問|追问|反问|"
    r"补充|抱怨|质问|道歉|开口|继续|强调|強調)"
)
_VERB_EN = (
    r"(?:says?|said|asks?|asked|repl(?:y|ies|ied)|answers?|answered|explain(?:s|ed)?|respond(?:s|ed)?|"
    r"continue[sd]?|add(?:s|ed)?|complain(?:s|ed)?)"
)
_NAME_ZH = r"[\u4e00-\u9fff]{1,8}"
_INSIDE_CLAUSE = r"[^。！？!?；;：:“”「」\r\n]"
_BEFORE = re.compile(
    rf"(?:^|[\s。！？!?；;，,：:”」』\"）)])(?P<clause>"
    rf"(?:然后|接着|随后|於是|于是|这时|此时)?(?P<name>{_NAME_ZH}){_INSIDE_CLAUSE}{{0,14}}?"
    rf"{_VERB_ZH}{_INSIDE_CLAUSE}{{0,8}}[：:，,]?\s*|"
    rf"(?P<bare>{_NAME_ZH})[：:]\s*|"
    rf"(?:[Tt]he )?(?P<english>[A-Za-z]+(?: [A-Z][a-z]+)?)(?: [a-z]+ly)? {_VERB_EN}[^.!?\"“”]{{0,24}}[,:]?\s*)$"
)
_AFTER = re.compile(
    rf"\s*[，,]?\s*(?:(?P<name>{_NAME_ZH}){_INSIDE_CLAUSE}{{0,10}}?{_VERB_ZH}(?:着|了)?[。.！!，,](?!\s*[“「『])|"
    rf"(?:{_VERB_EN} (?:the )?(?P<english>[A-Za-z]+)|(?:the )?(?P<english2>[A-Za-z]+) {_VERB_EN})[.,]?)"
)


class QuotedSpeech(NamedTuple):
    """A quotation with its speaker; `start` and `end` enclose marks and attribution, `text` the words
    alone.
    """

    speaker: str
    start: int
    end: int
    text: tuple[int, int]


def read_quoted(source: str) -> Layout | None:
    """The quoted dialogue in `source`; None unless quotations of two different speakers are attributed."""
    speeches = list(_speeches(source))
    if len({known_role(speech.speaker) or speech.speaker for speech in speeches}) < 2:
        return None
    return Layout("quoted", tuple(_segments(source, speeches)))


def _speeches(source: str) -> Iterator[QuotedSpeech]:
    last_end = 0
    for quote in _QUOTE.finditer(source):
        group = next(name for name in "abcd" if quote[name] is not None)
        before = _BEFORE.search(source[max(last_end, quote.start() - 60) : quote.start()])
        name = _name_in(before)
        if before and name:
            start = quote.start() - len(before["clause"])
            yield QuotedSpeech(name, start, quote.end(), quote.span(group))
            last_end = quote.end()
        elif (after := _AFTER.match(source, quote.end())) and (name := _name_in(after)):
            yield QuotedSpeech(name, quote.start(), after.end(), quote.span(group))
            last_end = after.end()


def _name_in(match: re.Match[str] | None) -> str | None:
    """The named speaker, if its role or title shows that it is a person."""
    if match is None:
        return None
    names = [value for key, value in match.groupdict().items() if value and key != "clause"]
    return next((found for name in names for found in _people_in(name)), None)


def _people_in(name: str) -> Iterator[str]:
    """Known speakers within the subject of a clause, longest first: 客服 in 客服对客户."""
    if name.isascii():
        yield from (part for part in (name, name.split()[0]) if known_role(part))
        return
    for start in range(len(name)):
        for end in range(len(name), start, -1):
            if known_role(name[start:end]) or is_honorific(name[start:end]):
                yield name[start:end]


def _segments(source: str, speeches: list[QuotedSpeech]) -> Iterator[Segment]:
    at = 0
    for speech in speeches:
        yield from _narration(source, at, speech.start)
        yield Segment(speech.speaker, *speech.text)
        at = speech.end
    yield from _narration(source, at, len(source))


def _narration(source: str, start: int, end: int) -> Iterator[Segment]:
    if re.search(r"\w", source[start:end]):
        yield Segment(None, start, end, kind="preamble")
