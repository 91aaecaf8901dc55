"""Subtitle files, SRT and WebVTT: cues with times, and speakers in `<v Name>` or before a colon."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from evaluator.transcript.labels import read_labels
from evaluator.transcript.segments import Layout, Piece, trimmed
from evaluator.transcript.turns import Assumption

_STAMP = r"(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}"
_CUE = re.compile(
    rf"^[ \t\ufeff]*(?P<begin>{_STAMP})[ \t]*-->[ \t]*{_STAMP}[^\r\n]*(?:\r\n|\n|\r|\Z)"
    rf"(?P<text>(?:(?![ \t]*(?:\d+[ \t]*(?:\r\n|\n|\r))?[ \t]*{_STAMP}[ \t]*-->)"
    r"[ \t]*\S[^\r\n]*(?:\r\n|\n|\r|\Z))*)",
    re.MULTILINE,
)
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+(?P<name>[^>\r\n]{1,80})>")
_CLOSED = re.compile(r"(?:\s*</v>)+\s*\Z")


def read_subtitles(source: str) -> Layout | None:
    """The cues of an SRT or WebVTT file as pieces; None if the text has no cues."""
    is_vtt = source.lstrip("\ufeff \t\r\n").startswith("WEBVTT")
    cues = list(_CUE.finditer(source))
    if not cues or not (is_vtt or len(cues) > 1 or re.match(r"\s*(\d+\s+)?[\d:.,]+\s*-->", source)):
        return None
    pieces = [piece for cue in cues for piece in _voices(source, cue)]
    pieces, assumed = _with_labels(source, pieces)
    return Layout("vtt" if is_vtt else "srt", tuple(pieces), assumed)


def _voices(source: str, cue: re.Match[str]) -> Iterator[Piece]:
    """One piece a `<v>` tag, or one for the whole cue."""
    start, end = cue.span("text")
    tags = list(_VOICE.finditer(source, start, end))
    if not tags or source[start : tags[0].start()].strip():
        yield Piece(None, start, tags[0].start() if tags else end, cue["begin"])
    for tag, following in zip_longest(tags, tags[1:]):
        stop = following.start() if following else end
        closed = _CLOSED.search(source, tag.end(), stop)
        yield Piece(tag["name"].strip(), tag.end(), closed.start() if closed else stop, cue["begin"])


def _with_labels(source: str, pieces: list[Piece]) -> tuple[list[Piece], tuple[Assumption, ...]]:
    """Names before a colon inside cues; a cue without a name goes on with the last speaker, which is said."""
    if any(piece.speaker for piece in pieces):
        return _carried_on(pieces)
    texts, offsets, length = [], [], 0
    for piece in map(lambda item: trimmed(source, item), pieces):
        texts.append(source[piece.start : piece.end])
        offsets.append((length, piece))
        length += len(texts[-1]) + 1
    layout = read_labels("\n".join(texts))
    if layout is None:
        return pieces, ()
    return _carried_on([part for offset, piece in offsets for part in _cut(layout, offset, piece)])


def _cut(layout: Layout, offset: int, cue: Piece) -> Iterator[Piece]:
    """The part of each labelled piece that lies in this cue, moved back to the source; a cue may hold
    several.
    """
    end = offset + cue.end - cue.start
    for piece in layout.pieces:
        start, stop = max(piece.start, offset), min(piece.end, end)
        if start < stop:
            named_here = piece.kind == "speech" and piece.start >= offset
            speaker = piece.speaker if named_here else None
            yield Piece(speaker, cue.start + start - offset, cue.start + stop - offset, cue.time)


def _carried_on(pieces: list[Piece]) -> tuple[list[Piece], tuple[Assumption, ...]]:
    done: list[Piece] = []
    carried = 0
    for piece in pieces:
        if piece.speaker is None and done:
            carried += 1
            piece = Piece(done[-1].speaker, piece.start, piece.end, piece.time)
        done.append(piece)
    assumed = Assumption(code="cue_continues_speaker", values={"count": str(carried)})
    return done, (assumed,) if carried else ()
