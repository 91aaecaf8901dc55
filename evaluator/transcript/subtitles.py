"""Subtitle files, SRT and WebVTT (and ASS, see `ass_subtitles`), read with webvtt-py: cues with times, and speakers in `<v Name>` or before a colon.

Blank lines inside a cue are closed before parsing, since WebVTT would end the cue there and drop the rest; text outside
cues is kept as program lines.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from evaluator.errors import InputError
from evaluator.transcript.ass_subtitles import read_ass
from evaluator.transcript.dialogue import read_dialogue
from evaluator.transcript.segments import INVISIBLE, Layout, plain_of
from evaluator.transcript.structured import Message, written_out
from evaluator.transcript.turns import Assumption

_STAMP = r"(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}"
_TIMING = re.compile(rf"\s*(?P<begin>{_STAMP})\s*-->\s*(?P<end>{_STAMP})(?P<rest>.*)")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+(?P<name>[^>\r\n]{1,80})>")
_TAG = re.compile(r"</?(?:[cibuv]|lang|ruby|rt|font|\d\d:)[^<>]{0,100}>", re.IGNORECASE)
_NAMING = re.compile(r"\d+\s+(?:\"(?P<name>[^\"]{1,60})\"|[^\"\d][^\"]{0,59})(?:\s+\(\d+\))?")
_BLOCK = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")


def read_subtitles(source: str) -> tuple[str, Layout] | None:
    """The cues of an SRT, WebVTT, ASS or SSA file written out as turns, and their layout; None if the text has no cues."""
    if found := read_ass(source):
        return _written("ass", *found, count=len(found[0]))
    lines = plain_of(source.lstrip(INVISIBLE)).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    timings = [place for place, line in enumerate(lines) if _TIMING.match(line)]
    is_vtt = lines[0].startswith("WEBVTT")
    opens = bool(timings) and timings[0] <= 1
    if not timings or not (is_vtt or len(timings) > 1 or opens):
        return None
    cues = [message for begin, text in _cues(lines, timings) for message in _voices(begin, text)]
    cues = _named_by_identifiers(cues, [lines[place - 1] if place else "" for place in timings])
    outside = _outside(lines, timings, is_vtt)
    return _written("vtt" if is_vtt else "srt", cues, outside, [], count=len(timings))


def _written(
    format: str, cues: list[Message], outside: list[str], about: list[Assumption], *, count: int
) -> tuple[str, Layout]:
    """The cues written out below the lines that stood outside them. Raises InputError if no cue has words."""
    messages, assumed = _with_labels(cues)
    titles = [Message(None, line, kind="system") for line in outside if line]
    if not any(message.text.strip() for message in messages):
        raise InputError("transcript_no_words", count=count)
    found = written_out(format, [*titles, *messages], [*about, *assumed])
    assert found is not None
    return found


def _cues(lines: Sequence[str], timings: Sequence[int]) -> Iterator[tuple[str, str]]:
    """(start, text with its tags) of every cue, in file order."""
    import webvtt

    for place, following in zip(timings, [*timings[1:], len(lines)], strict=True):
        match = _TIMING.match(lines[place])
        body = [line for line in lines[place + 1 : following] if line.strip()]
        if following < len(lines) and body and _is_index(lines, following, body[-1]):
            body.pop()
        body = _without_blocks(lines[place + 1 : following], body)
        if match is None or not body:
            continue
        begin, end = (_full(match[name]) for name in ("begin", "end"))
        read = webvtt.from_string("\n".join(["WEBVTT", "", f"{begin} --> {end}", *body]))
        yield begin, "\n".join(caption.raw_text for caption in read.captions)


def _named_by_identifiers(cues: list[Message], identifiers: Sequence[str]) -> list[Message]:
    """The cues with the speakers that their identifiers name, as Webex writes them: `1 "Nick Miller" (1234567)`."""
    names = [match["name"] for line in identifiers if (match := _NAMING.fullmatch(line.strip()))]
    if len(names) != len(cues) or any(cue.speaker for cue in cues) or len(set(names)) == len(names) > 2:
        return cues
    return [Message(name, cue.text, cue.time) for name, cue in zip(names, cues, strict=True)]


def _is_index(lines: Sequence[str], timing: int, last: str) -> bool:
    """Whether the last non-blank line above a cue is its identifier: directly above it, after a blank line."""
    above = timing - 1
    if above < 1 or lines[above] != last:
        return False
    return last.strip().isdigit() or not lines[above - 1].strip()


def _without_blocks(raw: Sequence[str], body: list[str]) -> list[str]:
    """The cue's lines before a NOTE, STYLE or REGION block below it."""
    for place, line in enumerate(raw):
        if _BLOCK.match(line) and (place == 0 or not raw[place - 1].strip()):
            return [one for one in raw[:place] if one.strip()]
    return body


def _full(stamp: str) -> str:
    """A time in WebVTT's form: hours, minutes, seconds, a point and three digits."""
    parts = stamp.replace(",", ".").split(":")
    seconds, _, fraction = parts[-1].partition(".")
    hours = int(parts[-3]) if len(parts) > 2 else 0
    return f"{hours:02d}:{int(parts[-2]):02d}:{int(seconds):02d}.{fraction[:3]:0<3}"


def _outside(lines: Sequence[str], timings: Sequence[int], is_vtt: bool) -> list[str]:
    """Titles and notes: the text above the first cue, and blocks between cues."""
    first = timings[0] - 1 if timings[0] and lines[timings[0] - 1].strip() else timings[0]
    index = timings[0] and (lines[timings[0] - 1].strip().isdigit() or not is_vtt)
    found = [line.strip() for line in lines[: first if index else timings[0]] if line.strip()]
    if is_vtt and found:
        found[0] = found[0].removeprefix("WEBVTT").strip(" -\t")
    in_block = False
    for place, line in enumerate(lines[timings[0] :], start=timings[0]):
        if _TIMING.match(line):
            in_block = False
        elif _BLOCK.match(line) and not lines[place - 1].strip():
            in_block = True
        if in_block and line.strip() and not _is_identifier(lines, place):
            found.append(line.strip())
    return [line for line in found if line]


def _is_identifier(lines: Sequence[str], place: int) -> bool:
    return place + 1 < len(lines) and bool(_TIMING.match(lines[place + 1]))


def _voices(begin: str, text: str) -> Iterator[Message]:
    """One message per `<v>` tag, or one for the whole cue."""
    tags = list(_VOICE.finditer(text))
    before = text[: tags[0].start()] if tags else text
    if _plain(before):
        yield Message(None, _plain(before), begin)
    for tag, following in zip_longest(tags, tags[1:]):
        words = _plain(text[tag.end() : following.start() if following else len(text)])
        yield Message(html.unescape(tag["name"]).strip(), words, begin)


def _plain(text: str) -> str:
    return html.unescape(_TAG.sub("", text)).strip()


def _with_labels(cues: list[Message]) -> tuple[list[Message], list[Assumption]]:
    """Names before a colon inside cues; a cue without a name continues the last speaker, which is stated."""
    if any(cue.speaker for cue in cues):
        return _carried_on(cues)
    text, starts = "", []
    for cue in cues:
        starts.append(len(text))
        text += cue.text + "\n"
    layout = read_dialogue(text)
    if layout is None or not any(one.speaker for one in layout.segments):
        return cues, []
    parts = [part for cue, start in zip(cues, starts, strict=True) for part in _cut(layout, text, cue, start)]
    messages, assumed = _carried_on(parts)
    return messages, [*layout.assumptions, *assumed]


def _cut(layout: Layout, text: str, cue: Message, start: int) -> Iterator[Message]:
    """The parts of one cue for each segment; a cue may contain several."""
    end = start + len(cue.text)
    for one in layout.segments:
        begin, stop = max(one.start, start), min(one.end, end)
        if begin < stop and text[begin:stop].strip():
            named_here = one.kind == "speech" and one.start >= start
            kind = one.kind if one.kind in ("system", "quotation") else "speech"
            yield Message(one.speaker if named_here else None, text[begin:stop], cue.time, kind=kind)


def _carried_on(cues: list[Message]) -> tuple[list[Message], list[Assumption]]:
    done: list[Message] = []
    carried, last = 0, None
    for cue in cues:
        if cue.kind == "speech" and cue.speaker is None and last is not None:
            carried += 1
            cue = Message(last, cue.text, cue.time)
        last = cue.speaker or last
        done.append(cue)
    about = [Assumption(code="cue_continues_speaker", values={"count": str(carried)})] if carried else []
    return done, about
