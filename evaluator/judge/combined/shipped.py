"""What the embedded model said of the shipped rubrics' anchors: it comes with them, so that a first grading waits for the
candidate's text alone.

Anchors are texts of the rubric, never of a candidate. Each answer lies under the key that the memo would give it, so it
counts for these very weights, prompts, rubric and question; after a change of any of them it is simply not found and the
model is asked. `python -m benchmarks.anchors` writes the file, and a test asks the model again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from evaluator.resources import resource_dir

NAME = "anchors.json"


def shipped_file() -> Path:
    """Where the answers lie, whether or not the file is there."""
    return resource_dir("rubrics") / NAME


@cache
def shipped_answers() -> Mapping[str, Any]:
    """Answers by key, as the memo holds them; empty without the file."""
    try:
        return json.loads(shipped_file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
