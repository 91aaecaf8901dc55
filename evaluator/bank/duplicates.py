"""Finds the same question in several papers by its words and options, and merges copies on request."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from evaluator.bank.items import Item
from evaluator.bank.papers import line_patterns

if TYPE_CHECKING:
    from evaluator.bank.store import Bank

_FILLED = ("key", "explanation", "points", "criteria", "references")


def find_duplicates(items: list[Item]) -> list[list[Item]]:
    """Groups of questions with the same words and the same options in any order, each in bank order.

    Punctuation, spaces, width and traditional characters are ignored; questions with different keys also form a group.
    """
    groups: dict[tuple[str, tuple[str, ...]], list[Item]] = defaultdict(list)
    for item in items:
        words = _plain(item.text)
        if len(words) >= 4:
            groups[words, tuple(sorted(_plain(option.text) for option in item.options))].append(item)
    return [group for group in groups.values() if len(group) > 1]


def differ(group: list[Item]) -> bool:
    """Whether the questions of a group have different right options, so that a person must decide."""
    return len({answer for item in group if (answer := _right(item))}) > 1


def merge(bank: Bank, *groups: list[Item]) -> list[Item]:
    """Keeps the first question of each group, fills in what it lacks from the others, and deletes those.

    Returns what was kept. All of it is one step to undo.
    """
    from evaluator.bank.store import new_run

    run = new_run()
    return [_merge_group(bank, group, run) for group in groups]


def _merge_group(bank: Bank, group: list[Item], run: str) -> Item:
    first, *others = group
    lacks: dict[str, Any] = {}
    for name in _FILLED:
        if getattr(first, name) in (None, "", ()):
            given = next((getattr(item, name) for item in others if getattr(item, name) not in (None, "", ())), None)
            if given is not None:
                lacks[name] = given
    if lacks.get("key") and [o.text for o in first.options] != [o.text for o in others[0].options]:
        del lacks["key"]  # with options in another order the letters mean something else
    kept = bank.edit(first.id, run=run, **lacks) if lacks else first
    bank.delete([item.id for item in others], run)
    return kept


def _plain(text: str) -> str:
    return "".join(ch for ch in re.sub(r"\s", "", line_patterns.fold(text)).lower() if ch.isalnum())


def _right(item: Item) -> tuple[str, ...]:
    """The text of the right options, or the key if there are none."""
    words = tuple(sorted(_plain(o.text) for o in item.options if o.label in item.key_letters))
    return words or ((item.key,) if item.key else ())
