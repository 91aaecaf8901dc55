"""Decides which labels are speakers by adding up the evidence for and against each name.

"客服：", "可乐：", "Price：" and "订单号：" look alike. Evidence for a speaker: a role word, a person's name, recurrence, a time
like the other labels', and above all alternating with a known speaker. Evidence against: a field name, a value instead
of words, and a position in a block of such lines. A label that alternates with a known role is a speaker, whatever it
is called.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from evaluator.text import fold
from evaluator.transcript import times
from evaluator.transcript.heads import Head
from evaluator.transcript.names import (
    ends_like_field,
    field_strength,
    hinted_role,
    is_honorific,
    is_letter,
    is_person,
    is_phone,
    is_self,
    known_role,
    roles_together,
)
from evaluator.transcript.tuned import PLAIN_FROM, SPEAKER_FROM, THINKABLE_FROM

_VALUE = re.compile(r"[\s\W\d_a-zA-Z]{0,30}\d[\s\W\d_a-zA-Z]{0,30}|\W*")


class Accepted(NamedTuple):
    """Folded names of speakers; names accepted or left in the text on thin evidence; other names left in the text."""

    names: frozenset[str] = frozenset()
    doubtful: tuple[str, ...] = ()
    left_doubtful: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def accept(heads: Sequence[Head], words: Sequence[str], named: Collection[str]) -> Accepted:
    """Decides on all labels of a text together.

    `words` is the text after each label on its line; `named` are folded names that the caller knows as speakers.
    """
    folded = [fold(head.name) for head in heads]
    counts = Counter(folded)
    anchors = {name for name in counts if name in named or known_role(name) or is_self(name)}
    if len({known_role(name) for name in anchors} - {None, "other"}) < 2:
        anchors |= set(roles_together(counts))
    evidence = _Evidence(heads, words, folded, counts, anchors)
    found: dict[str, float] = {name: evidence.of(name) for name in counts if name not in anchors}
    names = anchors | {name for name, score in found.items() if score >= SPEAKER_FROM}
    if not anchors and len(names) < 2:
        names = set()
    spelled = dict(zip(reversed(folded), (head.name for head in reversed(heads)), strict=True))
    unsure = tuple(spelled[name] for name in names - anchors if found[name] < PLAIN_FROM or evidence.is_odd(name))
    out = [name for name in counts if name not in names]
    thinkable = [name for name in out if found.get(name, 0) >= THINKABLE_FROM and field_strength(name) < 2]
    return Accepted(
        names=frozenset(names),
        doubtful=tuple(sorted(unsure)),
        left_doubtful=tuple(spelled[name] for name in thinkable) if names else (),
        left=tuple(spelled[name] for name in out if name not in thinkable and field_strength(name) == 0),
    )


class _Evidence:
    """What is known about all labels of one text, and the evidence for each."""

    def __init__(
        self, heads: Sequence[Head], words: Sequence[str], folded: list[str], counts: Counter[str], anchors: set[str]
    ) -> None:
        self.heads, self.words, self.folded, self.counts, self.anchors = heads, words, folded, counts, anchors
        self.places: dict[str, list[int]] = {}
        for place, name in enumerate(folded):
            self.places.setdefault(name, []).append(place)
        roles = {known_role(name) for name in anchors} - {None}
        self.one_sided = len(roles) < 2
        self.partners = anchors or {name for name in counts if field_strength(name) == 0 and self._could_lead(name)}
        timed = [head.time for head in heads if head.time]
        self.mostly_timed = 2 * len(timed) > len(heads)
        self.time_kind = Counter(map(times.kind_of, timed)).most_common(1)[0][0] if timed else None
        self.unknown = sum(name not in anchors for name in counts)
        self.singles = sum(count == 1 and name not in anchors for name, count in counts.items())
        self.turns = self._taking_turns()

    def _could_lead(self, name: str) -> bool:
        return self.counts[name] > 1 or is_person(self._spelled(name)) or is_honorific(name) or is_letter(name)

    def _spelled(self, name: str) -> str:
        return self.heads[self.places[name][0]].name

    def of(self, name: str) -> float:
        """The evidence for a name that states no role."""
        strength, spelled = field_strength(name), self.heads[self.places[name][0]].name
        score = min(self.counts[name] - 1, 2) * 1.0
        if is_honorific(name) or is_person(spelled) or is_phone(name):
            score += 2 if self.one_sided or self.counts[name] > 1 or is_honorific(name) else 0.5
        elif (is_letter(name) and (self.one_sided or self.counts[name] > 1)) or hinted_role(name):
            score += 1.5
        elif name.isdigit():
            score += 0.5 if self.counts[name] > 1 else -2
        score += self._by_time(name) + self._by_form(name)
        turns = self.turns.get(name, 0.0)
        score += turns * (2.0 if self.one_sided else 0.5)
        if not (turns == 1.0 and self.one_sided and self.counts[name] > 1 and self.anchors):
            score -= {0: 0.0, 1: 2.0 if ends_like_field(name) else 1.0, 2: 3.0}[strength]
        if turns == 1.0 and self.one_sided and self.anchors and self.unknown == 1:
            score += 1.0  # nobody else could be the other side
        return score - self._looks_like_a_value(name) - self._in_a_block(name)

    def is_odd(self, name: str) -> bool:
        """Whether the name looks like a field, so that only alternation made it a speaker."""
        return field_strength(name) == 2

    def _by_time(self, name: str) -> float:
        own = [self.heads[place].time for place in self.places[name]]
        if all(own) and any(times.kind_of(str(time)) == self.time_kind for time in own):
            return 2.0 if self.mostly_timed else 0.5
        return (-2.0 if self.counts[name] > 1 else -4.0) if self.mostly_timed else 0.0

    def _by_form(self, name: str) -> float:
        marked = [self.heads[place].marked for place in self.places[name]]
        return 1.0 if all(marked) and len(marked) > 1 else 0.0

    def _looks_like_a_value(self, name: str) -> float:
        own = [self.words[place] for place in self.places[name]]
        return 1.0 if all(_VALUE.fullmatch(words) for words in own) and any(own) and len(own) == 1 else 0.0

    def _in_a_block(self, name: str) -> float:
        """Whether the label is next to another one that belongs to nobody: fields come in blocks."""
        if self.counts[name] > 1 or self.singles < 2 or not self.anchors:
            return 0.0
        place = self.places[name][0]
        for other in (place - 1, place + 1):
            if 0 <= other < len(self.heads) and self.folded[other] not in self.anchors:
                near = abs(self.heads[other].line - self.heads[place].line) <= 1
                if near and self.counts[self.folded[other]] == 1:
                    return 2.0
        return 0.0

    def _taking_turns(self) -> dict[str, float]:
        """For each name, the share of its positions between two turns of its partners or at an end of the text."""
        before: list[str | None] = []
        last: str | None = None
        for name in self.folded:
            before.append(last)
            last = name if name in self.partners else last
        after: list[str | None] = []
        last = None
        for name in reversed(self.folded):
            after.append(last)
            last = name if name in self.partners else last
        after.reverse()
        shares: dict[str, float] = {}
        for name, places in self.places.items():
            found = sum(self._between(name, place, before[place], after[place]) for place in places)
            shares[name] = found / len(places)
        return shares

    def _between(self, name: str, place: int, before: str | None, after: str | None) -> bool:
        own_before = place > 0 and self.folded[place - 1] == name
        own_after = place + 1 < len(self.folded) and self.folded[place + 1] == name
        return not own_before and not own_after and before != name and after != name and bool(before or after)
