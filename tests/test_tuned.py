"""Every tuned number states where it comes from. That none lies elsewhere is part of the architecture (test_architecture.py)."""

from __future__ import annotations

import pytest

from benchmarks.tuned import entries, has_command, modules
from evaluator.tuning import BY_JUDGEMENT


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.parent.name)
def test_every_number_states_its_origin(path):
    found = list(entries(path))
    assert found
    for one in found:
        assert one.chosen_on.strip(), one.name
        assert has_command(one.shown_by), f"{one.name}: there is no {one.shown_by}"


def test_a_missing_command_is_found():
    assert not has_command("python -m benchmarks.nothing")
    assert not has_command("tests/nothing")
    assert not has_command(BY_JUDGEMENT)


def test_a_number_without_origin_is_found(tmp_path, monkeypatch):
    path = tmp_path / "tuned.py"
    path.write_text("from evaluator.tuning import tuned\nA = tuned(1, chosen_on='x', shown_by='y')\nB = 2\n")
    monkeypatch.setattr("benchmarks.tuned.PACKAGE", tmp_path)
    with pytest.raises(ValueError, match="2 names, but 1"):
        list(entries(path))
