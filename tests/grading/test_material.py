"""What the judge gets to read."""

from __future__ import annotations

import pytest

from evaluator.grading.material import empty_state, estimate_tokens, reference_states, state_for
from evaluator.guard.injection import inspect
from evaluator.resources import resource_dir
from evaluator.rubrics import list_rubrics
from evaluator.transcript import parse
from tests.support.grading_cases import small_rubric

STEERED = "orders-the-grader"
SHIPPED = [
    entry.rubric
    for entry in list_rubrics()
    if entry.origin == "shipped" and (resource_dir("examples") / entry.id / f"{STEERED}.txt").is_file()
]


def read(rubric, name: str) -> str:
    """The text of an example as the judge reads it."""
    text = (resource_dir("examples") / rubric.id / f"{name}.txt").read_text(encoding="utf-8")
    transcript = parse(text, form=rubric.form)
    return state_for(rubric, transcript, inspect(transcript), None).state.text


@pytest.mark.parametrize("rubric", SHIPPED, ids=lambda rubric: rubric.id)
def test_an_order_to_the_grader_leaves_no_trace(rubric):
    """The steered example reads to the judge exactly as the same text without the order, so it cannot earn more."""
    assert read(rubric, STEERED) == read(rubric, "steered-base")


def test_dialogue_lines_carry_roles_not_names():
    """Speakers are shown by role, so that a name cannot be mistaken for an order."""
    rubric = small_rubric()
    state = state_for(rubric, parse("小李：您好。\n老王：漏水了！", roles={"小李": "agent"}), [], None).state
    assert state.text == "客服：您好。\n客户：漏水了！"


def test_reference_is_laid_out_as_a_candidates_text():
    """Reference and candidate differ in what they say, not in their form."""
    assert reference_states(small_rubric())[0].text.startswith("客服：您好，我姓王")


def test_empty_state_has_no_text():
    """Silence is silence."""
    assert empty_state(small_rubric()).text == ""


def test_token_estimate_never_falls_short_on_plain_text():
    """An upper bound for Chinese, about a third of the letters for English."""
    assert estimate_tokens("漏水" * 50) >= 100
    assert 10 <= estimate_tokens("leak " * 10) <= 30
