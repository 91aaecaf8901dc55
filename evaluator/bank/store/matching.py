"""Matches the questions of a new reading with those of the old one, so that ids stay."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from difflib import SequenceMatcher

from evaluator.bank.items import Item
from evaluator.bank.tuned import MOVED_FROM, SAME_PLACE_FROM

Old = tuple[str, Item]


def match_items(old: list[Old], new: list[Item]) -> list[str | None]:
    """The old id for every new item, None for new ones. Each id is used once.

    Most certain first: an id that the new item carries, the same words, similar words in the same place, similar words.
    """
    free = dict(old)
    given: list[str | None] = [None] * len(new)
    for key in (_own_id, _words_and_place, _words):
        _match_by(key, free, new, given)
    _match_similar(free, new, given, same_place=True, least=SAME_PLACE_FROM)
    _match_similar(free, new, given, same_place=False, least=MOVED_FROM)
    return given


def _own_id(item: Item) -> Hashable:
    return item.id or None


def _words_and_place(item: Item) -> Hashable:
    return (bare(item.text), item.kind, item.number) if item.text else (item.kind, item.number, item.section)


def _words(item: Item) -> Hashable:
    return (bare(item.text), tuple(bare(option.text) for option in item.options)) if item.text else None


def _match_by(key: Callable[[Item], Hashable], free: dict[str, Item], new: list[Item], given: list[str | None]) -> None:
    waiting: dict[Hashable, list[str]] = defaultdict(list)
    for item_id, item in free.items():
        waiting[key(item.model_copy(update={"id": item_id}))].append(item_id)
    for place, item in enumerate(new):
        wanted = key(item)
        if given[place] is None and wanted is not None and waiting[wanted]:
            given[place] = waiting[wanted].pop(0)
            del free[given[place]]  # type: ignore[arg-type]


def _match_similar(
    free: dict[str, Item], new: list[Item], given: list[str | None], same_place: bool, least: float
) -> None:
    for place, item in enumerate(new):
        if given[place] is not None:
            continue
        candidates = [(i, o) for i, o in free.items() if _place(o) == _place(item) or not same_place]
        best = max(((likeness(o.text, item.text), i) for i, o in candidates), default=(0.0, ""))
        if best[0] >= least:
            given[place] = best[1]
            del free[best[1]]


def _place(item: Item) -> Hashable:
    return (item.kind, item.number)


def likeness(first: str, second: str) -> float:
    """Similarity from 0 to 1; a text that is a truncated form of the other counts as similar."""
    first, second = bare(first), bare(second)
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) >= 4 and longer.startswith(shorter):
        return 1.0
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def bare(text: str) -> str:
    """A text without spaces and punctuation, in lower case."""
    return re.sub(r"[\W_]+", "", text).lower()


def new_ids(items: Iterable[Item], taken: set[str]) -> list[str]:
    """Ids derived from the questions' words and file names: the same papers in a new bank get the same ids."""
    ids = []
    for item in items:
        seed = f"{item.source.file if item.source else ''}\x1f{item.kind}\x1f{item.number}\x1f{bare(item.text)}"
        found, serial = _digest(seed), 0
        while found in taken:
            serial += 1
            found = _digest(f"{seed}\x1f{serial}")
        taken.add(found)
        ids.append(found)
    return ids


def _digest(seed: str) -> str:
    return f"q{hashlib.sha256(seed.encode()).hexdigest()[:10]}"
