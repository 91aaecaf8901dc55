"""What the tests of the bank share: papers written for them, read from text or converted to other formats."""

from __future__ import annotations

from pathlib import Path

from evaluator.bank.formats import read_document
from evaluator.bank.formats.lines import Document, number_lines
from evaluator.bank.items import Item, Paper
from evaluator.bank.papers.grammar import parse

PAPERS = Path(__file__).with_name("papers")


def read(name: str) -> list[Paper]:
    """The papers in one of the files of `tests/support/papers`."""
    return parse(read_document(PAPERS / name))


def only(name: str) -> Paper:
    """The one paper in such a file."""
    (paper,) = read(name)
    return paper


def parse_text(text: str) -> Paper:
    """The one paper in a text."""
    (paper,) = parse(Document("paper.txt", "0" * 64, number_lines(text.strip("\n").splitlines())))
    return paper


def keys(items: list[Item] | tuple[Item, ...]) -> list[str | None]:
    return [item.key for item in items]


def codes(paper: Paper) -> list[str]:
    """Codes of all warnings, sorted."""
    found = [*paper.warnings, *(warning for item in paper.items for warning in item.warnings)]
    return sorted(warning.code for warning in found)


def words(paper: Paper) -> list[tuple]:
    """The content of a paper, without places: equal for the same paper in two formats."""
    return [
        (item.kind, item.number, item.text, [option.text for option in item.options], item.key, item.explanation)
        for item in paper.items
    ]
