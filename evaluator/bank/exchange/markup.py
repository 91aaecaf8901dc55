"""XML and the HTML inside it, read safely: no entities, no network, bounded depth."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from pathlib import PurePosixPath
from typing import Any

from evaluator.errors import InputError

_DEEPEST = 200


def parse_xml(data: bytes, name: str) -> Any:
    """The root element; InputError if the file is damaged or would expand beyond its size."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise InputError("bank_damaged", file=name) from None


def local(element: Any) -> str:
    """An element's name in QTI 2 spelling: without namespace, `qti-choice-interaction` as `choiceInteraction`."""
    name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
    if not name.startswith("qti-"):
        return name
    first, *rest = name.removeprefix("qti-").split("-")
    return first + "".join(part.capitalize() for part in rest)


def attribute(element: Any, name: str) -> str:
    """An attribute in the spelling of QTI 2 (`maxChoices`) or QTI 3 (`max-choices`)."""
    dashed = re.sub(r"(?<=[a-z])([A-Z])", lambda match: f"-{match[1].lower()}", name)
    return element.get(name) or element.get(dashed) or ""


def text_of_html(html: str) -> str:
    """The words of an HTML fragment, block by block; `[图]` stands for a picture."""
    from bs4 import BeautifulSoup

    page = BeautifulSoup(html, "html.parser")
    for picture in page("img"):
        picture.replace_with("[图]")
    for block in page(["br", "p", "div", "li", "tr", "ul", "ol", "table"]):
        block.insert_after("\n")
    lines = (" ".join(line.split()) for line in page.get_text().split("\n"))
    return "\n".join(line for line in lines if line)


def picture_of(name: str, encoded: str) -> tuple[str, bytes] | None:
    """A picture embedded in base64, named after its content."""
    try:
        data = base64.b64decode(encoded, validate=False)
    except (binascii.Error, ValueError):
        return None
    suffix = PurePosixPath(name).suffix.lower() or ".png"
    return f"{hashlib.sha256(data).hexdigest()[:20]}{suffix}", data
