"""Every tuned number states where it comes from, and none lies about elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.tuned import PACKAGE, entries, has_command, modules
from evaluator.tuning import BY_JUDGEMENT

# Numbers with a fraction outside `tuned.py`, and why each is no tuned number. Those that end in _S are seconds.
REASONS = {
    "batch/engines/openai_batch.py:DISCOUNT": "the provider's price",
    "batch/estimate.py:_T95": "quantiles of Student's distribution",
    "batch/output.py:SHARE": "cost: the time that may go into snapshots",
    "exams/listing.py:POINTS": "a default that a question overrides",
    "exams/sources.py:OPEN_POINTS": "a default that a paper overrides",
    "exams/sources.py:KEYED_POINTS": "a default that a paper overrides",
    "files/bounded.py:SECONDS": "a limit of time",
    "files/bounded.py:SECONDS_PER_MB": "a limit of time",
    "grading/anchoring.py:LEAST_PROBABILITY": "arithmetic: no logarithm of zero",
    "judge/backends/endpoint.py:IMPOSSIBLE": "what some servers write for no probability",
    "practice/call/state.py:LOWEST": "the end of a scale",
    "practice/call/state.py:HIGHEST": "the end of a scale",
    "references/chroma.py:PLACEHOLDER": "a vector that nobody reads",
}


def fractions(folder: Path) -> Iterator[str]:
    """Names that a module gives to numbers with a fraction, outside `tuned.py`: "path:NAME"."""
    for path in sorted(folder.rglob("*.py")):
        if path.name == "tuned.py":
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and _holds_number(node.value):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = [name.id for one in targets for name in ast.walk(one) if isinstance(name, ast.Name)]
                yield from (f"{path.relative_to(folder).as_posix()}:{name}" for name in names)


def _holds_number(value: ast.expr) -> bool:
    """A number with a fraction, or a row or table of some; what a call is given is the callee's matter."""
    if isinstance(value, ast.Tuple | ast.List | ast.Set):
        return any(_holds_number(one) for one in value.elts)
    if isinstance(value, ast.Dict):
        return any(_holds_number(one) for one in value.values)
    if isinstance(value, ast.BinOp | ast.UnaryOp):
        return any(_holds_number(one) for one in ast.iter_child_nodes(value) if isinstance(one, ast.expr))
    return isinstance(value, ast.Constant) and isinstance(value.value, float)


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.parent.name)
def test_every_number_states_its_origin(path):
    found = list(entries(path))
    assert found
    for one in found:
        assert one.chosen_on.strip(), one.name
        assert has_command(one.shown_by), f"{one.name}: there is no {one.shown_by}"


def test_no_tuned_number_lies_elsewhere():
    found = {name for name in fractions(PACKAGE) if not name.endswith("_S")}
    assert found == set(REASONS)


def test_a_number_that_lies_elsewhere_is_found(tmp_path):
    (tmp_path / "new.py").write_text("LEAST = 0.3\nWAIT_S = 2.0\nTWO = 2\nTABLE = {'a': 1.5}\nFOUND = call(0.5)\n")
    assert [*fractions(tmp_path)] == ["new.py:LEAST", "new.py:WAIT_S", "new.py:TABLE"]


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
