"""Typing mistakes that YAML refuses in its own terms or misreads, each with its line and one sentence.

Examples are a full-width colon, a colon without a space, a tab, and a text that `#` cuts off.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import yaml

from evaluator.rubrics.problems import Finding

_KEY = re.compile(
    r"^(?P<indent>\s*)(?:- +)*(?P<key>[A-Za-z_][A-Za-z0-9_]{0,30})(?P<colon>\s*：|:(?=[^\s:/]))(?P<rest>.*)$"
)
_UNCLOSED = re.compile(r"^\s*(?:- +)*[\w\"']{1,40}: +(?P<mark>[\"'])(?!.*(?P=mark)\s*(?:#.*)?$)")
_CUT = re.compile(r"[ \t]+(?P<cut>#\S.*)$")
_TEXT_TAG = "tag:yaml.org,2002:str"
# PyYAML's message, and the code of our sentence for it.
_KNOWN = (
    ("found character '\\t'", "yaml_tab"),
    ("found a tab", "yaml_tab"),
    ("mapping values are not allowed", "yaml_colon_in_text"),
    ("could not find expected ':'", "yaml_no_colon"),
    ("did not find expected key", "yaml_indent"),
    ("did not find expected '-' indicator", "yaml_indent"),
    ("block sequence entries are not allowed", "yaml_indent"),
    ("found unexpected end of stream", "yaml_quote"),
    ("found undefined alias", "yaml_star"),
    ("did not find expected alphabetic or numeric character", "yaml_star"),
    ("found character that cannot start any token", "yaml_start"),
    ("did not find expected ',' or", "yaml_bracket"),
)


def slip_at(text: str, line: int, problem: str, fields: Collection[str]) -> Finding | None:
    """The mistake that broke the YAML: a colon at or above that line, otherwise the meaning of PyYAML's problem."""
    lines = text.splitlines()
    for number in range(min(line, len(lines)), max(0, line - 4), -1):
        if found := _colon(lines[number - 1], number, fields):
            return found
    if re.match(r" *\t", lines[line - 1] if 0 < line <= len(lines) else ""):
        return _finding("yaml_tab", line)
    if (unclosed := next((n for n, one in enumerate(lines[:line], start=1) if _UNCLOSED.match(one)), None)) is not None:
        return _finding("yaml_quote", unclosed)
    code = next((code for words, code in _KNOWN if words in problem), None)
    return _finding(code, line) if code else None


def colon_slips(text: str, fields: Collection[str]) -> Iterator[Finding]:
    """Fields whose colon is full-width or has no space after it, so that YAML read them as text."""
    for number, line in enumerate(text.splitlines(), start=1):
        if found := _colon(line, number, fields):
            yield found


def _colon(line: str, number: int, fields: Collection[str]) -> Finding | None:
    match = _KEY.match(line)
    if match is None or match["key"] not in fields:
        return None
    code = "full_width_colon" if "：" in match["colon"] else "colon_without_space"
    return _finding(code, number, field=match["key"])


def cut_texts(text: str, root: yaml.Node) -> Iterator[Finding]:
    """Unquoted texts with " #" in them: to YAML the rest is a comment and lost."""
    lines = text.splitlines()
    waiting, seen = [root], set[int]()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            waiting += [child for pair in node.value for child in pair]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif node.tag == _TEXT_TAG and (found := _cut(lines, node)):
            yield found


def _cut(lines: list[str], node: yaml.Node) -> Finding | None:
    first, last = node.start_mark, node.end_mark
    if last.line >= len(lines) or lines[first.line][first.column : first.column + 1] in (
        '"',
        "'",
        "|",
        ">",
        "!",
        "&",
        "",
    ):
        return None
    match = _CUT.match(lines[last.line], last.column) if last.column <= len(lines[last.line]) else None
    return _finding("cut_by_hash", last.line + 1, cut=match["cut"][:40]) if match else None


def _finding(code: str, line: int, **values: str) -> Finding:
    return Finding(severity="error", code=code, where="-", line=line, values=values)
