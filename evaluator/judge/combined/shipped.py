"""The embedded model's answers about the shipped anchors, so that a first grading reads only the candidate's text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from evaluator.resources import resource_dir

NAME = "anchors.json"


def shipped_file() -> Path:
    """The file with the answers, whether or not it exists."""
    return resource_dir("rubrics") / NAME


@cache
def shipped_answers() -> Mapping[str, Any]:
    """Answers by key, as in the memo; empty without the file."""
    try:
        return json.loads(shipped_file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
