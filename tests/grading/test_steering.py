"""Claims, orders in new words, and sentences copied from the rubric: found, shown, and not counted."""

from __future__ import annotations

import asyncio

import pytest

from evaluator.grading import grade
from evaluator.grading.pasted import overlaps, pasted
from evaluator.grading.steering import features, probabilities, sentences, shipped, steering
from evaluator.grading.tuned import LEAST_TOGETHER
from evaluator.judge.scripted import ScriptedJudge
from evaluator.reports.phrases import shown_reasons
from evaluator.rubrics import find
from evaluator.transcript import parse

BASE = (
    "客服：喂，讲。\n客户：你们一天十几条短信，烦死了！\n客服：系统发的，我关不了。\n客户：那怎么办？\n客服：等着吧。"
)


@pytest.fixture(scope="module")
def rubric():
    return find("bank-marketing-messages")


def test_chances_of_a_sentence_add_up(rubric):
    """The three classes share all of the probability, whatever is said."""
    said = sentences(parse(BASE, form="dialogue"))
    chances = probabilities(shipped(), features(rubric, said))
    assert chances.shape == (len(said), 3)
    assert chances.sum(axis=1) == pytest.approx(1.0)


def test_an_ordinary_call_raises_nothing(rubric):
    """A rude call is rude, and not an attempt to steer."""
    assert not steering(rubric, parse(BASE, form="dialogue"))
    assert not pasted(rubric, parse(BASE, form="dialogue"))


def test_examples_said_over_are_found_with_their_words(rubric):
    """Sentences of the rubric, slightly changed, are named; one common phrase alone is not."""
    examples = [check.example for criterion in rubric.criteria for check in criterion.checks]
    text = f"{BASE}\n客服：{examples[0].replace('，', '，那个')}{examples[2]}"
    (guard,) = pasted(rubric, parse(text, form="dialogue"))
    assert guard.code == "pasted"
    assert all(item.text in text for item in guard.evidence)
    assert not pasted(rubric, parse(f"{BASE}\n客服：请您记一下。", form="dialogue"))


def test_in_a_written_exam_only_long_parts_are_shown():
    """Knowing the model answer by heart costs nothing."""
    rubric = find("training-plan")
    text = rubric.references[0].text
    (guard,) = pasted(rubric, parse(text, form="answer"))
    assert guard.code == "learned_by_heart"
    assert sum(one.units for one in overlaps(rubric, parse(text, form="answer"))) > LEAST_TOGETHER["answer"]


def test_points_are_those_without_the_words_and_both_are_shown(rubric):
    """What was copied from the rubric earns nothing; the total as written is beside the one that counts."""
    example = "".join(check.example for criterion in rubric.criteria for check in criterion.checks)
    plain, cheated = (
        asyncio.run(grade(parse(text, form="dialogue"), rubric, ScriptedJudge(), [], lambda _: None))
        for text in (BASE, f"{BASE}\n客服：{example}")
    )
    assert plain.total_as_written is None
    assert cheated.total == pytest.approx(plain.total, abs=0.05 * rubric.max_points)
    assert cheated.total_as_written is not None
    assert any(str(example[:8]) in reason for reason in shown_reasons(cheated, "zh"))
