"""How far a text resembles the reference answers, without a model."""

from __future__ import annotations

import pytest

from evaluator.grading import compare
from evaluator.rubric import Rubric
from evaluator.transcript import parse

SAID = "二分查找要求数据先排好序。每一步和中间的元素比较，去掉一半的范围。"
OTHER_WORDS = "得先排序才行。然后每回看正中那个数，比它大就看右半边，比它小就看左半边，范围一次少一半。"
APART = "食堂今天的红烧肉有点咸，明天想吃面条。"


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    points = [
        {"id": "sorted", "text": "数据必须事先有序"},
        {"id": "halves", "text": "每次与中间元素比较，排除一半范围"},
    ]
    hashed = [{"id": "sorted", "text": "用散列函数由键算出存放的位置"}]
    level = [{"points": 0, "description": "没有说到"}, {"points": 10, "description": "都说到了"}]
    return Rubric.model_validate(
        {
            "id": "search",
            "version": 1,
            "title": "查找",
            "language": "zh",
            "form": "answer",
            "task": "请说明二分查找是怎么工作的。",
            "pass_mark": 6,
            "criteria": [{"id": "right", "name": "答对", "points": 10, "levels": level}],
            "references": [
                {"id": "best", "text": "数据必须事先有序；每次与中间元素比较，排除一半范围。", "key_points": points},
                {"id": "hash", "text": "也可以用散列函数由键算出存放的位置，直接取到。", "key_points": hashed},
            ],
        }
    )


def likeness(rubric: Rubric, text: str):
    return compare(rubric, parse(text, form="answer"))["agent"].likeness


def test_what_says_more_of_the_reference_lies_higher(rubric: Rubric) -> None:
    """The same in other words is above half of it, and that is above something else."""
    criterion = rubric.criteria[0]
    texts = [OTHER_WORDS, SAID.split("。")[0], APART]
    whole, half, apart = [likeness(rubric, text).of_criterion(criterion).position for text in texts]
    assert whole > half > apart


def test_the_reference_itself_is_the_upper_end(rubric: Rubric) -> None:
    """Nothing resembles a reference more than the reference."""
    seen = likeness(rubric, rubric.references[0].text).witnesses(rubric.criteria[0])
    assert seen == pytest.approx((1, 1, 1))


def test_key_points_of_two_references_may_share_an_id(rubric: Rubric) -> None:
    """Each is compared with its own reference, even under the same name."""
    found = likeness(rubric, SAID)
    own, _ = found.of_point("best", rubric.references[0].key_points[0])
    other, _ = found.of_point("hash", rubric.references[1].key_points[0])
    assert own > 0.5 > other


def test_the_nearest_reference_counts(rubric: Rubric) -> None:
    """An answer after the second reference loses nothing by missing what the first one says."""
    alone = rubric.model_copy(update={"references": rubric.references[:1]})
    text, criterion = rubric.references[1].text, rubric.criteria[0]
    both, one = [likeness(item, text).of_criterion(criterion).position for item in (rubric, alone)]
    assert both > 0.9 > one


def test_neither_politeness_nor_saying_it_twice_helps(rubric: Rubric) -> None:
    """Padding and doubling leave the position within 3 % of the scale."""
    criterion = rubric.criteria[0]
    polite = f"老师您好，感谢您抽出时间看我的回答。{OTHER_WORDS}以上是我的回答，祝您工作顺利，谢谢！"
    plain, *changed = [
        likeness(rubric, text).of_criterion(criterion).position for text in (OTHER_WORDS, polite, OTHER_WORDS * 2)
    ]
    assert changed == pytest.approx([plain, plain], abs=0.03)


def test_repeating_the_task_earns_no_words(rubric: Rubric) -> None:
    """Words that the task itself holds are not counted."""
    assert likeness(rubric, rubric.task).witnesses(rubric.criteria[0]).words == pytest.approx(0, abs=0.1)


def test_english_words_tell_by_what_they_mean(rubric: Rubric) -> None:
    """Inflected forms of the reference's words count; the function words of any English text do not."""
    text = "The parcel was delivered to a neighbour, so the courier collects it from the neighbour."
    points = ({"id": "a", "text": text},)
    reference = rubric.references[0].model_validate({"id": "best", "text": text, "key_points": points})
    english = rubric.model_copy(update={"language": "en", "task": "What went wrong?", "references": (reference,)})
    said, empty = (
        "Couriers collected delivered parcels from neighbours.",
        "It was to be so, and the other is from a past that was.",
    )
    words = [likeness(english, answer).witnesses(english.criteria[0]).words for answer in (said, empty)]
    assert words == [1.0, 0.0]


def test_a_criterion_without_key_points_has_no_likeness(rubric: Rubric) -> None:
    """The absence of anything to resemble is reported, not guessed."""
    bare = rubric.model_copy(update={"references": ()})
    found = likeness(bare, SAID)
    assert found.of_criterion(bare.criteria[0]) is None
