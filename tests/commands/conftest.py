"""`evaluator …` as the tests of commands call it."""

from __future__ import annotations

import os

import pytest

from tests.support import command_line


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A data folder that the tests of this module share."""
    return tmp_path_factory.mktemp("cli")


@pytest.fixture
def surroundings(home):
    """Environment variables of a call: the scripted judge, English, a data folder of the module."""
    mine = {
        "EVALUATOR_DATA_DIR": str(home),
        "EVALUATOR_SCRIPTED_JUDGE": "1",
        "EVALUATOR_MODEL": "scripted",
        "EVALUATOR_CONFIG": str(home / "settings.toml"),
        "EVALUATOR_LANG": "en",
        "COLUMNS": "200",
    }
    return {name: value for name, value in os.environ.items() if not name.startswith("EVALUATOR_")} | mine


@pytest.fixture
def run(surroundings):
    """Calls `evaluator …` in this process."""
    return lambda *arguments, stdin=None, **changes: command_line.call(arguments, surroundings | changes, stdin)


@pytest.fixture
def run_process(surroundings):
    """Starts `evaluator …` in a process of its own."""
    return lambda *arguments, stdin=None, **changes: command_line.start(arguments, surroundings | changes, stdin)
