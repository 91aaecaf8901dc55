"""GIFT, Moodle's plain-text format (https://docs.moodle.org/en/GIFT_format), and export to the simpler Aiken.

Aiken files need no reader: the grammar of papers reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evaluator.bank.exchange import Exchanged, ExportFile, choice, right_labels
from evaluator.bank.items import Blank, Item, ItemOption, MatchingPair
from evaluator.bank.papers import line_patterns

_ESCAPED = re.compile(r"\\([~=#{}:\\n])")
_HELD = {sign: chr(0xE100 + place) for place, sign in enumerate("~=#{}:\\n")}
_LESS = chr(0xE100 + len(_HELD))  # `<` in a block of plain text, in which it begins no tag
_BACK = {held: "\n" if sign == "n" else sign for sign, held in _HELD.items()} | {_LESS: "<"}
_TITLE = re.compile(r"^::(.*?)::", re.S)
_FORM = re.compile(r"^\s*\[(?:html|moodle|plain|markdown)\]\s*", re.I)
_TAGS = re.compile(r"<[^>]{1,200}>")
_CHOICE = re.compile(r"([=~])\s*(?:%(-?\d+(?:\.\d+)?)%)?([^=~]*)")
_TRUE = re.compile(r"^(T|TRUE|F|FALSE)\s*(?:#.*)?$", re.I | re.S)
_WRITTEN = re.compile(r"([~=#{}:\\])")


@dataclass(frozen=True)
class _GiftBlock:
    text: str
    line: int


def looks_like_gift(text: str) -> bool:
    """Whether a text is GIFT: most of its blocks have answers in braces with GIFT's symbols."""
    blocks = list(_blocks(text[:200_000]))
    answered = sum(bool(_answers_of(_hold(block.text))) for block in blocks)
    return bool(blocks) and answered * 2 > len(blocks)


def _answers_of(held: str) -> re.Match[str] | None:
    return re.search(r"\{\s*(?:[=~#]|T\b|TRUE\b|F\b|FALSE\b|\s*\})", held, re.I)


def read(text: str) -> list[Exchanged]:
    """The questions of a GIFT file; a block without an answer in braces is a description and is left out."""
    found: list[Exchanged] = []
    chapter = ""
    for block in _blocks(text):
        if block.text.startswith("$CATEGORY:"):
            chapter = block.text.partition(":")[2].strip().split("\n")[0].rpartition("/")[2]
            continue
        item = _question(_hold(block.text), chapter)
        if item is not None:
            found.append(Exchanged(item, block.line))
    return found


def _blocks(text: str) -> Iterator[_GiftBlock]:
    """Question blocks, separated by blank lines outside braces, without comments."""
    lines: list[str] = []
    start, depth = 1, 0
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if line.lstrip().startswith("//"):
            continue
        if not line.strip() and depth <= 0:
            if lines:
                yield _GiftBlock("\n".join(lines).strip(), start)
            lines, depth = [], 0
            continue
        start = start if lines else number
        lines.append(line)
        plain = _ESCAPED.sub("", line)
        depth += plain.count("{") - plain.count("}")
        if line.startswith("$CATEGORY:"):
            yield _GiftBlock(line.strip(), number)
            lines, depth = [], 0
    if lines:
        yield _GiftBlock("\n".join(lines).strip(), start)


def _hold(text: str) -> str:
    """Replaces escaped symbols by placeholders while reading."""
    return _ESCAPED.sub(lambda match: _HELD[match[1]], text)


def _plain(text: str) -> str:
    shown = "".join(_BACK.get(ch, ch) for ch in _TAGS.sub("", _FORM.sub("", text)))
    return " ".join(shown.split()) if "\n" not in shown else "\n".join(" ".join(p.split()) for p in shown.split("\n"))


def _question(held: str, chapter: str) -> Item | None:
    title = _TITLE.match(held)
    rest = held[title.end() :] if title else held
    rest = rest.replace("<", _LESS) if rest.lstrip().lower().startswith("[plain]") else rest
    opened, closed = rest.find("{"), rest.rfind("}")
    if opened < 0 or closed < opened:
        return None
    behind = rest[closed + 1 :].strip()
    asked = f"{rest[:opened].rstrip()} _____ {behind}" if behind else rest[:opened]
    inside, _, general = rest[opened + 1 : closed].partition("####")
    base: dict[str, Any] = {
        "text": _plain(asked).strip(),
        "chapter": chapter,
        "section": "",
        "explanation": _plain(general).strip(),
    }
    return _with_answers(base, inside.strip())


def _with_answers(base: dict[str, Any], inside: str) -> Item:
    verdict = _TRUE.match(inside)
    if not inside:
        return Item(kind="open", **base)
    if verdict:
        key = line_patterns.RIGHT if verdict[1].upper().startswith("T") else line_patterns.WRONG
        return Item(kind="true_false", key=key, **base)
    if inside.startswith("#"):
        given = re.split(r"[:#]|\.\.", inside[1:].lstrip("= "))[0]
        return Item(kind="blank", blanks=(Blank(answers=(_plain(given).strip(),)),), **base)
    given = [(sign, float(weight or 0), text) for sign, weight, text in _CHOICE.findall(inside)]
    if all(sign == "=" and "->" in text for sign, _, text in given):
        return Item(kind="matching", pairs=tuple(_pair(text) for _, _, text in given), **base)
    texts = [_plain(text.partition("#")[0]).strip() for _, _, text in given]
    if given and all(sign == "=" for sign, _, _ in given):
        return Item(kind="blank", blanks=(Blank(answers=tuple(filter(None, texts))),), **base)
    labels = [chr(ord("A") + place) for place in range(len(given))]
    right = [label for label, (sign, weight, _) in zip(labels, given, strict=True) if sign == "=" or weight > 0]
    options = tuple(ItemOption(label=label, text=text) for label, text in zip(labels, texts, strict=True))
    return Item(kind=choice(len(right)), options=options, key="".join(right) or None, **base)


def _pair(text: str) -> MatchingPair:
    left, _, right = text.partition("#")[0].partition("->")
    return MatchingPair(left=_plain(left).strip(), right=_plain(right).strip())


def write(items: list[Item]) -> ExportFile:
    """The questions as GIFT. Several gaps, ordering without options and arrows in pairs have no form there."""
    blocks: list[str] = []
    left_out: list[Item] = []
    for item in items:
        answers = _write_answers(item)
        if answers is None:
            left_out.append(item)
            continue
        remark = item.explanation or "\n".join(answer.text for answer in item.references)
        general = f"####{_escape(remark)}" if remark else ""
        asked = "\n".join(filter(None, (item.background, item.text)))
        held = f"{_escape(asked)}{{{answers}{general}}}"
        form = "[plain]" if "<" in held else ""
        blocks.append(f"::{_escape(item.id or str(item.number or ''))}::{form}{held}")
    return ExportFile("\n\n".join(blocks).encode() + b"\n", left_out)


def _write_answers(item: Item) -> str | None:
    if item.kind == "true_false":
        return {line_patterns.RIGHT: "TRUE", line_patterns.WRONG: "FALSE"}.get(item.key or "")
    if item.options:
        return _write_options(item) if item.key else None
    if item.kind == "matching":
        if any("->" in pair.left + pair.right for pair in item.pairs):
            return None  # GIFT has no way to write the arrow as a word
        return "".join(f"\n={_escape(pair.left)} -> {_escape(pair.right)}" for pair in item.pairs) or None
    if item.kind == "blank":
        return "".join(f" ={_escape(answer)}" for answer in item.blanks[0].answers) if len(item.blanks) == 1 else None
    return None if item.kind == "ordering" else ""


def _write_options(item: Item) -> str | None:
    right = right_labels(item)
    if not right:
        return None
    if len(right) == 1 and item.kind != "multiple_choice":
        return "".join(f"\n{'=' if o.label in right else '~'}{_escape(o.text)}" for o in item.options) + "\n"
    share = f"{100 / len(right):.5f}".rstrip("0").rstrip(".")
    wrong = "-100"
    return "".join(f"\n~%{share if o.label in right else wrong}%{_escape(o.text)}" for o in item.options) + "\n"


def _escape(text: str) -> str:
    return _WRITTEN.sub(r"\\\1", text).replace("\n", "\\n")


def write_aiken(items: list[Item]) -> ExportFile:
    """The single-choice questions as Aiken, which has no other kind."""
    fits = [item for item in items if item.kind == "single_choice" and len(item.key_letters) == 1 and item.options]
    blocks = []
    for item in fits:
        options = [f"{option.label}. {' '.join(option.text.split())}" for option in item.options]
        blocks.append("\n".join([" ".join(item.text.split()), *options, f"ANSWER: {item.key}"]))
    known = {id(item) for item in fits}
    return ExportFile("\n\n".join(blocks).encode() + b"\n", [item for item in items if id(item) not in known])
