"""Reads rubrics from YAML, reporting every fault with its line and what to write.

The format is YAML 1.2 core, within limits (`evaluator.encoding`): `yes`, `no`, `12:30` and dates stay text.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from evaluator import messages
from evaluator.encoding import Malformed, compose_yaml, construct_yaml
from evaluator.errors import RubricError
from evaluator.files import NotAFile, TooLarge, read_bounded
from evaluator.rubric import Check, Criterion, Explanation, KeyPoint, Level, ReferenceAnswer, Rubric
from evaluator.rubrics.problems import Finding, WrongRubric
from evaluator.rubrics.slips import colon_slips, cut_texts, slip_at

MAX_BYTES = 1_000_000


M = TypeVar("M", bound=BaseModel)


class FileShape(NamedTuple, Generic[M]):
    """The expected contents of a file: its type, the types of nested fields by name, and an error code.

    The code is used if the file does not consist of fields at all.
    """

    model: type[M]
    nested: Mapping[str, type[BaseModel]]
    no_mapping: str

    @property
    def _models(self) -> tuple[type[BaseModel], ...]:
        return (self.model, *self.nested.values())

    @property
    def fields(self) -> frozenset[str]:
        """Names of all fields, of the file and its nested types."""
        return frozenset(name for model in self._models for name in model.model_fields)


RUBRIC = FileShape(
    Rubric,
    {
        "criteria": Criterion,
        "levels": Level,
        "checks": Check,
        "references": ReferenceAnswer,
        "key_points": KeyPoint,
        "explanations": Explanation,
    },
    "not_a_mapping",
)


def load(path: str | Path) -> Rubric:
    """The rubric in a YAML file; RubricError names the file, the line and what to write instead."""
    return parse(read_text(Path(path)), str(path))


def parse(text: str, name: str = "-") -> Rubric:
    """The rubric in a YAML text; `name` is used for the file in WrongRubric's messages."""
    return read_as(RUBRIC, text, name)


def read_as(shape: FileShape[M], text: str, name: str = "-") -> M:
    """The contents of a YAML text as the type of `shape`; WrongRubric has every problem, its line and what to write."""
    root = _compose(text, name, shape)
    if lost := (*_keys_given_twice(root), *cut_texts(text, root)):
        raise WrongRubric(name, tuple(sorted(lost, key=lambda one: one.line or 0)))
    try:
        return shape.model.model_validate(_construct(root, name))
    except ValidationError as error:
        found = [_finding(root, problem, shape) for problem in error.errors(include_url=False)]
        slips = list(colon_slips(text, shape.fields))
        raise WrongRubric(name, tuple(slips or _worth_saying(found))) from None


def line_of(text: str, where: str) -> int | None:
    """The line of a path such as "criteria.empathy.levels.2" in a YAML text; ids stand for list positions."""
    try:
        node: yaml.Node | None = compose_yaml(text)
    except Malformed:
        return None
    line = node.start_mark.line if node is not None else 0
    for part in where.split("."):
        key, child = _step(node, int(part) if part.isdigit() else part) if node is not None else (None, None)
        if child is None:
            break
        node, line = child, (key or child).start_mark.line
    return line + 1


def _worth_saying(found: list[Finding]) -> list[Finding]:
    """The problems in file order, without consequences of others.

    Examples are a field missing because it is misspelt, and a list that counts as too short because an entry of it is
    wrong.
    """
    renamed = {_sibling(one.where, one.values["near"]) for one in found if one.code == "field_misspelt"}
    own = [
        one
        for one in found
        if not (one.code == "field_missing" and one.where in renamed)
        and not any(other.where.startswith(f"{one.where}.") for other in found)
    ]
    return sorted(own, key=lambda one: (one.code == "field_missing", one.line or 0))


def _sibling(where: str, name: str) -> str:
    return ".".join([*where.split(".")[:-1], name])


def read_text(path: Path) -> str:
    """The text of a rubric or persona file; RubricError if it is missing, too large or not UTF-8."""
    try:
        content = read_bounded(path, MAX_BYTES)
    except FileNotFoundError:
        raise RubricError("file_missing", path=path) from None
    except TooLarge:
        raise RubricError("rubric_too_large", path=path, limit=MAX_BYTES // 1000) from None
    except NotAFile as error:
        raise RubricError("file_not_regular", path=path, kind=messages.say(f"errors.kind_{error.kind}")) from None
    except OSError as error:
        raise RubricError("rubric_unreadable", path=path, detail=error.strerror or error) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RubricError("rubric_not_utf8", path=path) from None


def _compose(text: str, name: str, shape: FileShape[Any]) -> yaml.Node:
    try:
        root = compose_yaml(text)
    except Malformed as error:
        slip = slip_at(text, error.line, error.detail, shape.fields) if error.code == "syntax" else None
        raise WrongRubric(name, (slip,)) if slip else _malformed(name, error) from None
    if not isinstance(root, yaml.MappingNode):
        slips = tuple(colon_slips(text, shape.fields))
        wrong = Finding(severity="error", code=shape.no_mapping, where="-", line=1)
        raise WrongRubric(name, slips or (wrong,))
    return root


def _construct(root: yaml.Node, name: str) -> Any:
    try:
        return construct_yaml(root)
    except Malformed as error:
        raise _malformed(name, error) from None


def _malformed(name: str, error: Malformed) -> WrongRubric:
    code = "not_yaml" if error.code == "syntax" else f"yaml_{error.code}"
    found = Finding(severity="error", code=code, where="-", line=error.line, values={"detail": error.detail})
    return WrongRubric(name, (found,))


def _keys_given_twice(node: yaml.Node, where: str = "", seen: set[int] | None = None) -> Iterator[Finding]:
    """Finds repeated keys: YAML silently keeps the last of them, which would lose what somebody wrote."""
    seen = set() if seen is None else seen
    if id(node) in seen:
        return
    seen.add(id(node))
    known: set[str] = set()
    for place, (key, child) in enumerate(_children(node)):
        part = key.value if isinstance(node, yaml.MappingNode) else place
        here = f"{where}.{part}" if where else str(part)
        if isinstance(node, yaml.MappingNode):
            if not isinstance(key, yaml.ScalarNode):
                yield Finding(severity="error", code="key_wanted", where=where or "-", line=key.start_mark.line + 1)
                return
            if key.value in known:
                line = key.start_mark.line + 1
                yield Finding(severity="error", code="key_twice", where=here, line=line, values={"key": str(key.value)})
            known.add(str(key.value))
        yield from _keys_given_twice(child, here, seen)


def _children(node: yaml.Node) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from node.value
    elif isinstance(node, yaml.SequenceNode):
        yield from ((item, item) for item in node.value)


def _finding(root: yaml.Node, problem: Any, shape: FileShape[Any]) -> Finding:
    location = [part for part in problem["loc"] if part != "[key]"]  # a wrong key of a mapping is reported at that key
    code, values = _explain(problem, location, shape)
    second = _second_of(root, values) if code == "duplicate_id" else None
    return Finding(
        severity="error",
        code=code,
        where=".".join(str(part) for part in location) or "-",
        values=values,
        line=second or _line(root, location, at_key=problem["type"] == "extra_forbidden"),
    )


_LISTS = {"criterion": "criteria", "check": "checks", "key point": "key_points", "reference": "references"}


def _second_of(root: yaml.Node, values: Mapping[str, Any]) -> int | None:
    """The line of the entry that uses an id for the second time within one list."""
    name = _LISTS.get(values["what"], f"{values['what']}s")
    waiting = [root]
    while waiting:
        node = waiting.pop()
        for key, child in _children(node):
            if isinstance(node, yaml.MappingNode) and key.value == name and isinstance(child, yaml.SequenceNode):
                own = [entry for entry in child.value if _id_of(entry) == values["id"]]
                if len(own) > 1:
                    return int(own[1].start_mark.line) + 1
            waiting.append(child)
    return None


def _line(root: yaml.Node, location: list[Any], at_key: bool) -> int:
    """The line of the deepest part of `location` that exists in the file, or of its key if the key itself is wrong."""
    node, line = root, root.start_mark.line
    for depth, part in enumerate(location):
        key, child = _step(node, part)
        if child is None:
            break
        last = depth == len(location) - 1
        line = (key if key is not None and (at_key or last) else child).start_mark.line
        node = child
    return line + 1


def _step(node: yaml.Node, part: Any) -> tuple[yaml.Node | None, yaml.Node | None]:
    if isinstance(node, yaml.MappingNode):
        return next(((key, child) for key, child in node.value if key.value == str(part)), (None, None))
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return None, node.value[part]
    if isinstance(node, yaml.SequenceNode):
        return None, next((child for child in node.value if _id_of(child) == str(part)), None)
    return None, None


def _id_of(node: yaml.Node) -> str | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((str(value.value) for key, value in node.value if key.value == "id"), None)


def _explain(problem: Any, location: list[Any], shape: FileShape[Any]) -> tuple[str, dict[str, Any]]:
    """Catalogue key and values for one pydantic error."""
    kind, context = problem["type"], problem.get("ctx", {})
    field = str(location[-1]) if location else "-"
    given = _shown(problem.get("input"))
    if kind == "missing":
        return "field_missing", {"field": field}
    if problem.get("input") is None and kind.endswith("_type"):
        return "value_missing", {"field": field}
    if kind == "extra_forbidden":
        return _unknown_field(location, field, shape)
    if kind == "literal_error":
        return "one_of", {"field": field, "given": given, "expected": _choices(context["expected"])}
    if kind == "string_pattern_mismatch":
        is_text = context["pattern"] == r"\S"
        return ("empty_text", {"field": field}) if is_text else ("bad_id", {"field": field, "given": given})
    if kind in _BOUNDS:
        return _BOUNDS[kind], {"field": field, "given": given, "bound": _bound(context)}
    for ending, code in _TYPES.items():
        if kind.endswith(ending):
            return code, {"field": field, "given": given}
    if kind in messages.catalogue("rubric"):  # a rule of our own types
        return kind, context
    return "other", {"field": field, "given": given, "detail": problem["msg"]}


_BOUNDS = {
    "greater_than_equal": "too_small",
    "greater_than": "too_small",
    "multiple_of": "not_a_half",
    "too_short": "list_empty",
}
_TYPES = {
    "float_parsing": "number_wanted",
    "float_type": "number_wanted",
    "finite_number": "number_wanted",
    "int_parsing": "whole_wanted",
    "int_type": "whole_wanted",
    "int_from_float": "whole_wanted",
    "bool_parsing": "truth_wanted",
    "bool_type": "truth_wanted",
    "string_type": "text_wanted",
    "tuple_type": "list_wanted",
    "model_type": "fields_wanted",
    "dict_type": "fields_wanted",
}


def _unknown_field(location: list[Any], field: str, shape: FileShape[Any]) -> tuple[str, dict[str, Any]]:
    parents = [part for part in location[:-1] if isinstance(part, str)]
    known = list((shape.nested.get(parents[-1], shape.model) if parents else shape.model).model_fields)
    home = next((name for name, model in _homes(shape) if field in model.model_fields and field not in known), None)
    if home is not None:
        return "field_misplaced", {"field": field, "home": home}
    near = difflib.get_close_matches(field.lower(), known, n=1, cutoff=0.6)
    if near:
        return "field_misspelt", {"field": field, "near": near[0]}
    return "field_unknown", {"field": field, "known": ", ".join(known)}


def _homes(shape: FileShape[Any]) -> list[tuple[str, type[BaseModel]]]:
    """The types of a file with the name of the list that contains each; the file itself has none."""
    return [*shape.nested.items(), ("–", shape.model)]


def _bound(context: dict[str, Any]) -> str:
    bound = next((context[name] for name in ("ge", "gt", "multiple_of", "min_length") if name in context), 0)
    return f"{bound:g}"


def _choices(expected: str) -> str:
    return expected.replace(" or ", ", ").replace("'", "")


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
