"""Question formats of other systems, for import and export: GIFT, Aiken, Moodle XML, QTI 2.1 and 3.

Each module has `read`, which returns questions with their lines, and `write`, which returns the file's text (QTI: a
package) and the questions that the format cannot express.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from evaluator.bank.items import Item, ItemKind

Picture = tuple[str, bytes]


@dataclass(frozen=True)
class Exchanged:
    """A question in an exchange format, without its place in the bank."""

    item: Item
    line: int
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class ExportFile:
    """A file to write, and the questions that are not in it."""

    data: bytes
    left_out: list[Item] = field(default_factory=list)


def choice(count_right: int) -> ItemKind:
    """The kind of a choice question by its number of right options."""
    return "multiple_choice" if count_right > 1 else "single_choice"


def right_labels(item: Item) -> frozenset[str]:
    """The labels of the right options of a choice."""
    return frozenset(item.key_letters)
