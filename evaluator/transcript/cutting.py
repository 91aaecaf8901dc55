"""Cuts a text at the heads of its layout into segments, without losing anything.

Each line belongs to a speaker, to the program, to a quotation, or to the text around the dialogue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from evaluator.rubric import Role
from evaluator.text import fold
from evaluator.transcript import times
from evaluator.transcript.asides import begins_written_part, is_direction, is_last, is_rule, is_system, quotations
from evaluator.transcript.candidates import Candidate
from evaluator.transcript.heads import Head
from evaluator.transcript.names import known_role
from evaluator.transcript.segments import Segment, SegmentKind, SourceLine

_NAME_OF = re.compile(r"(?:姓名|名称|名字|工号|\s?name)$", re.IGNORECASE)
_HEADER_LINES = 20
_JOINT = re.compile(r"[ \t]+[|/]{1,2}[ \t]*\Z")  # between turns on one line
_UNREAD_LABEL = re.compile(r"\s*[^\s:：*][^:：]{0,59}[:：]\s*[^\s:：\d]")


class Cut:
    """The segments of a text in one layout, and the roles that its header declares."""

    def __init__(self, source: str, lines: Sequence[SourceLine], chosen: Candidate) -> None:
        self.source, self.lines, self.chosen = source, lines, chosen
        self.declared: dict[str, Role] = {}
        self.heads: dict[int, list[Head]] = {}
        names = {fold(head.name) for head in chosen.heads}
        declarations = {place for place in self._declarations(names)}
        for head in chosen.heads:
            if head.line not in declarations:
                self.heads.setdefault(head.line, []).append(head)
        self.quoted = quotations(lines)
        self.time_kinds = {times.kind_of(head.time) for head in chosen.heads if head.time}
        self.timed = self._timed_throughout()
        self.last_head = max(self.heads, default=-1)
        self.first_head = min(self.heads, default=len(lines))

    def segments(self) -> Iterator[Segment]:
        """All segments in text order."""
        current, resume = Segment(None, 0, 0, kind="preamble"), Segment(None, 0, 0, kind="preamble")
        after_blank, over = True, False
        for place, line in enumerate(self.lines):
            if place in self.chosen.used and place not in self.heads:
                continue
            if heads := self.heads.get(place):
                yield current
                over = False
                *whole, current = self._turns(line, heads)
                yield from whole
                resume = current
            elif (kind := self._kind(place, current, resume, after_blank, over)) is None:
                current = Segment(current.speaker, current.start, line.end, current.time, current.kind)
            else:
                yield current
                speaker = resume.speaker if kind == resume.kind and not self._names_nobody(line) else None
                time = resume.time
                start = line.start
                if times.is_time(line.plain.strip()):
                    start, time = line.end, times.time_in(line.plain) or time
                current = Segment(speaker, start, line.end, time, kind)
                over = over or (kind == "system" and is_last(line.plain))
                resume = current if kind in ("speech", "written") else resume
            after_blank = line.is_blank
        yield current

    def _turns(self, line: SourceLine, heads: list[Head]) -> Iterator[Segment]:
        """The turns that start on one line; words before an inline head belong to the previous turn."""
        time = heads[0].time
        for head, following in zip(heads, [*heads[1:], None], strict=True):
            end = following.start if following else max(line.end, head.text_start)
            stamp = times.trailing(self.source[head.text_start : end].rstrip()) if following else None
            if following and not stamp:
                end = head.text_start + len(_JOINT.sub("", self.source[head.text_start : end]))
            yield Segment(head.name, min(head.text_start, end), head.text_start + stamp.start if stamp else end, time)
            time = stamp.time if stamp else following.time if following else None  # it stands before the next name

    def _kind(self, place: int, current: Segment, resume: Segment, after_blank: bool, over: bool) -> SegmentKind | None:
        """What starts on this line; None if it continues the text above."""
        line = self.lines[place]
        if line.is_blank:
            return None
        before = place < self.first_head
        if times.is_time(line.plain.strip()):
            return resume.kind if not before or current.kind == "system" else "preamble"
        if self._names_nobody(line):
            return "speech"
        if is_system(line.plain) or over or (self.timed and self._has_time_of_a_head(line)):
            return "system"
        if before:
            return "preamble" if current.kind != "preamble" else None
        if place in self.quoted:
            return "quotation"
        if is_rule(line.plain):
            return "system"
        if not self.chosen.is_export:
            if is_direction(line.plain):
                return "direction"
            written = current.kind not in ("preamble", "written") and place > self.last_head
            if written and begins_written_part(line.text, current.kind, current.speaker, after_blank):
                return "written"
        return resume.kind if current.kind in ("direction", "system", "quotation") else None

    def _timed_throughout(self) -> bool:
        """Whether every head starts with a time, so that a line with a time but no name is the program's."""
        heads = [head for found in self.heads.values() for head in found if not head.inline]
        return len(heads) > 1 and all(head.time_first for head in heads)

    def _has_time_of_a_head(self, line: SourceLine) -> bool:
        lead = times.leading(line.plain, len(line.plain) - len(line.plain.lstrip()))
        return lead is not None and times.kind_of(lead.time) in self.time_kinds

    def _names_nobody(self, line: SourceLine) -> bool:
        """Whether the line has a head's time and something before a colon that was not taken as a name: somebody's words, but
        nobody knows whose.
        """
        if not self.timed or is_system(line.plain) or not self._has_time_of_a_head(line):
            return False
        lead = times.leading(line.plain, len(line.plain) - len(line.plain.lstrip()))
        rest = line.plain[lead.end :] if lead else ""
        return bool(_UNREAD_LABEL.match(rest)) and not is_system(rest)

    def _declarations(self, names: set[str]) -> Iterator[int]:
        """Lines above the dialogue that declare roles: "客服：小李", "Agent Nick M". The names speak below."""
        for place, line in enumerate(self.lines[:_HEADER_LINES]):
            for role_word, name in _pairs(line.plain.strip()):
                role = known_role(_NAME_OF.sub("", role_word))
                if role and fold(name) in names and fold(name) != fold(role_word) and self._speaks(fold(name), place):
                    self.declared[name] = role
                    yield place
                    break

    def _speaks(self, name: str, declared_at: int) -> bool:
        return any(fold(head.name) == name and head.line > declared_at for head in self.chosen.heads)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """The ways to read a short line as a role and a name."""
    if len(text) > 80:
        return
    before, colon, after = text.replace("：", ":").partition(":")
    if colon:
        yield before.strip(), after.strip(" 。.")
        return
    words = text.split()
    for size in (1, 2):
        if len(words) > size:
            yield " ".join(words[:size]), " ".join(words[size:])
