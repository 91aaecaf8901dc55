"""Moodle XML: https://docs.moodle.org/en/Moodle_XML_format."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from evaluator.bank.exchange import Exchanged, ExportFile, Picture, choice, right_labels
from evaluator.bank.exchange.markup import parse_xml, picture_of, text_of_html
from evaluator.bank.items import Blank, Item, ItemOption, MatchingPair, ModelAnswer
from evaluator.bank.papers import line_patterns
from evaluator.text import number_text

ROOT = "quiz"
_CLOZE = re.compile(r"\{\d*:(?:[A-Z_]+):((?:[^{}\\]|\\.)*)\}")


def read(data: bytes, name: str) -> list[Exchanged]:
    """The questions of a Moodle XML file; descriptions are left out because they ask nothing."""
    found: list[Exchanged] = []
    chapter = ""
    for question in parse_xml(data, name).iterfind("question"):
        kind = question.get("type", "")
        if kind == "category":
            chapter = _text(question.find("category")).rpartition("/")[2]
        elif kind != "description" and (item := _question(question, kind, chapter)) is not None:
            found.append(Exchanged(item, question.sourceline or 1, tuple(_pictures(question))))
    return found


def _question(question: Any, kind: str, chapter: str) -> Item | None:
    base: dict[str, Any] = {
        "text": _text(question.find("questiontext")),
        "explanation": _text(question.find("generalfeedback")),
        "points": _number(question.findtext("defaultgrade")),
        "topics": tuple(filter(None, (_text(tag) for tag in question.iterfind("tags/tag")))),
        "chapter": chapter,
        "pictures": tuple(name for name, _ in _pictures(question)),
    }
    answers = [(_number(answer.get("fraction")) or 0, _text(answer)) for answer in question.iterfind("answer")]
    if kind == "truefalse":
        right = next((text for share, text in answers if share > 0), "")
        return Item(kind="true_false", key=line_patterns.read_key(right), **base)
    if kind in ("multichoice", "multichoiceset", "gapselect"):
        return _choice(base, answers)
    if kind in ("shortanswer", "numerical"):
        accepted = tuple(text for share, text in answers if share > 0)
        return Item(kind="blank", blanks=(Blank(answers=accepted, points=base["points"]),), **base)
    if kind == "matching":
        pairs = ((_text(sub), _text(sub.find("answer"))) for sub in question.iterfind("subquestion"))
        return Item(
            kind="matching", pairs=tuple(MatchingPair(left=left, right=right) for left, right in pairs if left), **base
        )
    if kind == "cloze":
        return _cloze(base)
    if kind == "ordering":
        return Item(kind="ordering", steps=tuple(text for _, text in answers), key=_order(len(answers)), **base)
    reference = _text(question.find("graderinfo")) or "\n".join(text for _, text in answers)
    return Item(kind="open", references=(ModelAnswer(text=reference),) if reference else (), **base)


def _order(count: int) -> str | None:
    return "→".join(line_patterns.CIRCLED[:count]) if 1 < count <= len(line_patterns.CIRCLED) else None


def _choice(base: dict[str, Any], answers: list[tuple[float, str]]) -> Item:
    labels = [chr(ord("A") + place) for place in range(len(answers))]
    right = [label for label, (share, _) in zip(labels, answers, strict=True) if share > 0]
    options = tuple(ItemOption(label=label, text=text) for label, (_, text) in zip(labels, answers, strict=True))
    return Item(kind=choice(len(right)), options=options, key="".join(right) or None, **base)


def _cloze(base: dict[str, Any]) -> Item:
    """Gaps in the text: `{1:SHORTANSWER:=Berlin~=berlin}`."""
    blanks = []
    for match in _CLOZE.finditer(base["text"]):
        accepted = [part.lstrip("=") for part in re.split(r"(?<!\\)~", match[1]) if part.startswith(("=", "%100%"))]
        cleaned = tuple(re.sub(r"^%100%|#.*$", "", part).replace("\\", "").strip() for part in accepted)
        blanks.append(Blank(answers=cleaned or ("",)))
    return Item(kind="blank", blanks=tuple(blanks), **{**base, "text": _CLOZE.sub("_____", base["text"])})


def _text(element: Any) -> str:
    if element is None:
        return ""
    said = element.findtext("text") or element.text or ""
    return " ".join(said.split()) if element.get("format") == "plain_text" else text_of_html(said)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _pictures(question: Any) -> Iterator[Picture]:
    for file in question.iter("file"):
        if file.get("encoding") == "base64" and (kept := picture_of(file.get("name", ""), file.text or "")):
            yield kept


def write(items: list[Item]) -> ExportFile:
    """The questions as Moodle XML; one gap among several is written as an embedded answer (cloze)."""
    from lxml import etree

    quiz = etree.Element(ROOT)
    left_out = [item for item in items if not _write(quiz, item)]
    data = etree.tostring(quiz, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return ExportFile(data, left_out)


def _write(quiz: Any, item: Item) -> bool:
    from lxml import etree

    kind = _type_of(item)
    if kind is None:
        return False
    question = etree.SubElement(quiz, "question", type=kind)
    _add(question, "name", item.id or str(item.number or ""))
    asked = "\n".join(filter(None, (item.background, item.text)))
    _add(question, "questiontext", _cloze_text(asked, item) if kind == "cloze" else asked, format="html")
    _add(question, "generalfeedback", item.explanation, format="html")
    etree.SubElement(question, "defaultgrade").text = number_text(1.0 if item.points is None else item.points)
    _write_answers(question, item, kind)
    if item.topics:
        tags = etree.SubElement(question, "tags")
        for topic in item.topics:
            _add(tags, "tag", topic)
    return True


def _type_of(item: Item) -> str | None:
    if item.kind == "true_false":
        return "truefalse" if item.key else None
    if item.options:
        return "multichoice" if right_labels(item) else None
    if item.kind == "blank":
        return {0: None, 1: "shortanswer"}.get(len(item.blanks), "cloze")
    if item.kind == "matching":
        return "matching" if item.pairs else None
    if item.kind == "ordering":
        return "ordering" if item.steps else None
    return "essay"


def _write_answers(question: Any, item: Item, kind: str) -> None:
    from lxml import etree

    if kind == "truefalse":
        for name, said in (("true", line_patterns.RIGHT), ("false", line_patterns.WRONG)):
            _add(question, "answer", name, fraction="100" if item.key == said else "0")
    elif kind == "multichoice":
        right = right_labels(item)
        single = len(right) == 1 and item.kind != "multiple_choice"
        etree.SubElement(question, "single").text = "true" if single else "false"
        for option in item.options:
            share = f"{100 / len(right):.5f}".rstrip("0").rstrip(".") if option.label in right else "0"
            _add(question, "answer", option.text, fraction=share, format="html")
    elif kind == "shortanswer":
        for answer in item.blanks[0].answers:
            _add(question, "answer", answer, fraction="100", format="plain_text")
    elif kind == "matching":
        for pair in item.pairs:
            sub = _add(question, "subquestion", pair.left, format="html")
            _add(sub, "answer", pair.right, format="plain_text")
    elif kind == "ordering":
        for step in _steps_in_order(item):
            _add(question, "answer", step, fraction="100", format="html")
    elif kind == "essay":
        _add(question, "graderinfo", "\n".join(answer.text for answer in item.references), format="html")


def _steps_in_order(item: Item) -> list[str]:
    places = [line_patterns.CIRCLED.index(mark) for mark in item.key or "" if mark in line_patterns.CIRCLED]
    ordered = [item.steps[place] for place in places if place < len(item.steps)]
    return ordered if len(ordered) == len(item.steps) else list(item.steps)


def _cloze_text(text: str, item: Item) -> str:
    """The gaps as embedded answers, in their order."""
    answers = iter(item.blanks)

    def gap(match: re.Match[str]) -> str:
        blank = next(answers, None)
        if blank is None:
            return match[0]
        accepted = "~".join("=" + re.sub(r"([}#~/\\])", r"\\\1", answer) for answer in blank.answers)
        return "{1:SHORTANSWER:" + accepted + "}"

    return re.sub(r"_{2,}", gap, text)


def _add(parent: Any, name: str, text: str, **attributes: str) -> Any:
    from lxml import etree

    element = etree.SubElement(parent, name, **attributes)
    shown = html.escape(text, quote=False).replace("\n", "<br/>") if attributes.get("format") == "html" else text
    etree.SubElement(element, "text").text = "".join(ch for ch in shown if ch in "\t\n" or ord(ch) >= 32)
    return element
