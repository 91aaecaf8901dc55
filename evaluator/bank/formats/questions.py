"""Files that store questions field by field: Moodle XML, QTI, GIFT and Blackboard. They need no paper grammar."""

from __future__ import annotations

import re
from pathlib import Path

from evaluator.bank.exchange import Exchanged, blackboard, gift, moodle, qti
from evaluator.bank.exchange.markup import local, parse_xml
from evaluator.bank.formats.text import decode
from evaluator.errors import InputError

SUFFIXES = (".xml", ".gift")


def read(path: Path) -> list[Exchanged]:
    """The questions of a .xml or .gift file; InputError if it is another kind of XML."""
    if path.suffix.lower() == ".gift":
        return gift.read(decode(path.read_bytes(), path.name))
    data = path.read_bytes()
    root = local(parse_xml(data, path.name))
    if root == moodle.ROOT:
        return moodle.read(data, path.name)
    if root == "assessmentItem":
        return qti.read(data, path.name)
    if root in ("manifest", "assessmentTest", "assessmentStimulus"):
        raise InputError("bank_part_of_package", file=path.name)
    raise InputError("bank_unknown_xml", file=path.name, root=root or "?")


def read_text(path: Path) -> list[Exchanged]:
    """The questions of a .txt file in GIFT or in Blackboard's tab-delimited form; empty if it is anything else."""
    data = path.read_bytes()
    if len(data) > 8 * 2**20 or not (b"{" in data or b"\t" in data):
        return []
    text = decode(data, path.name)
    if blackboard.looks_like_blackboard(text):
        return blackboard.read(text)
    if not re.search(r"(?<!\\)\{[^{}]*[=~TF#]|\{\s*\}", text[:200_000]) or not gift.looks_like_gift(text):
        return []
    return gift.read(text)
