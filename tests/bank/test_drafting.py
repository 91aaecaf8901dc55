"""Draft rubrics and reference entries from bank items."""

import pytest

from evaluator.bank.drafting import draft_rubric, propose_levels
from evaluator.bank.references import references_of
from evaluator.errors import InputError
from evaluator.rubrics import dump, lint, parse
from tests.support.bank_papers import only


def drafts(name: str):
    items = [item.model_copy(update={"id": f"q{place}"}) for place, item in enumerate(only(name).items)]
    return [draft_rubric(item) for item in items if item.criteria]


@pytest.mark.parametrize("name", ["traditional.txt", "english.txt", "open_answers.txt"])
def test_a_draft_has_the_papers_criteria_and_is_read_back(name):
    """Criteria, points and answer are copied; every level is a proposal; YAML gives back the same rubric."""
    for rubric in drafts(name):
        assert all(level.proposed for criterion in rubric.criteria for level in criterion.levels)
        assert all(criterion.levels[-1].points == criterion.points for criterion in rubric.criteria)
        assert parse(dump(rubric)) == rubric
        assert "proposed: true" in dump(rubric)


def test_points_that_do_not_add_up_show_in_lint():
    """The draft keeps what the paper states, so that lint names the difference."""
    second = drafts("open_answers.txt")[1]
    assert (second.max_points, second.out_of) == (5, 6)
    assert "sum_differs" in [finding.code for finding in lint(second)]


@pytest.mark.parametrize(
    ("points", "steps"),
    [(0.5, [0, 0.5]), (1, [0, 0.5, 1]), (3, [0, 1, 2, 3]), (4, [0, 1.5, 2.5, 4]), (10, [0, 3.5, 6.5, 10])],
)
def test_proposed_levels_rise_in_halves(points, steps):
    """As many levels as the points allow, from 0 to all."""
    assert [level.points for level in propose_levels("道歉", points, "zh")] == steps


def test_key_points_of_a_draft_are_the_parts_of_the_answer():
    """An answer in parts becomes a reference answer with a key point for each."""
    (first, _, _) = drafts("open_answers.txt")
    assert len(first.references[0].key_points) == 3


def test_items_without_criteria_are_refused():
    """Neither a choice nor an open question without criteria makes a rubric."""
    for item in only("answers_at_end.txt").items:
        with pytest.raises(InputError):
            draft_rubric(item)


def test_references_of_explanations_answers_and_parts():
    """Explanations of choices are principles; answers come whole and in parts, with the question as context."""
    items = [item.model_copy(update={"id": f"q{place}"}) for place, item in enumerate(only("answers_at_end.txt").items)]
    entries = references_of(items)
    kinds = [(entry.item, entry.kind) for entry in entries]
    assert kinds.count(("q7", "key_point")) == 3 and ("q7", "reference_answer") in kinds
    assert ("q8", "explanation") in kinds and ("q0", "answer") in kinds
    assert len({entry.id for entry in entries}) == len(entries)
    explained = next(entry for entry in entries if entry.kind == "explanation")
    assert explained.context.startswith("夜班只有一个人") and explained.source.startswith("answers_at_end.txt:")
    assert {entry.language for entry in entries} == {"zh"}


def test_the_right_order_in_words():
    """An ordering's key becomes the steps in their order."""
    items = [item.model_copy(update={"id": "q1"}) for item in only("ordering.txt").items[:1]]
    assert [entry.text for entry in references_of(items) if entry.kind == "answer"] == [
        "呼救；封锁通道；清点人数；写报告"
    ]
