"""A conversation written as text: the best of its possible layouts, cut into turns."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from evaluator.text import fold
from evaluator.transcript import times
from evaluator.transcript.asides import is_internal
from evaluator.transcript.candidates import Candidate, candidates
from evaluator.transcript.cutting import Cut
from evaluator.transcript.names import is_role_word, known_role
from evaluator.transcript.segments import Layout, Segment, lines_of
from evaluator.transcript.tuned import NEAR_LAYOUT
from evaluator.transcript.turns import Assumption

_INTERJECTION = re.compile(
    r"[【（(\[<〈「]\s{0,4}(?P<name>[^\s:：【】（）()\[\]<>「」\r\n]{1,20})\s{0,2}[:：][^【】（）()\[\]<>「」\r\n]{1,200}[】）)\]>〉」]"
)
_LABEL = re.compile(
    r"(?:(?<![\u3400-\u9fffA-Za-z“「『\"])|(?<=n))(?P<name>[\u3400-\u9fff]{1,6}|[A-Za-z]{3,20})[ \t]?[:：]"
)
_OPENING = tuple("[【(（{<")
_MOST_NAMED = 5  # most rejected labels mentioned by name


def read_dialogue(source: str, named: Collection[str] = ()) -> Layout | None:
    """The conversation in `source`, or None if no layout explains it; `named` are speakers that the caller knows."""
    lines = list(lines_of(source))
    found = candidates(lines, {fold(name) for name in named})
    if not found:
        return None
    best = found[0]
    cut = Cut(source, lines, best)
    segments = _with_times_at_the_edge(source, tuple(cut.segments()))
    segments = tuple(part for one in segments for part in _without_interjections(source, one))
    segments = tuple(replace(one, kind="system") if _is_internal(source, one) else one for one in segments)
    return Layout(
        "chat_export" if best.is_export else "dialogue",
        segments,
        (*_assumptions(best, found[1:]), *_without_words(source, segments), *_labels_inside(source, segments)),
        tuple(cut.declared.items()),
    )


def _is_internal(source: str, one: Segment) -> bool:
    return one.kind == "speech" and bool(one.speaker) and is_internal(source[one.start : one.end].lstrip())


def _without_interjections(source: str, one: Segment) -> Iterator[Segment]:
    """The segment with what another says or is called inside its brackets ("请讲【客户：喂】您说") as quotations: it is not this
    speaker's words."""
    at = one.start
    if one.kind == "speech" and one.speaker:
        for match in _INTERJECTION.finditer(source, one.start, one.end):
            role = known_role(match["name"])
            if role and role != known_role(one.speaker) and fold(match["name"]) != fold(one.speaker):
                yield replace(one, start=at, end=match.start())
                yield Segment(None, match.start(), match.end(), one.time, "quotation")
                at = match.end()
    yield replace(one, start=at)


def _with_times_at_the_edge(source: str, segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """With the times that stand at the beginning or end of the words of every turn as times: "Agent: [00:05] Hello", and
    "Hello        10:22:05" in a column to the right."""
    spoken = [one for one in segments if one.speaker and one.kind == "speech" and source[one.start : one.end].strip()]
    if len(spoken) < 2 or any(one.time for one in spoken):
        return segments
    for edge in (_behind_time, _before_time):
        cut = {one: edge(source, one) for one in spoken}
        if all(cut.values()):
            return tuple(cut.get(one) or one for one in segments)
    return segments


def _behind_time(source: str, one: Segment) -> Segment | None:
    begin = one.start + len(source[one.start : one.end]) - len(source[one.start : one.end].lstrip())
    stamp = times.leading(source[begin : one.end]) if source[begin : begin + 1] in _OPENING else None
    rest = begin + stamp.end if stamp else one.end
    return replace(one, start=rest, time=stamp.time) if stamp and source[rest : one.end].strip() else None


def _before_time(source: str, one: Segment) -> Segment | None:
    text = source[one.start : one.end].rstrip()
    line = text[max(text.rfind("\n"), text.rfind("\r")) + 1 :]
    stamp = times.trailing(line)
    if stamp is None or not text[: len(text) - len(line) + stamp.start].strip():
        return None
    gap = line[stamp.start : stamp.end]
    apart = gap[:1] == "\t" or line[: stamp.start + 1].endswith(("  ", "\t")) or gap.strip()[:1] in _OPENING
    end = one.start + len(text) - (len(line) - stamp.start)
    return replace(one, end=end, time=stamp.time) if apart else None


def opens_as_dialogue(layout: Layout | None, source: str) -> bool:
    """Whether the text starts with a speaker of a known role and a second role follows: a call, not an essay."""
    if layout is None:
        return False
    filled = [one for one in layout.segments if source[one.start : one.end].strip()]
    return bool(filled) and filled[0].kind in ("speech", "system") and len(stated_roles(layout)) > 1


def stated_roles(layout: Layout) -> set[str]:
    """The roles that the speakers' names state by themselves."""
    return {role for one in layout.segments if one.speaker and (role := known_role(one.speaker))}


def _assumptions(best: Candidate, others: list[Candidate]) -> tuple[Assumption, ...]:
    about = [Assumption(code=code, values={"speaker": name}) for code, name in best.doubts]
    left = best.accepted.left[:_MOST_NAMED]
    about += [Assumption(code="label_kept_as_text", values={"label": name}) for name in left]
    names = {fold(head.name) for head in best.heads}
    rival = next((one for one in others if one.score >= NEAR_LAYOUT * best.score and not _agrees(one, names)), None)
    if rival is not None:
        values = {"speakers": ", ".join(dict.fromkeys(head.name for head in best.heads[:6]))}
        values["others"] = ", ".join(dict.fromkeys(head.name for head in rival.heads[:6]))
        about.append(Assumption(code="layout_doubtful", values=values))
    return tuple(about)


def _without_words(source: str, segments: Sequence[Segment]) -> list[Assumption]:
    """Notes speakers whose names are not followed by any words: words may have been lost earlier."""
    speech = [one for one in segments if one.kind == "speech"]
    silent = [
        one.speaker
        for one, after in zip_longest(speech, speech[1:])  # behind a quotation the same turn goes on
        if one.speaker and not source[one.start : one.end].strip() and (after is None or after.speaker != one.speaker)
    ]
    values = {"count": str(len(silent)), "speakers": ", ".join(list(dict.fromkeys(silent))[:_MOST_NAMED])}
    return [Assumption(code="labels_without_words", values=values)] if silent else []


def _labels_inside(source: str, segments: Sequence[Segment]) -> Iterator[Assumption]:
    """A doubt about labels of the other side within the words of the only speaker: turns that were not told apart."""
    spoken = [one for one in segments if one.kind == "speech" and one.speaker]
    role = known_role(spoken[0].speaker or "") if spoken else None
    if role is None or len({one.speaker for one in spoken}) > 1:
        return
    for one in spoken:
        for match in _LABEL.finditer(source, one.start, one.end):
            other = known_role(match["name"])
            if other and other != role and is_role_word(match["name"]):
                yield Assumption(code="label_left_doubtful", values={"speaker": match["name"]})
                return


def _agrees(one: Candidate, names: set[str]) -> bool:
    return {fold(head.name) for head in one.heads} <= names
