"""The possible layouts of a text, each with its heads and a score.

Every family of heads yields one candidate: its heads, the names among them that are speakers, and how well this
explains the text (stated roles, recurring names, times, alternating turns, little text before the first head). The best
one is the layout; a close second with different speakers is a doubt.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from evaluator.text import fold
from evaluator.transcript import times
from evaluator.transcript.acceptance import Accepted, accept
from evaluator.transcript.asides import is_system
from evaluator.transcript.headers import without_header
from evaluator.transcript.heads import Head, HeadShape, clean_name, has_role_in_front, readings
from evaluator.transcript.names import (
    field_strength,
    hinted_role,
    is_honorific,
    is_letter,
    is_person,
    is_phone,
    is_self,
    known_role,
)
from evaluator.transcript.notes import with_notes
from evaluator.transcript.segments import SourceLine
from evaluator.transcript.tuned import LAYOUT_FROM

_STOPS = (".", "．", "、")
_FEW_LINES = 3  # a dialogue pasted into so few lines has its labels inside them
_TITLE_LINES = 12
_FIRST_WORDS = 120
_INLINE = re.compile(
    r"(?<=[。！？!?；;.”」』）)…\s])(?P<name>[\u4e00-\u9fff][\u4e00-\u9fff\w]{1,9}|[A-Z][\w'-]{0,14}(?: [A-Z][\w'-]{0,14})?|Q|A)"
    r"[ ]?[:：](?=\s*[^\s/\\])(?!\d\d\b)\s*"
)
_FILLERS = re.compile(
    r"(?:好的?|嗯+|哦+|啊|是的?|对的?|行|可以|谢谢.?|不客气|再见|拜拜|您好|你好|没有了?|ok(?:ay)?|yes|no|yeah|thanks?|thank you|"
    r"hi|hello|bye|sure|right|great|please|sorry)[。.!！~～]*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Candidate:
    """One way to read the text: heads in order (only those of accepted names), lines consumed as times, and a score."""

    family: str
    heads: tuple[Head, ...]
    accepted: Accepted
    score: float = 0.0
    used: frozenset[int] = frozenset()  # positions of lines that belong to a head above or below them
    doubts: tuple[tuple[str, str], ...] = field(default=())  # code of an assumption, and the name that it is about

    @property
    def is_export(self) -> bool:
        """Whether name and time precede the words, as programs write them."""
        return self.family in ("above", "alone_time", "time_alone")


class Readings:
    """All readings of all lines of one text, computed once."""

    def __init__(self, lines: Sequence[SourceLine], named: Collection[str]) -> None:
        self.lines, self.named = lines, named
        self.filled = [place for place, line in enumerate(lines) if not line.is_blank]
        self.heads: dict[HeadShape, list[Head]] = {shape: [] for shape in HeadShape}
        self.time_lines = {place for place in self.filled if times.is_time(lines[place].plain.strip())}
        for place in self.filled:
            if place in self.time_lines or is_system(lines[place].plain):
                continue
            for head in readings(lines[place], place):
                self.heads[head.shape].append(head)
        self.heads = {shape: with_notes(heads) for shape, heads in self.heads.items()}
        self.after = self._following()

    def _following(self) -> dict[int, int]:
        """The next non-blank line for each non-blank line."""
        return dict(pairwise(self.filled))

    @property
    def first_blank(self) -> int:
        """The first blank line below the top of the text; 0 if there is none."""
        between = (one + 1 for one, other in pairwise(self.filled) if other - one > 1)
        return next(between, 0)

    def words_behind(self, head: Head) -> str:
        """The first words after a head on its line."""
        line = self.lines[head.line]
        at = head.text_start - line.start
        return line.text[at : at + _FIRST_WORDS].strip()


def candidates(lines: Sequence[SourceLine], named: Collection[str]) -> list[Candidate]:
    """All layouts that explain something of the text, best first."""
    read = Readings(lines, named)
    found = [
        _labels(read),
        _above(read),
        *(_one_line(read, shape) for shape in (HeadShape.WITHIN, HeadShape.SPACE, HeadShape.DASH, HeadShape.SIGN)),
        _alone(read),
        _alone_with_time(read),
        _time_then_alone(read),
    ]
    return sorted((one for one in found if one is not None), key=lambda one: -one.score)


def _labels(read: Readings) -> Candidate | None:
    """Names before a colon or in brackets; several per line if a dialogue was pasted into one."""
    by_line: dict[int, Head] = {head.line: head for head in _paired(read.heads[HeadShape.COLON], read)}
    bare = {read.after.get(place) for place, head in by_line.items() if not read.words_behind(head)}
    by_line |= {head.line: head for head in read.heads[HeadShape.BRACKET] if _bracket_counts(head, by_line, bare)}
    heads = [by_line[place] for place in sorted(by_line)]
    heads = without_header(heads, [read.words_behind(head) for head in heads], read.first_blank)
    inside = [head for place in read.filled for head in _inside(read, place, by_line.get(place))]
    whole = len(read.filled) <= _FEW_LINES
    pool = sorted([*heads, *inside], key=lambda head: head.start) if whole else heads
    accepted = accept(pool, [read.words_behind(head) for head in pool], read.named)
    if not accepted.names:
        return None
    speaking = [head for head in pool if fold(head.name) in accepted.names]
    if not whole:
        wanted = [one for one in inside if _belongs(one, accepted.names)]
        speaking = sorted([*speaking, *wanted], key=lambda head: head.start)
    speaking = _that_change_speaker(speaking)
    if not _carries(read, pool, speaking, accepted.names):
        return None
    doubts = [("label_doubtful", name) for name in accepted.doubtful]
    doubts += [("label_left_doubtful", name) for name in accepted.left_doubtful]
    return _scored(read, Candidate("labels", tuple(speaking), accepted, doubts=tuple(doubts)))


def _paired(heads: Sequence[Head], read: Readings) -> list[Head]:
    """The heads without "Q." and "A." that have no counterpart: a lone "A." is an option."""
    stopped = {
        head for head in heads if read.lines[head.line].plain[: head.text_start - head.start].rstrip()[-1:] in _STOPS
    }
    if len({fold(head.name) for head in stopped}) > 1:
        return list(heads)
    return [head for head in heads if head not in stopped]


def _bracket_counts(head: Head, by_line: dict[int, Head], bare: Collection[int | None]) -> bool:
    """Whether a bracket counts as a speaker: not before a colon that ends another name ("[图片] 客服："), nor as the first
    words below a name ("[捂脸]漏水了").
    """
    other = by_line.get(head.line)
    if (head.line in bare and not known_role(head.name)) or (other and has_role_in_front(other.name)):
        return False
    return other is None or other.text_start <= head.text_start or bool(known_role(head.name))


def _inside(read: Readings, place: int, first: Head | None) -> Iterator[Head]:
    """Labels on the same line after another speaker's words."""
    line = read.lines[place]
    for match in _INLINE.finditer(line.plain, first.text_start - line.start if first else 0):
        name = clean_name(match["name"]).name
        if name:
            start, end = line.start + match.start(), line.start + match.end()
            yield Head(place, HeadShape.COLON, name, start, end, inline=True)


def _belongs(head: Head, names: Collection[str]) -> bool:
    return known_role(head.name) in ("agent", "customer") or (
        fold(head.name) in names and not field_strength(head.name)
    )


def _that_change_speaker(heads: list[Head]) -> list[Head]:
    """Keeps labels inside a line only if their role differs from the previous words' role: "请打客服：…" is not a turn."""
    kept: list[Head] = []
    for head in heads:
        if head.inline and kept:
            before = known_role(kept[-1].name) or fold(kept[-1].name)
            if (known_role(head.name) or fold(head.name)) == before:
                continue
        elif head.inline:
            continue
        kept.append(head)
    return kept


def _carries(read: Readings, pool: Sequence[Head], speaking: Sequence[Head], names: Collection[str]) -> bool:
    """Whether labels carry a dialogue: a single one deep inside a long text is a phrase, unless the caller named it."""
    if not speaking:
        return False
    if len(speaking) > 1 or len(read.filled) <= _FEW_LINES or fold(speaking[0].name) in read.named:
        return True
    return speaking[0] is pool[0]


def _above(read: Readings) -> Candidate | None:
    """Name and time above the words.

    Heads of one program write their times alike; "退款到账 18:00" inside a message of an export with dates is not a head,
    unless it has the name of one.
    """
    heads = _of_one_kind(read.heads[HeadShape.ABOVE])
    names = Counter(fold(head.name) for head in heads)
    exact = any(head.time and times.is_exact(head.time) for head in heads)
    returns = len(names) < len(heads) or any(known_role(name) or hinted_role(name) for name in names)
    if len(heads) < 2 or not (exact or returns):
        return None
    above = sum(place < heads[0].line and place not in read.time_lines for place in read.filled)
    if not exact and above > _TITLE_LINES:
        return None
    return _scored(read, Candidate("above", tuple(heads), Accepted(frozenset(names))))


def _of_one_kind(heads: list[Head]) -> list[Head]:
    if not heads:
        return []
    heads = _of_one_side(heads)
    kinds = Counter((times.kind_of(str(head.time)), head.time_first) for head in heads)
    exact = [kind for kind in kinds if kind[0][0] or kind[0][1]]
    best = max(exact, key=lambda kind: kinds[kind]) if exact and max(kinds[kind] for kind in exact) > 1 else None
    if best is None:
        return heads
    names = {fold(head.name) for head in heads if (times.kind_of(str(head.time)), head.time_first) == best}
    return [head for head in heads if fold(head.name) in names or _exact_role(head)]


def _of_one_side(heads: list[Head]) -> list[Head]:
    """The heads whose time stands on the same side of the name, if their names come back and those of the others do not:
    "00:15 处理方案" is a chapter of minutes whose turns begin with "说话人 1  00:15".
    """
    counts = Counter(fold(head.name) for head in heads)
    sides = [[head for head in heads if head.time_first is first] for first in (True, False)]
    few, many = sorted(sides, key=len)
    recurring = len({fold(head.name) for head in many}) < len(many)
    if not recurring or any(counts[fold(head.name)] > 1 or known_role(head.name) for head in few):
        return heads
    return many


def _exact_role(head: Head) -> bool:
    return known_role(head.name) is not None and head.time is not None and times.is_exact(head.time)


def _one_line(read: Readings, shape: HeadShape) -> Candidate | None:
    """Name and words on one line without a colon: only names that state roles or recur, on most lines."""
    longer = _longer_names(read, shape)
    heads = [head for head in read.heads[shape] if not _is_part_of(head, longer.get(head.line, ()))]
    counts = Counter(fold(head.name) for head in heads)
    heads = [head for head in heads if known_role(head.name) or counts[fold(head.name)] > 1]
    accepted = accept(heads, [read.words_behind(head) for head in heads], read.named)
    speaking = [head for head in heads if fold(head.name) in accepted.names]
    distinct = {fold(head.name) for head in speaking}
    share = len(speaking) / max(1, len(read.filled))
    if len(speaking) < 2 or len(distinct) < 2 or share < (0.2 if shape == HeadShape.WITHIN else 0.5):
        return None
    roles = {known_role(head.name) for head in speaking} - {None}
    if (
        shape == HeadShape.SPACE
        and len(roles) < 2
        and not all(known_role(head.name) or _is_named(head) for head in speaking)
    ):
        return None
    doubts = tuple(("label_doubtful", name) for name in accepted.doubtful)
    return _scored(read, Candidate(str(shape), tuple(speaking), accepted, doubts=doubts))


def _longer_names(read: Readings, shape: HeadShape) -> dict[int, list[str]]:
    """Names that are longer in another reading: before a colon or dash, or the whole line if it recurs."""
    found: dict[int, list[str]] = {}
    lines = Counter(head.name for head in read.heads[HeadShape.ALONE])
    others = [*read.heads[HeadShape.COLON], *(head for head in read.heads[HeadShape.ALONE] if lines[head.name] > 1)]
    others += read.heads[HeadShape.DASH] if shape != HeadShape.DASH else []
    for head in others:
        found.setdefault(head.line, []).append(head.name)
    return found


def _is_part_of(head: Head, names: Collection[str]) -> bool:
    """Whether the name is only the start of a line or of a longer name:

    "Nick" in "Nick Miller: …", "客服" in "客服 - …".
    """
    return any(name.startswith(head.name) for name in names)


def _is_named(head: Head) -> bool:
    """Whether the name looks like one: a person's, a number, a letter, or "me"."""
    name = fold(head.name)
    return is_letter(name) or is_honorific(name) or is_person(head.name) or is_phone(name) or is_self(name)


def _alone(read: Readings) -> Candidate | None:
    """Names alone on their lines with words below: role words, or names that recur and alternate."""
    pool = [head for head in read.heads[HeadShape.ALONE] if not _FILLERS.fullmatch(head.name)]
    counts = Counter(fold(head.name) for head in pool)
    roles = {name for name in counts if known_role(name)}
    marked = {fold(head.name) for head in pool if head.marked}
    names = roles | {name for name, n in counts.items() if n > 1 and (name in marked or field_strength(name) < 2)}
    heads = [head for head in pool if fold(head.name) in names]
    spoken = {head.line for head in heads}
    if any(read.after.get(head.line) in spoken or head.line not in read.after for head in heads):
        return None  # a name without words: these lines are something else
    if any(fold(one.name) == fold(other.name) for one, other in pairwise(heads)):
        return None
    distinct = {known_role(name) or name for name in names}
    above = sum(place < heads[0].line for place in read.filled) if heads else 0
    stated = len({known_role(name) for name in roles}) > 1
    if len(distinct) < 2 or (len(heads) == 2 and above) or above > _TITLE_LINES or not (stated or len(heads) > 3):
        return None
    plain = stated or all(known_role(head.name) or _is_named(head) for head in heads)
    doubts = () if plain else (("names_alone", heads[0].name),)
    return _scored(read, Candidate("alone", tuple(heads), Accepted(frozenset(names)), doubts=doubts))


def _alone_with_time(read: Readings) -> Candidate | None:
    """A name, then a line with the time, then the words, as in Slack; some repeat the name with the time."""
    heads, used = [], set[int]()
    alone = {head.line: head for head in read.heads[HeadShape.ALONE]}
    for place in read.time_lines:
        above = _line_before(read, place)
        if above in alone and place - above <= 2:
            head = alone[above]
            end, below = read.lines[place].end, read.after.get(place)
            used.add(place)
            if below is not None and _repeats(read, below, head.name):
                end = read.lines[below].end
                used.add(below)
            heads.append(head._replace(text_start=end, time=times.time_in(read.lines[place].plain)))
    return _with_times(read, "alone_time", heads, used)


def _repeats(read: Readings, place: int, name: str) -> bool:
    """Whether the line repeats the name with a time, as Teams copies do for screen readers."""
    text = read.lines[place].plain.strip()
    return text.startswith(name) and times.is_time(text[len(name) :].strip())


def _line_before(read: Readings, place: int) -> int:
    for before in range(place - 1, max(-1, place - 4), -1):
        if not read.lines[before].is_blank:
            return before
    return -1


def _time_then_alone(read: Readings) -> Candidate | None:
    """A time on its own line, then the name, then the words; or name, words and the time below them."""
    alone = {head.line: head for head in read.heads[HeadShape.ALONE]}
    heads, used = [], set[int]()
    for place in read.time_lines:
        below = read.after.get(place)
        if below in alone and read.after.get(below) not in read.time_lines:
            head = alone[below]
            heads.append(head._replace(start=read.lines[place].start, time=times.time_in(read.lines[place].plain)))
            used.add(place)
    first = alone.get(read.filled[0]) if heads else None
    if first and read.filled[-1] in read.time_lines and fold(first.name) in {fold(head.name) for head in heads}:
        heads, used = _with_times_below(read, [first, *heads]), read.time_lines
    return _with_times(read, "time_alone", heads, set(used))


def _with_times_below(read: Readings, heads: Sequence[Head]) -> list[Head]:
    """The heads with the time that stands below their words."""
    lines = sorted(read.time_lines)
    below = (lines[bisect(lines, head.line)] for head in heads)
    return [
        head._replace(start=read.lines[head.line].start, time=times.time_in(read.lines[place].plain))
        for head, place in zip(heads, below, strict=True)
    ]


def _with_times(read: Readings, family: str, heads: list[Head], used: set[int]) -> Candidate | None:
    heads.sort(key=lambda head: head.line)
    names = Counter(fold(head.name) for head in heads)
    stated = any(known_role(name) or hinted_role(name) for name in names)
    if len(heads) < 2 or (len(names) == len(heads) and not stated and not all(map(_is_named, heads))):
        return None
    own = {head.line for head in heads}
    kept = [head for head in heads if _has_words_below(read, head, own, used)]
    if len(kept) < 2:
        return None
    return _scored(read, Candidate(family, tuple(kept), Accepted(frozenset(names)), used=frozenset(used)))


def _has_words_below(read: Readings, head: Head, own: set[int], used: set[int]) -> bool:
    below = read.after.get(head.line)
    while below is not None and below in used:
        below = read.after.get(below)
    return below is not None and below not in own


def _scored(read: Readings, one: Candidate) -> Candidate | None:
    """The candidate with its score; None if it explains too little."""
    heads = one.heads
    counts = Counter(fold(head.name) for head in heads)
    score = sum(_worth(head, counts) for head in heads)
    changes = sum(fold(a.name) != fold(b.name) for a, b in pairwise(heads))
    score += 1.0 * changes / max(1, len(heads) - 1) * len(heads)
    score -= {"alone": 0.5, "space": 0.5, "dash": 0.5, "sign": 0.5}.get(one.family, 0.0) * len(heads)
    if len(counts) > 8 and len(counts) > len(heads) / 2:
        score -= 2.0 * len(heads)  # hardly any name recurs
    above = sum(place < heads[0].line and place not in read.time_lines for place in read.filled)
    score -= 0.3 * min(above, 30)
    score -= 1.5 * _without_words(read, one)
    if score < LAYOUT_FROM and not (set(counts) & set(read.named)):
        return None
    return Candidate(one.family, heads, one.accepted, score, one.used, one.doubts)


def _worth(head: Head, counts: Counter[str]) -> float:
    name = fold(head.name)
    worth = 3.0 if known_role(name) else 1.5 if hinted_role(name) or is_phone(name) else 0.0
    worth += 2.0 if head.time else 0.0
    worth += 1.0 if counts[name] > 1 else -0.5
    worth += 0.5 if is_honorific(name) or is_person(head.name) or is_letter(name) else 0.0
    return worth - (
        0.0 if known_role(name) else 1.5 * min(field_strength(name), 1) if not head.time else 0.5 * field_strength(name)
    )


def _without_words(read: Readings, one: Candidate) -> int:
    """The number of heads without any words before the next head."""
    bare = 0
    for head, following in zip(one.heads, [*one.heads[1:], None], strict=True):
        if following is not None and following.line == head.line:
            continue
        behind = read.words_behind(head) if head.text_start <= read.lines[head.line].end else ""
        below = read.after.get(head.line)
        while below is not None and below in one.used:
            below = read.after.get(below)
        last = following.line if following else len(read.lines)
        bare += not behind and (below is None or below >= last)
    return bare
