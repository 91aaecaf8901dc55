"""QTI 2.1 and 3 (https://www.imsglobal.org/question/): reads items from XML, writes packages with a manifest.

The two versions differ in the spelling of names (`choiceInteraction`, `qti-choice-interaction`); one reader handles
both.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any, Literal

from evaluator.bank.exchange import Exchanged, ExportFile, choice, right_labels
from evaluator.bank.exchange.markup import attribute, local, parse_xml, text_of_html
from evaluator.bank.items import Blank, Item, ItemOption, MatchingPair, ModelAnswer
from evaluator.bank.papers import line_patterns

ROOTS = ("assessmentItem", "assessmentTest", "questestinterop")
Version = Literal["2.1", "3"]
_NAMESPACES = {
    "2.1": "http://www.imsglobal.org/xsd/imsqti_v2p1",
    "3": "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
}
_RESPONSE = "RESPONSE"
_INTERACTIONS = (
    *("choiceInteraction", "orderInteraction", "matchInteraction", "associateInteraction", "textEntryInteraction"),
    *("extendedTextInteraction", "inlineChoiceInteraction", "gapMatchInteraction"),
)


def read(data: bytes, name: str) -> list[Exchanged]:
    """The question of an item; a test that only names its items yields none."""
    root = parse_xml(data, name)
    items = [root] if local(root) == "assessmentItem" else [e for e in root.iter() if local(e) == "assessmentItem"]
    return [Exchanged(_item(element), element.sourceline or 1) for element in items]


def _item(root: Any) -> Item:
    from lxml import etree

    found = {name: [e for e in root.iter() if local(e) == name] for name in (*_INTERACTIONS, "itemBody", "prompt")}
    body = found["itemBody"][0] if found["itemBody"] else root
    correct = _correct(root)
    feedback = [e for e in root.iter() if local(e) in ("modalFeedback", "feedbackBlock")]
    explanation = "\n".join(text_of_html(_inner(e, etree)) for e in feedback)
    rubric = [e for e in root.iter() if local(e) == "rubricBlock"]
    text = _question_text(body, etree)
    base: dict[str, Any] = {"text": text, "explanation": explanation, "points": _points(root)}
    if found["choiceInteraction"]:
        return _choice(base, found["choiceInteraction"][0], correct, etree)
    if found["orderInteraction"]:
        return _ordering(base, found["orderInteraction"][0], correct, etree)
    if found["matchInteraction"] or found["associateInteraction"]:
        return _matching(base, (found["matchInteraction"] or found["associateInteraction"])[0], correct, etree)
    if found["textEntryInteraction"]:
        accepted = [correct.get(attribute(e, "responseIdentifier"), []) for e in found["textEntryInteraction"]]
        return Item(kind="blank", blanks=tuple(Blank(answers=tuple(a)) for a in accepted if a), **base)
    given = [value for values in correct.values() for value in values]
    answers = "\n".join(filter(None, [*(text_of_html(_inner(e, etree)) for e in rubric), *given]))
    return Item(kind="open", references=(ModelAnswer(text=answers),) if answers else (), **base)


def _correct(root: Any) -> dict[str, list[str]]:
    """The right values by response, including mapped ones that earn points."""
    correct: dict[str, list[str]] = {}
    for declaration in (e for e in root.iter() if local(e) == "responseDeclaration"):
        values = [e.text or "" for e in declaration.iter() if local(e) == "value"]
        mapped = [
            attribute(e, "mapKey")
            for e in declaration.iter()
            if local(e) == "mapEntry" and float(attribute(e, "mappedValue") or 0) > 0
        ]
        found = [value.strip() for value in values] + [key for key in mapped if key not in values]
        correct[attribute(declaration, "identifier")] = list(dict.fromkeys(found))
    return correct


def _points(root: Any) -> float | None:
    for declaration in (e for e in root.iter() if local(e) == "outcomeDeclaration"):
        given = attribute(declaration, "normalMaximum")
        if attribute(declaration, "identifier") == "SCORE" and re.fullmatch(r"\d+(?:\.\d+)?", given):
            return float(given)
    return None


def _question_text(body: Any, etree: Any) -> str:
    """The words of the body with a line for each gap, without the interactions' options."""
    copy = etree.fromstring(etree.tostring(body))
    for element in list(copy.iter()):
        name = local(element)
        if name in ("textEntryInteraction", "inlineChoiceInteraction"):
            _replace(element, " _____ ")
        elif name in (
            "simpleChoice",
            "simpleMatchSet",
            "simpleAssociableChoice",
            "gapText",
            "rubricBlock",
            "feedbackBlock",
        ):
            _replace(element, "\n")
    return text_of_html(_inner(copy, etree))


def _replace(element: Any, text: str) -> None:
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    shown = text + (element.tail or "")
    if before is not None:
        before.tail = (before.tail or "") + shown
    else:
        parent.text = (parent.text or "") + shown
    parent.remove(element)


def _inner(element: Any, etree: Any) -> str:
    markup = etree.tostring(element, encoding="unicode", with_tail=False)
    return re.sub(r"</?(?:qti-)?(?:prompt|item-?body)\b[^>]*>", "<div></div>", markup, flags=re.I)


def _choices(interaction: Any, etree: Any, name: str = "simpleChoice") -> list[tuple[str, str]]:
    return [
        (attribute(e, "identifier"), text_of_html(_inner(e, etree))) for e in interaction.iter() if local(e) == name
    ]


def _choice(base: dict[str, Any], interaction: Any, correct: dict[str, list[str]], etree: Any) -> Item:
    choices = _choices(interaction, etree)
    given = correct.get(attribute(interaction, "responseIdentifier"), [])
    labels = {identifier: chr(ord("A") + place) for place, (identifier, _) in enumerate(choices)}
    options = tuple(ItemOption(label=labels[identifier], text=text) for identifier, text in choices)
    right = sorted(labels[value] for value in given if value in labels)
    verdicts = {option.label: line_patterns.read_key(option.text) for option in options}
    if len(options) == 2 and set(verdicts.values()) == {line_patterns.RIGHT, line_patterns.WRONG}:
        return Item(kind="true_false", key=verdicts[right[0]] if right else None, **base)
    several = attribute(interaction, "maxChoices") not in ("", "1") or len(right) > 1
    return Item(kind=choice(2 if several else 1), options=options, key="".join(right) or None, **base)


def _ordering(base: dict[str, Any], interaction: Any, correct: dict[str, list[str]], etree: Any) -> Item:
    choices = _choices(interaction, etree)
    marks = {identifier: line_patterns.CIRCLED[place] for place, (identifier, _) in enumerate(choices[:20])}
    given = correct.get(attribute(interaction, "responseIdentifier"), [])
    key = "→".join(marks[value] for value in given if value in marks)
    return Item(kind="ordering", steps=tuple(text for _, text in choices), key=key or None, **base)


def _matching(base: dict[str, Any], interaction: Any, correct: dict[str, list[str]], etree: Any) -> Item:
    words = dict(_choices(interaction, etree, "simpleAssociableChoice"))
    given = correct.get(attribute(interaction, "responseIdentifier"), [])
    pairs = [value.split() for value in given if len(value.split()) == 2]
    return Item(
        kind="matching",
        pairs=tuple(MatchingPair(left=words.get(left, left), right=words.get(right, right)) for left, right in pairs),
        **base,
    )


def write(items: list[Item], version: Version) -> ExportFile:
    """A content package: one file per item, and a manifest that lists them."""
    left_out = [item for item in items if not _fits(item)]
    kept = [item for item in items if _fits(item)]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        names = [f"items/{item.id or f'item{place}'}.xml" for place, item in enumerate(kept, start=1)]
        package.writestr("imsmanifest.xml", _manifest(names, version))
        for name, item in zip(names, kept, strict=True):
            package.writestr(name, _write_item(item, name.removeprefix("items/").removesuffix(".xml"), version))
    return ExportFile(stream.getvalue(), left_out)


def _fits(item: Item) -> bool:
    if item.kind in ("single_choice", "multiple_choice"):
        return bool(item.options)
    if item.kind == "ordering":
        return bool(item.steps or item.options)
    return {"blank": bool(item.blanks), "matching": bool(item.pairs)}.get(item.kind, True)


def _manifest(names: list[str], version: Version) -> bytes:
    from lxml import etree

    space = "http://www.imsglobal.org/xsd/" + ("imscp_v1p1" if version == "2.1" else "qti/qtiv3p0/imscp_v1p1")
    root = etree.Element(f"{{{space}}}manifest", identifier="evaluator", nsmap={None: space})
    etree.SubElement(root, f"{{{space}}}organizations")
    resources = etree.SubElement(root, f"{{{space}}}resources")
    kind = "imsqti_item_xmlv2p1" if version == "2.1" else "imsqti_item_xmlv3p0"
    for place, name in enumerate(names, start=1):
        resource = etree.SubElement(resources, f"{{{space}}}resource", identifier=f"r{place}", type=kind, href=name)
        etree.SubElement(resource, f"{{{space}}}file", href=name)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _write_item(item: Item, identifier: str, version: Version) -> bytes:
    from lxml import etree

    add = _adder(version)
    root = add(None, "assessmentItem", identifier=identifier, title=identifier, adaptive="false", timeDependent="false")
    cardinality, base_type, values = _response(item)
    declare = (
        [(f"RESPONSE{place}", list(blank.answers)) for place, blank in enumerate(item.blanks, start=1)]
        if item.kind == "blank"
        else [(_RESPONSE, values)]
    )
    for name, right in declare:
        declaration = add(root, "responseDeclaration", identifier=name, cardinality=cardinality, baseType=base_type)
        if right:
            correct = add(declaration, "correctResponse")
            for value in right[:1] if item.kind == "blank" else right:
                add(correct, "value").text = value
        if item.kind == "blank":
            mapping = add(declaration, "mapping", defaultValue="0")
            for value in right:
                add(mapping, "mapEntry", mapKey=value, mappedValue="1")
    outcome = {"identifier": "SCORE", "cardinality": "single", "baseType": "float"}
    if item.points is not None:
        outcome["normalMaximum"] = str(item.points)
    add(root, "outcomeDeclaration", **outcome)
    body = add(root, "itemBody")
    _write_body(body, item, add)
    if item.explanation:
        feedback = add(root, "modalFeedback", outcomeIdentifier="SCORE", identifier="explanation", showHide="show")
        _paragraphs(feedback, item.explanation, add)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=False)


def _adder(version: Version) -> Callable[..., Any]:
    """Returns a function that adds an element with the version's names."""
    from lxml import etree

    space = _NAMESPACES[version]

    def dashed(name: str) -> str:
        return re.sub(r"(?<=[a-z])([A-Z])", lambda match: f"-{match[1].lower()}", name)

    def add(parent: Any, name: str, **attributes: str) -> Any:
        html = name in ("p", "div", "span")
        shown = name if version == "2.1" or html else f"qti-{dashed(name)}"
        given = attributes if version == "2.1" else {dashed(key): value for key, value in attributes.items()}
        if parent is None:
            return etree.Element(f"{{{space}}}{shown}", nsmap={None: space}, **given)
        return etree.SubElement(parent, f"{{{space}}}{shown}", **given)

    return add


def _response(item: Item) -> tuple[str, str, list[str]]:
    """Cardinality, type and right values of the response."""
    if item.kind == "true_false":
        return (
            "single",
            "identifier",
            {line_patterns.RIGHT: ["true"], line_patterns.WRONG: ["false"]}.get(item.key or "", []),
        )
    if item.kind == "ordering":
        marks = [*line_patterns.CIRCLED] if item.steps else [option.label for option in item.options]
        order = [mark for mark in (item.key or "").split("→") if mark in marks]
        return "ordered", "identifier", [f"S{marks.index(mark) + 1}" for mark in order]
    if item.options:
        several = item.kind == "multiple_choice"
        return "multiple" if several else "single", "identifier", sorted(right_labels(item))
    if item.kind == "matching":
        return "multiple", "directedPair", [f"L{place} R{place}" for place in range(1, len(item.pairs) + 1)]
    return "single", "string", []


def _write_body(body: Any, item: Item, add: Callable[..., Any]) -> None:
    asked = "\n".join(filter(None, (item.background, item.text)))
    if item.kind == "blank":
        _write_gaps(body, asked, len(item.blanks), add)
        return
    _paragraphs(body, asked, add)
    if item.kind == "true_false":
        _write_choices(body, [("true", "√"), ("false", "×")], "choiceInteraction", {"maxChoices": "1"}, add)
    elif item.kind == "ordering":
        texts = item.steps or tuple(option.text for option in item.options)
        _write_choices(body, [(f"S{n}", text) for n, text in enumerate(texts, 1)], "orderInteraction", {}, add)
    elif item.options:
        most = {"maxChoices": "0" if item.kind == "multiple_choice" else "1"}
        _write_choices(body, [(o.label, o.text) for o in item.options], "choiceInteraction", most, add)
    elif item.kind == "matching":
        interaction = add(body, "matchInteraction", responseIdentifier=_RESPONSE, maxAssociations="0")
        for side in ("L", "R"):
            holder = add(interaction, "simpleMatchSet")
            for place, pair in enumerate(item.pairs, start=1):
                entry = add(holder, "simpleAssociableChoice", identifier=f"{side}{place}", matchMax="1")
                entry.text = _plain(pair.left if side == "L" else pair.right)
    else:
        for answer in item.references:
            block = add(body, "rubricBlock", view="scorer", use="scoring")
            _paragraphs(block, answer.text, add)
        add(body, "extendedTextInteraction", responseIdentifier=_RESPONSE)


def _write_choices(
    body: Any, choices: list[tuple[str, str]], name: str, attributes: dict[str, str], add: Callable[..., Any]
) -> None:
    interaction = add(body, name, responseIdentifier=_RESPONSE, shuffle="false", **attributes)
    for identifier, text in choices:
        add(interaction, "simpleChoice", identifier=identifier).text = _plain(text)


def _write_gaps(body: Any, text: str, gaps: int, add: Callable[..., Any]) -> None:
    pieces = re.split(r"_{2,}", text)
    holder = add(body, "p")
    holder.text = _plain(pieces[0])
    for place in range(1, max(gaps, len(pieces) - 1) + 1):
        if place > gaps:
            break
        gap = add(holder, "textEntryInteraction", responseIdentifier=f"RESPONSE{place}")
        gap.tail = _plain(pieces[place]) if place < len(pieces) else ""


def _paragraphs(parent: Any, text: str, add: Callable[..., Any]) -> None:
    for line in text.split("\n"):
        add(parent, "p").text = _plain(line)


def _plain(text: str) -> str:
    return "".join(ch for ch in text if ch in "\t\n" or ord(ch) >= 32)
