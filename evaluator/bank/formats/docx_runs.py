"""The words of a Word paragraph, with insertions, content controls, symbols, formulas and pictures, not deletions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from evaluator.bank.formats.docx_lists import W
from evaluator.bank.formats.lines import emphasise

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
V = "{urn:schemas-microsoft-com:vml}"
PICTURE = "[图]"
FORMULA_UNKNOWN = "[公式]"
_SKIPPED = {f"{W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "rPr", "pPr", "rt", "sdtPr", "tblPr")}
_SKIPPED |= {f"{MC}Fallback"}
_DRAWN = {f"{W}drawing", f"{W}pict", f"{W}object"}
_SIGNS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
# Private characters of the symbol fonts, by the last two hex digits of their code: ticks, crosses and boxes.
_SYMBOLS = {
    "wingdings": {"FC": "√", "FB": "×", "FE": "☑", "FD": "☒", "A8": "□", "6F": "□", "71": "□", "A1": "○", "6C": "●"},
    "wingdings 2": {"50": "√", "4F": "×", "52": "☑", "51": "☒", "53": "☒", "A3": "□", "2A": "□", "99": "○"},
    "symbol": {"D6": "√", "B4": "×", "AE": "→", "A3": "≤", "B3": "≥", "B9": "≠", "B1": "±", "B7": "·"},
}


@dataclass
class Words:
    """The text of a paragraph with its emphasis, its pictures, and its anchored text boxes."""

    pieces: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)


def read_words(paragraph: Any, picture: Callable[[str], str]) -> Words:
    """The words of a paragraph. `picture` returns the picture name for a relation id."""
    words = Words()
    for child in paragraph:
        _read(child, words, picture)
    return words


def _read(element: Any, words: Words, picture: Callable[[str], str]) -> None:
    tag = element.tag
    if tag in _SKIPPED or not isinstance(tag, str):
        return
    if tag == f"{W}r":
        _read_run(element, words, picture)
    elif tag in (f"{M}oMath", f"{M}oMathPara"):
        words.pieces.append(formula(element) or FORMULA_UNKNOWN)
    else:
        for child in element:
            _read(child, words, picture)


def _read_run(run: Any, words: Words, picture: Callable[[str], str]) -> None:
    pieces = list(_run_pieces(run, words, picture))
    text = "".join(pieces)
    if text.strip() and _is_strong(run.find(f"{W}rPr")):
        text = "\n".join(emphasise(part) if part else "" for part in text.split("\n"))
    words.pieces.append(text)


def _run_pieces(run: Any, words: Words, picture: Callable[[str], str]) -> Iterator[str]:
    for child in run:
        tag = child.tag
        if tag == f"{W}t":
            yield child.text or ""
        elif tag in _SIGNS:
            yield _SIGNS[tag]
        elif tag == f"{W}sym":
            yield _symbol(child)
        elif tag == f"{W}ruby":
            yield "".join(text.text or "" for text in child.iterfind(f"{W}rubyBase//{W}t"))
        elif tag in _DRAWN or tag == f"{MC}AlternateContent":
            yield from _drawn(child, words, picture)


def _drawn(element: Any, words: Words, picture: Callable[[str], str]) -> Iterator[str]:
    """Marks a picture in the text; keeps text boxes for the lines below, ignoring fallbacks that repeat them."""
    shown = element.find(f"{MC}Choice") if element.tag == f"{MC}AlternateContent" else element
    shown = element if shown is None else shown
    boxes = list(shown.iter(f"{W}txbxContent"))
    words.boxes += boxes
    relations = [blip.get(f"{R}embed") or blip.get(f"{R}link") for blip in shown.iter(f"{A}blip")]
    relations += [data.get(f"{R}id") for data in shown.iter(f"{V}imagedata")]
    names = [picture(relation) for relation in relations if relation]
    words.pictures += [name for name in names if name]
    if names or (not boxes and element.tag != f"{MC}AlternateContent"):
        yield PICTURE


def _symbol(element: Any) -> str:
    """A character of a symbol font, or its private code if the font is unknown."""
    font = (element.get(f"{W}font") or "").lower()
    code = (element.get(f"{W}char") or "").upper()
    known = _SYMBOLS.get(font, {}).get(code[-2:])
    return known or (chr(int(code, 16)) if code and all(digit in "0123456789ABCDEF" for digit in code) else "")


def _is_strong(properties: Any) -> bool:
    """Whether a run is bold, underlined, highlighted, shaded or coloured."""
    if properties is None:
        return False
    bold, colour = properties.find(f"{W}b"), properties.find(f"{W}color")
    if bold is not None and (bold.get(f"{W}val") or "1").lower() not in ("0", "false", "off"):
        return True
    if colour is not None and (colour.get(f"{W}val") or "auto").lower() not in ("auto", "000000"):
        return not (colour.get(f"{W}themeColor") or "").startswith(("text", "dark"))
    if _is_shaded(properties):
        return True
    marked = properties.find(f"{W}highlight")
    lined = properties.find(f"{W}u")
    return (marked is not None and marked.get(f"{W}val") != "none") or (
        lined is not None and lined.get(f"{W}val") not in (None, "none")
    )


def _is_shaded(properties: Any) -> bool:
    """Whether the background is coloured: Word stores some markers as shading and not as a highlight."""
    shading = properties.find(f"{W}shd")
    return shading is not None and (shading.get(f"{W}fill") or "auto").lower() not in ("auto", "ffffff", "clear")


def formula(element: Any) -> str:
    """A formula on one line: `(a)/(b)`, `a^b`, `a_b`, `√(a)`; other parts are concatenated."""
    name = element.tag.removeprefix(M) if isinstance(element.tag, str) else ""
    if name == "t":
        return element.text or ""
    parts = {child.tag.removeprefix(M): formula(child) for child in element if isinstance(child.tag, str)}
    if name == "f":
        return f"({parts.get('num', '')})/({parts.get('den', '')})"
    if name == "sSup":
        return f"{parts.get('e', '')}^{_grouped(parts.get('sup', ''))}"
    if name == "sSub":
        return f"{parts.get('e', '')}_{_grouped(parts.get('sub', ''))}"
    if name == "rad":
        return f"{parts.get('deg', '')}√({parts.get('e', '')})"
    if name.endswith("Pr"):
        return ""
    return "".join(formula(child) for child in element)


def _grouped(text: str) -> str:
    return text if len(text) <= 1 else f"({text})"
