"""Key points of reference answers that lack them."""

from __future__ import annotations

from evaluator.grading import grade
from evaluator.rubric import KeyPoint, ReferenceAnswer
from evaluator.rubrics.key_points import split_clauses, with_key_points
from evaluator.transcript import parse
from tests.support.grading_cases import GOOD, WordJudge, small_rubric

CALL = "客服：漏水是我们的错，实在对不起。\n客户：那几点来？\n客服：师傅下午两点上门，修理不收费。"


def test_clauses_lose_their_numbering_and_short_ones_join_a_neighbour() -> None:
    """A Chinese reference is cut at its commas; what is too short to stand alone is kept with its neighbour."""
    assert split_clauses("1.先断电，再等五分钟后重启；2、不行，就换一根新的电源线。") == [
        "先断电，再等五分钟后重启",
        "不行，就换一根新的电源线",
    ]


def test_english_references_are_cut_into_sentences() -> None:
    """Decimals do not end a sentence, and what joins a neighbour keeps a space before it."""
    assert len(split_clauses("The mean is 2.5 here. The rest stays.")) == 2
    assert split_clauses("Yes. It stays the same.") == ["Yes. It stays the same."]


def test_a_reference_without_key_points_gets_its_clauses() -> None:
    """Only what the candidate would say counts, and a reference with key points keeps its own."""
    own = (KeyPoint(id="hour", text="说定师傅几点上门"),)
    bare, named = ReferenceAnswer(id="bare", text=CALL), ReferenceAnswer(id="named", text=CALL, key_points=own)
    found = with_key_points(small_rubric(references=(bare, named))).references
    assert [point.text for point in found[0].key_points] == [
        "漏水是我们的错，实在对不起",
        "师傅下午两点上门，修理不收费",
    ]
    assert found[1].key_points == own


async def test_a_grading_shows_them_and_keeps_the_digest_of_the_rubric_as_stated() -> None:
    """A user with only a reference text still sees which parts are covered.

    The record names the rubric as it was written.
    """
    rubric = small_rubric(references=(ReferenceAnswer(id="bare", text=CALL),))
    card = await grade(parse(GOOD, form="dialogue"), rubric, WordJudge(), [], lambda _: None)
    assert card.rubric.digest == rubric.digest
    covered = {point.text for point in card.key_points if point.covered}
    assert "漏水是我们的错，实在对不起" in covered and len(card.key_points) == 2


def test_the_longest_id_of_a_reference_still_gives_ids_of_key_points() -> None:
    """Ids are at most 64 characters and begin with a letter."""
    long = ReferenceAnswer(id="r" + "-1" * 31 + "x", text=CALL)
    assert len(with_key_points(small_rubric(references=(long,))).references[0].key_points) == 2
