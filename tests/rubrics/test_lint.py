"""Lint finds and reports what makes a valid rubric grade badly."""

from pathlib import Path

import pytest

from evaluator.resources import resource_dir
from evaluator.rubric import Criterion, KeyPoint, Level, ReferenceAnswer, Rubric
from evaluator.rubrics import lint, load

SHIPPED = sorted(resource_dir("rubrics").glob("*.yaml"))


def rubric_with_example(example: str, text: str = "客服：订单号请报一下。\n客户：四零二七。") -> Rubric:
    """A rubric whose only key point has that example, with `text` as the reference answer."""
    levels = (Level(points=0, description="没有问单号"), Level(points=1, description="问了单号"))
    point = KeyPoint(id="order", text="问到单号", example=example)
    return Rubric(
        id="parcel",
        version=1,
        title="包裹丢了",
        language="zh",
        task="写一通电话。",
        pass_mark=1,
        criteria=(Criterion(id="facts", name="问清", points=1, levels=levels),),
        references=(ReferenceAnswer(id="call", text=text, key_points=(point,)),),
    )


@pytest.mark.parametrize("example", ["订单号请报一下。", "訂單號 请报一下", ""])
def test_example_out_of_the_reference_is_fine(example: str) -> None:
    """An example that the reference contains, in any script and spacing, passes, and so does a missing example."""
    assert lint(rubric_with_example(example)) == []


@pytest.mark.parametrize("example", ["请把单号念给我听。", "订单号请报一下。四零二七。", "。"])
def test_example_foreign_to_the_reference_is_a_warning(example: str) -> None:
    """Words that the reference does not contain as one piece are reported, in both languages, without an error."""
    (found,) = lint(rubric_with_example(example))
    assert (found.severity, found.code) == ("warning", "example_not_in_answer")
    assert found.where == "references.call.key_points.order"
    assert "order" in found.text("zh") and "order" in found.text("en")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_rubric_says_how_its_points_sound(path: Path) -> None:
    """Every check and key point of a shipped rubric has an example, and the rubric has no findings."""
    rubric = load(path)
    assert all(check.example for item in rubric.criteria for check in item.checks)
    assert all(point.example for reference in rubric.references for point in reference.key_points)
    assert lint(rubric) == []
