"""The wheel has everything it needs: installed outside the checkout, it grades an example by itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from the checkout without fetching anything."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return next(folder.glob("*.whl"))


def test_wheel_holds_prompts_rubrics_and_examples(wheel):
    """Everything that is outside the package in the checkout is inside it in the wheel."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("prompts", "rubrics", "examples"):
        wanted = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert {f"evaluator/data/{name}" for name in wanted} <= names
    assert "evaluator/py.typed" in names
    assert not any(name.startswith(("tests/", "benchmarks/")) for name in names)


def test_installed_wheel_grades_the_example(wheel, tmp_path):
    """Unpacked into a folder of its own and run from elsewhere, the wheel grades with its own rubric and example."""
    home = tmp_path / "site"
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(home),
        str(wheel),
    ]
    subprocess.run(command, check=True)
    script = (
        "import evaluator, sys; from evaluator.resources import resource_dir; from evaluator.cli import main;"
        f"assert evaluator.__file__.startswith({str(home)!r}), evaluator.__file__;"
        "sys.argv = ['evaluator', 'grade', '-r', 'cross-border-wrong-item', '--format', 'json',"
        " str(resource_dir('examples') / 'cross-border-wrong-item' / 'good.txt')]; main()"
    )
    variables = {
        **os.environ,
        "PYTHONPATH": str(home),
        "EVALUATOR_DATA_DIR": str(tmp_path / "data"),
        "EVALUATOR_SCRIPTED_JUDGE": "1",
        "EVALUATOR_MODEL": "scripted",
    }
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=variables, cwd=tmp_path, check=False
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["rubric"]["id"] == "cross-border-wrong-item"
