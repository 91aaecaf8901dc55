"""Blackboard's tab-delimited questions: a question per line, first its type (https://help.blackboard.com, Upload Questions)."""

from __future__ import annotations

from evaluator.bank.exchange import Exchanged, choice
from evaluator.bank.items import Blank, Item, ItemOption, MatchingPair
from evaluator.bank.papers import line_patterns

TYPES = frozenset(
    [
        "MC",
        "MA",
        "TF",
        "ESS",
        "ORD",
        "MAT",
        "FIB",
        "FIB_PLUS",
        "FIL",
        "NUM",
        "SR",
        "OP",
        "OPINION",
        "JUMBLED_SENTENCE",
        "QUIZ_BOWL",
    ]
)
_LETTERS = "ABCDEFGHIJKLMNOPQRST"


def looks_like_blackboard(text: str) -> bool:
    """Whether every line is a type, a tab and a question."""
    rows = [line.split("\t") for line in text.splitlines() if line.strip()]
    return bool(rows) and all(len(row) > 1 and row[0].strip().upper() in TYPES for row in rows)


def read(text: str) -> list[Exchanged]:
    """The questions of such a file; types without a kind of their own are questions answered in words."""
    numbered = enumerate(text.splitlines(), start=1)
    return [Exchanged(_item(line.rstrip("\t ").split("\t")), number) for number, line in numbered if line.strip()]


def _item(row: list[str]) -> Item:
    kind, text, cells = row[0].strip().upper(), row[1].strip(), [cell.strip() for cell in row[2:]]
    if kind in ("MC", "MA"):
        return _choice(kind, text, cells)
    if kind == "TF":
        key = line_patterns.RIGHT if cells[:1] and cells[0].lower() == "true" else line_patterns.WRONG
        return Item(kind="true_false", text=text, key=key if cells else None)
    if kind in ("FIB", "FIL", "NUM"):
        given = cells[:1] if kind == "NUM" else cells
        return Item(kind="blank", text=text, blanks=(Blank(answers=tuple(given)),) if given else ())
    if kind == "FIB_PLUS":
        return Item(kind="blank", text=text, blanks=tuple(_groups(cells)))
    if kind == "ORD":
        key = "→".join(line_patterns.CIRCLED[place] for place in range(len(cells)))
        return Item(kind="ordering", text=text, steps=tuple(cells), key=key)
    if kind == "MAT":
        pairs = zip(cells[::2], cells[1::2], strict=False)
        return Item(kind="matching", text=text, pairs=tuple(MatchingPair(left=a, right=b) for a, b in pairs))
    return Item(kind="open", text="\n".join([text, *cells]) if kind not in ("ESS", "SR") else text)


def _choice(kind: str, text: str, cells: list[str]) -> Item:
    pairs = list(zip(_LETTERS, cells[::2], cells[1::2], strict=False))
    key = "".join(label for label, _, said in pairs if said.lower() == "correct")
    options = tuple(ItemOption(label=label, text=option) for label, option, _ in pairs)
    return Item(
        kind="multiple_choice" if kind == "MA" else choice(len(key)), text=text, options=options, key=key or None
    )


def _groups(cells: list[str]) -> list[Blank]:
    """`variable, answer, answer, (empty), variable, …`: the answers of each gap."""
    found: list[list[str]] = [[]]
    for cell in cells:
        if cell:
            found[-1].append(cell)
        else:
            found.append([])
    return [Blank(answers=tuple(group[1:])) for group in found if len(group) > 1]
