"""The common output of all readers: the lines of a document with their positions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from evaluator.bank.tuned import FORMATTED_FROM

if TYPE_CHECKING:
    from evaluator.bank.exchange import Exchanged

MOST_BLANKS = (
    120  # side by side; patterns of papers look for blanks, and would try a long run from each of its positions
)
_BLANKS = re.compile(rf"[ \t\u3000\xa0]{{{MOST_BLANKS},}}")
MAX_LINE = 4000  # characters
STRONG, PLAIN = "\ue000", "\ue001"  # private characters that no document contains
INVISIBLE = dict.fromkeys(
    [0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD, 0xFE0E, 0xFE0F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)


Pictures = dict[str, bytes]  # keyed by the name that questions use


@dataclass(frozen=True, slots=True)
class Line:
    """One line, paragraph or table row. `number` counts from 1 in the file; `full` lines reach the right edge."""

    text: str
    number: int
    page: int | None = None
    cells: tuple[str, ...] = ()  # of a table row; `text` then holds them joined by tabs
    full: bool = False  # wrapped by the layout, so the next line may continue it
    blank_before: bool = False
    unknown: bool = False  # table cells for which the grammar has no place: reported unchanged
    noise: bool = False  # the header or footer of a page
    strong: tuple[tuple[int, int], ...] = ()  # positions of bold, coloured or underlined text
    quote: bool = False  # set apart as a remark: an indented Markdown quotation
    heading: bool = False  # a person said so
    pictures: tuple[str, ...] = ()  # names of the pictures in this place

    def part(self, start: int, end: int) -> Line:
        """The part of the line between two positions, with its emphasis."""
        kept = [(max(a, start) - start, min(b, end) - start) for a, b in self.strong if a < end and b > start]
        return replace(self, text=self.text[start:end], strong=tuple(kept), cells=())

    def is_strong(self, start: int, end: int) -> bool:
        """Whether nearly all of the text between two positions is emphasised."""
        length = len(self.text[start:end].strip())
        covered = sum(max(0, min(b, end) - max(a, start)) for a, b in self.strong)
        return length > 0 and covered >= FORMATTED_FROM * length


@dataclass(frozen=True)
class Document:
    """A document as read: lines of papers, and rows of question tables with named columns."""

    file: str
    digest: str
    lines: tuple[Line, ...] = ()
    rows: tuple[dict[str, str], ...] = field(default=())
    headings: tuple[str, ...] = ()  # first row of a spreadsheet in which no row names the columns
    unread: tuple[str, ...] = ()  # names of columns that have content but an unknown meaning
    questions: tuple[Exchanged, ...] = ()  # of formats that store questions field by field
    pictures: Pictures = field(default_factory=dict)


def clean(text: str) -> str:
    """Removes invisible and control characters, and replaces every kind of space by a plain one."""
    text = text.translate(INVISIBLE).replace("\u3000", " ").replace("\xa0", " ")
    return "".join(ch for ch in text if ch == "\t" or unicodedata.category(ch) != "Cc")


def within_length(line: Line) -> Iterator[Line]:
    """The line, cut into pieces if it is longer than any line written for people: some parsing takes quadratic time."""
    for start in range(0, max(1, len(line.text)), MAX_LINE):
        piece = line.text[start : start + MAX_LINE]
        if piece.strip():
            yield line if piece == line.text else replace(line, text=piece, cells=())


def number_lines(texts: list[str]) -> tuple[Line, ...]:
    """Lines of a plain text; blank ones are dropped but counted, and lines wrapped at a fixed width are `full`."""
    parted = [take_emphasis(_BLANKS.sub(" " * MOST_BLANKS, clean(text).rstrip())) for text in texts]
    cleaned = [text for text, _ in parted]
    edge = _wrap_edge(cleaned)
    lines: list[Line] = []
    blank = False
    for number, text in enumerate(cleaned, start=1):
        if text.strip():
            full = edge is not None and width(text) >= edge
            lines.append(Line(text, number, full=full, blank_before=blank, strong=parted[number - 1][1]))
        blank = not text.strip()
    return tuple(lines)


def emphasise(text: str) -> str:
    """The text between two marks that `number_lines` removes and stores as positions of bold or coloured text."""
    return f"{STRONG}{text}{PLAIN}"


def take_emphasis(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text without the marks of `emphasise`, and the positions that were between them."""
    if STRONG not in text and PLAIN not in text:
        return text, ()
    shown: list[str] = []
    places: list[tuple[int, int]] = []
    begun, length = None, 0
    for piece in re.split(f"([{STRONG}{PLAIN}])", text):
        if piece == STRONG:
            begun = length if begun is None else begun
        elif piece == PLAIN:
            places += [(begun, length)] if begun is not None and begun < length else []
            begun = None
        else:
            shown.append(piece)
            length += len(piece)
    return "".join(shown), tuple(places)


def width(text: str) -> int:
    """Display width of a text: wide East Asian characters count as two."""
    return sum(2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in text)


def _wrap_edge(texts: list[str]) -> int | None:
    """The width from which a line counts as wrapped; None for a text without wrapping.

    A wrapped text has many lines of nearly the same, largest width; a text with one paragraph per line has few.
    """
    widths = sorted((width(text) for text in texts if text.strip()), reverse=True)
    if len(widths) < 4 or not 40 <= widths[0] <= 140:
        return None
    near = sum(1 for size in widths if size >= widths[0] - 3)
    return widths[0] - 3 if near >= max(3, len(widths) // 8) else None


def join(first: str, second: str) -> str:
    """Joins a wrapped line: with a space between Latin words, without one between Chinese characters."""
    first, second = first.rstrip(), second.strip()
    if not first or not second:
        return first or second
    latin = re.match(r"[\w,.;:!?)'\"%-]", first[-1]) and first[-1].isascii() and second[0].isascii()
    return f"{first} {second}" if latin else first + second
