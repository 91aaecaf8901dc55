"""Writes rubrics as YAML for people, as a JSON Schema for editors, and as a template to start from."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Literal

from evaluator import messages
from evaluator.encoding import write_yaml
from evaluator.errors import RubricError
from evaluator.files import not_written, write_in_one_step
from evaluator.rubric import Rubric
from evaluator.settings import make_writable

Form = Literal["dialogue", "answer", "email"]

SCHEMA_FILE = "rubric.schema.json"


def dump(rubric: Rubric, schema: str = SCHEMA_FILE) -> str:
    """YAML text of `rubric`, which `parse` reads back as an equal one; `schema` is the schema's location."""
    content = rubric.model_dump(mode="json", exclude_defaults=True)
    body = write_yaml(content)
    return f"# yaml-language-server: $schema={schema}\n{body}"


def write(rubric: Rubric, folder: Path) -> Path:
    """Writes `rubric` as folder/ID.yaml with its schema, replacing an older one atomically; returns the path."""
    make_writable(folder)
    path = folder / f"{rubric.id}.yaml"
    for target, content in ((folder / SCHEMA_FILE, schema_text()), (path, dump(rubric))):
        _replace(target, content)
    return path


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a rubric file, for completion in editors and for other tools."""
    schema = Rubric.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """`json_schema()` as published in docs/rubric.schema.json."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"


def template(rubric_id: str, form: Form = "answer", language: str | None = None, schema: str = SCHEMA_FILE) -> str:
    """YAML text of a small, valid rubric to be edited; RubricError if the id is invalid."""
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,63}", rubric_id):
        raise RubricError("rubric_id_wrong", id=rubric_id)
    chosen = language or messages.current()
    body = messages.say(f"rubric.template_{form}", chosen, id=rubric_id, language=chosen)
    return f"# yaml-language-server: $schema={schema}\n{body}"


def _replace(path: Path, content: str) -> None:
    try:
        write_in_one_step(path, content)
    except OSError as error:
        raise not_written(path, error) from None
