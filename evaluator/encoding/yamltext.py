"""YAML read within limits, with the values of YAML 1.2's core schema.

`yes`, `no`, `12:30` and dates stay text: with PyYAML's older rules a check's `no:` would become the key False. PyYAML's
C parser produces events; nodes and values are built here, so that nothing recurses deeper than `MAX_DEPTH`, aliases
count at their expanded size (a few hundred bytes of them can stand for billions of values), and a tag can only produce
a plain value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import yaml

from evaluator.encoding.malformed import Malformed

MAX_CHARACTERS = 4_000_000
MAX_DEPTH = 40
MAX_VALUES = 100_000  # aliases counted at their expanded size
MAX_DIGITS = 18

_PREFIX = "tag:yaml.org,2002:"
_IMPLICIT = (
    ("null", re.compile(r"(?:~|null|Null|NULL|)\Z"), ["~", "n", "N", ""]),
    ("bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), list("tTfF")),
    ("int", re.compile(r"[-+]?[0-9]+\Z"), list("-+0123456789")),
    ("float", re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z"), list("-+.0123456789")),
)


class _Dumper(yaml.SafeDumper):
    """Quotes what this reader or a YAML 1.1 reader would misread, and writes YAML as a person would.

    Lists are indented under their key, and long texts are blocks.
    """

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    return dumper.represent_scalar(f"{_PREFIX}str", value, style="|" if "\n" in value else None)


def _number(dumper: yaml.SafeDumper, value: float) -> yaml.Node:
    """Writes 3 rather than 3.0, but keeps all digits: points read like points."""
    short = f"{value:g}"
    return dumper.represent_scalar(f"{_PREFIX}float", short if float(short) == value else repr(value))


_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _number)
for _tag, _pattern, _first in _IMPLICIT:
    _Dumper.add_implicit_resolver(f"{_PREFIX}{_tag}", _pattern, _first)


def read_yaml(text: str) -> Any:
    """The value of a YAML text; None for an empty one. Raises Malformed."""
    root = compose_yaml(text)
    return None if root is None else construct_yaml(root)


def write_yaml(value: Any, *, width: int = 110) -> str:
    """The YAML text of a plain value, with keys in their order; `read_yaml` reads it back as an equal value."""
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=width)


def compose_yaml(text: str) -> yaml.Node | None:
    """The nodes of a YAML text with their positions; None for an empty one. Raises Malformed."""
    if len(text) > MAX_CHARACTERS:
        raise Malformed("too_large", detail=f"{MAX_CHARACTERS // 1000} KB")
    composer = _Composer()
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Malformed("syntax", mark.line + 1 if mark else 1, error.problem or "") from None
    except yaml.YAMLError as error:  # a character that YAML does not allow, without its own line number
        position = getattr(error, "position", 0)
        raise Malformed("syntax", text.count("\n", 0, position) + 1, str(error).splitlines()[0]) from None
    except UnicodeEncodeError:
        raise Malformed("syntax", detail="a lone surrogate") from None
    return composer.root


def construct_yaml(node: Any) -> Any:
    """The plain value of composed nodes. Raises Malformed for a value that its tag does not fit."""
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [construct_yaml(child) for child in node.value]
    return _mapping(node)


class _Composer:
    """Builds nodes from events, using a stack of open collections and a table of anchors."""

    def __init__(self) -> None:
        self.root: yaml.Node | None = None
        self._open: list[tuple[yaml.Node, str | None, int]] = []  # node, its anchor, values counted before it
        self._anchors: dict[str, tuple[yaml.Node | None, int]] = {}  # None: still open
        self._count = 0

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._grow(event, 1)
            node = _node(yaml.ScalarNode, event, event.value)
            self._keep(event.anchor, node, 1)
            self._place(node, event)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._begin(event)
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            closed, anchor, before = self._open.pop()
            self._keep(anchor, closed, self._count - before)
            self._place(closed, event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)

    def _begin(self, event: Any) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise Malformed("too_deep", event.start_mark.line + 1, f"{MAX_DEPTH}")
        before = self._count
        self._grow(event, 1)
        kind = yaml.SequenceNode if isinstance(event, yaml.SequenceStartEvent) else yaml.MappingNode
        node = _node(kind, event, [])
        if event.anchor:
            self._anchors[event.anchor] = (None, 0)
        self._open.append((node, event.anchor, before))

    def _alias(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if event.anchor not in self._anchors:
            raise Malformed("syntax", line, f"*{event.anchor}")
        node, size = self._anchors[event.anchor]
        if node is None:
            raise Malformed("alias_in_itself", line, f"*{event.anchor}")
        self._grow(event, size)
        if len(self._open) + _depth(node) > MAX_DEPTH:
            raise Malformed("too_deep", line, f"{MAX_DEPTH}")
        self._place(node, event)

    def _grow(self, event: Any, size: int) -> None:
        self._count += size
        if self._count > MAX_VALUES:
            raise Malformed("too_large", event.start_mark.line + 1, f"{MAX_VALUES}")

    def _keep(self, anchor: str | None, node: yaml.Node, size: int) -> None:
        if anchor:
            self._anchors[anchor] = (node, size)

    def _place(self, node: yaml.Node, event: Any) -> None:
        if not self._open:
            if self.root is not None:
                raise Malformed("syntax", event.start_mark.line + 1, "---")
            self.root = node
            return
        parent = self._open[-1][0]
        if isinstance(parent, yaml.SequenceNode):
            parent.value.append(node)
        elif parent.value and parent.value[-1][1] is None:
            parent.value[-1] = (parent.value[-1][0], node)
        else:
            parent.value.append((node, None))


def _node(kind: Any, event: Any, value: Any) -> Any:
    tag = _tag_of(event, value if isinstance(value, str) else None)
    return kind(tag, value, event.start_mark, event.end_mark)


def _depth(node: yaml.Node) -> int:
    """The nesting depth, counted once per node, since an alias is the node itself."""
    known: dict[int, int] = {}

    def of(one: yaml.Node) -> int:
        if isinstance(one, yaml.ScalarNode):
            return 0
        if id(one) not in known:
            pairs = [child for pair in one.value for child in pair] if isinstance(one, yaml.MappingNode) else one.value
            known[id(one)] = 1 + max(map(of, pairs), default=0)
        return known[id(one)]

    return of(node)


def _tag_of(event: Any, value: str | None) -> str:
    """The core tag of an event: the explicit one, or for a plain scalar the one that its text implies."""
    line = event.start_mark.line + 1
    tag = event.tag
    if value is None:
        wanted = "seq" if isinstance(event, yaml.SequenceStartEvent) else "map"
        if tag not in (None, "!", f"{_PREFIX}{wanted}"):
            raise Malformed("tag", line, _shown(tag))
        return f"{_PREFIX}{wanted}"
    if tag is None and event.implicit[0]:
        return next((f"{_PREFIX}{name}" for name, pattern, _ in _IMPLICIT if pattern.match(value)), f"{_PREFIX}str")
    if tag in (None, "!"):
        return f"{_PREFIX}str"
    if tag.removeprefix(_PREFIX) not in (*_SCALARS, "str"):
        raise Malformed("tag", line, _shown(tag))
    return str(tag)


def _shown(tag: str) -> str:
    return f"!!{tag.removeprefix(_PREFIX)}" if tag.startswith(_PREFIX) else tag[:60]


def _scalar(node: yaml.ScalarNode) -> Any:
    tag, text = node.tag.removeprefix(_PREFIX), node.value
    if tag == "str":
        return text
    line = node.start_mark.line + 1
    if tag in ("int", "float") and sum(map(str.isdigit, text)) > (MAX_DIGITS if tag == "int" else 2 * MAX_DIGITS):
        raise Malformed("number", line, f"{MAX_DIGITS}")
    pattern = next(pattern for name, pattern, _ in _IMPLICIT if name == tag)
    if not pattern.match(text):
        raise Malformed("value", line, f"!!{tag} {text[:40]}")
    value = _SCALARS[tag](text)
    if isinstance(value, float) and not math.isfinite(value):
        raise Malformed("number", line, f"{MAX_DIGITS}")
    return value


_SCALARS: dict[str, Callable[[str], Any]] = {
    "null": lambda text: None,
    "bool": lambda text: text.lower() == "true",
    "int": int,
    "float": float,
}


def _mapping(node: yaml.MappingNode) -> dict[Any, Any]:
    """A mapping; `<<` merges another one without replacing keys written here."""
    own: dict[Any, Any] = {}
    merged: dict[Any, Any] = {}
    for key, child in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise Malformed("value", key.start_mark.line + 1, "?")
        if key.value == "<<" and key.tag == f"{_PREFIX}str":
            merged = {**_merged(child), **merged}
        else:
            own[_scalar(key)] = construct_yaml(child)
    return {**merged, **own} if merged else own


def _merged(node: yaml.Node) -> dict[Any, Any]:
    sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
    found: dict[Any, Any] = {}
    for source in sources:
        if not isinstance(source, yaml.MappingNode):
            raise Malformed("value", node.start_mark.line + 1, "<<")
        found = {**_mapping(source), **found}
    return found
