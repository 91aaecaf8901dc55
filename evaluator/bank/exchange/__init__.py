"""Question formats of other systems, in and out: GIFT, Aiken, Moodle XML, QTI 2.1 and 3.

Each module has `read`, which gives questions with their line, and `write`, which gives the file's text (QTI: a package)
and the questions that the format has no form for.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from evaluator.bank.items import Item, Kind

Picture = tuple[str, bytes]


@dataclass(frozen=True)
class Exchanged:
    """A question as an exchange format holds it, without its place in the bank."""

    item: Item
    line: int
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Written:
    """A file to write, and the questions that are not in it."""

    data: bytes
    left_out: list[Item] = field(default_factory=list)


def choice(count_right: int) -> Kind:
    """The kind of a choice by the number of its right options."""
    return "multiple_choice" if count_right > 1 else "single_choice"


def right_labels(item: Item) -> frozenset[str]:
    """The labels of the right options of a choice."""
    return frozenset(item.key_letters)
