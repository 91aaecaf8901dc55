"""The numbers that Word displays before list paragraphs; the file stores only their format."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from evaluator.bank.papers.line_patterns import CIRCLED

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CHINESE = "零一二三四五六七八九十"
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


@dataclass(frozen=True)
class ListLevel:
    """One level of a list: its number format, its pattern and its start."""

    style: str
    pattern: str
    start: int


class Lists:
    """The lists of a document, counted in paragraph order."""

    def __init__(self, numbering: Any, styles: Any) -> None:
        self._abstract: dict[str, str] = {}  # list to definition
        self._levels: dict[str, dict[int, ListLevel]] = {}  # of a definition
        self._restarts: dict[str, dict[int, int]] = defaultdict(dict)  # list to level to its own start value
        self._begun: set[str] = set()
        self._counters: dict[tuple[str, int], int] = {}
        self._styles = _style_numbers(styles)
        if numbering is not None:
            self._read(numbering)

    def _read(self, numbering: Any) -> None:
        for definition in numbering.findall(f"{W}abstractNum"):
            levels = {int(level.get(f"{W}ilvl", "0")): _level(level) for level in definition.findall(f"{W}lvl")}
            self._levels[definition.get(f"{W}abstractNumId", "")] = levels
        for number in numbering.findall(f"{W}num"):
            name = number.get(f"{W}numId", "")
            self._abstract[name] = _value(number.find(f"{W}abstractNumId"))
            for override in number.findall(f"{W}lvlOverride"):
                if (start := _value(override.find(f"{W}startOverride"))).isdecimal():
                    self._restarts[name][int(override.get(f"{W}ilvl", "0"))] = int(start)

    def label(self, paragraph: Any) -> str:
        """The number with its pattern (`3. `, `B. `), `- ` for a bullet; empty for a paragraph outside lists."""
        name, level = self._place(paragraph)
        definition = self._abstract.get(name, "")
        found = self._levels.get(definition, {}).get(level)
        if found is None or found.style == "none":
            return ""
        self._count(name, definition, level, found)
        if found.style == "bullet":
            return "- "
        shown = found.pattern
        for deeper in range(level + 1):
            style = self._levels[definition].get(deeper, found).style
            value = self._counters.get((definition, deeper), self._levels[definition].get(deeper, found).start)
            shown = shown.replace(f"%{deeper + 1}", _render(value, style))
        return f"{shown} "

    def _place(self, paragraph: Any) -> tuple[str, int]:
        """The list and level, given by the paragraph, its style, or a style that this is based on."""
        properties = paragraph.find(f"{W}pPr")
        own = properties.find(f"{W}numPr") if properties is not None else None
        style = _value(properties.find(f"{W}pStyle")) if properties is not None else ""
        inherited = self._styles.get(style, ("", 0))
        if own is None:
            return inherited
        level = _value(own.find(f"{W}ilvl"))
        name = _value(own.find(f"{W}numId")) or inherited[0]
        return ("", 0) if name == "0" else (name, int(level) if level.isdecimal() else inherited[1])

    def _count(self, name: str, definition: str, level: int, found: ListLevel) -> None:
        """Counts a paragraph; lists with one definition continue counting unless one states its start."""
        if name not in self._begun:
            self._begun.add(name)
            for own, start in self._restarts[name].items():
                self._counters[definition, own] = start - 1
        before = self._counters.get((definition, level))
        self._counters[definition, level] = found.start if before is None else before + 1
        for deeper in [key for key in self._counters if key[0] == definition and key[1] > level]:
            del self._counters[deeper]


def _level(element: Any) -> ListLevel:
    start = _value(element.find(f"{W}start"))
    return ListLevel(
        style=_value(element.find(f"{W}numFmt")) or "decimal",
        pattern=_value(element.find(f"{W}lvlText")),
        start=int(start) if start.isdecimal() else 1,
    )


def _value(element: Any) -> str:
    return (element.get(f"{W}val") or "") if element is not None else ""


def _style_numbers(styles: Any) -> dict[str, tuple[str, int]]:
    """List and level by style, resolved through base styles."""
    own: dict[str, tuple[str, int]] = {}
    based: dict[str, str] = {}
    for style in styles.findall(f"{W}style") if styles is not None else ():
        name = style.get(f"{W}styleId", "")
        based[name] = _value(style.find(f"{W}basedOn"))
        numbers = style.find(f"{W}pPr/{W}numPr")
        if numbers is not None:
            level = _value(numbers.find(f"{W}ilvl"))
            own[name] = (_value(numbers.find(f"{W}numId")), int(level) if level.isdecimal() else 0)
    for name in based:
        at, steps = name, 0
        while at and at not in own and steps < 10:
            at, steps = based.get(at, ""), steps + 1
        if at in own:
            own.setdefault(name, own[at])
    return own


def _render(value: int, style: str) -> str:
    if style in ("upperLetter", "lowerLetter"):
        letter = chr(ord("A") + (value - 1) % 26)
        return letter if style == "upperLetter" else letter.lower()
    if style in ("upperRoman", "lowerRoman"):
        roman = _roman(value)
        return roman if style == "upperRoman" else roman.lower()
    if style.startswith(("chinese", "ideograph", "taiwanese")) or style == "japaneseCounting":
        return _chinese(value)
    if style.startswith("decimalEnclosedCircle") and 1 <= value <= len(CIRCLED):
        return CIRCLED[value - 1]
    return str(value)


def _roman(value: int) -> str:
    shown = ""
    for size, letters in _ROMAN:
        while value >= size:
            shown, value = shown + letters, value - size
    return shown


def _chinese(value: int) -> str:
    if not 0 < value < 100:
        return str(value)
    if value <= 10:
        return _CHINESE[value]
    tens, ones = divmod(value, 10)
    return (_CHINESE[tens] if tens > 1 else "") + "十" + (_CHINESE[ones] if ones else "")
