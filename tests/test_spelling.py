"""Copies that something reads are spelled one way; quotations keep the speaker's spelling."""

from __future__ import annotations

import pytest
from grading_cases import GOOD, WordJudge, small_rubric

from benchmarks.variations import space_out, traditional
from evaluator.grading import grade
from evaluator.references.embedding import embed_passages, embed_queries
from evaluator.spelling import plain
from evaluator.states import state_for
from evaluator.transcript import parse


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("漏水了， 請您過來。 多少錢？", "漏水了，请您过来。多少钱？"),
        ("好的 谢谢 再见", "好的 谢谢 再见"),
        ("订单号: A 12，共 3 件", "订单号: A 12，共 3 件"),
        ("Hello, it leaks. Please come.", "Hello, it leaks. Please come."),
        ("第一行。  \n第二行\u3000\n", "第一行。\n第二行\n"),
        ("他说： “马上来。” 然后挂了", "他说：“马上来。”然后挂了"),
        ("", ""),
    ],
)
def test_habits_of_typing_are_evened_out_and_words_are_not(text, read):
    """Spaces after Chinese marks and the script go; spaces between words stay, in Chinese without marks too."""
    assert plain(text) == read
    assert plain(plain(text)) == read


@pytest.mark.parametrize("change", [space_out, traditional])
def test_the_judge_reads_one_spelling(change):
    """The same call in traditional characters, or with spaces after its marks, is the same text to the judge."""
    rubric = small_rubric()
    said, spelled = parse(GOOD), parse(change(GOOD, "zh"))
    assert spelled.turns[0].text != said.turns[0].text
    assert state_for(rubric, spelled, [], None).state == state_for(rubric, said, [], None).state


def test_embedders_read_one_spelling():
    """A sentence in traditional characters, with spaces, has the vector of the plain one."""
    assert (embed_passages(["請您過來， 水管漏了"]) == embed_passages(["请您过来，水管漏了"])).all()
    assert (embed_queries(["請您過來， 水管漏了"]) == embed_queries(["请您过来，水管漏了"])).all()


async def test_points_stay_and_quotations_are_exact():
    """A call in traditional characters gets the points of the plain one and is quoted in its own characters."""
    plainly, spelled = [
        await grade(parse(text), small_rubric(), WordJudge(), [], lambda _: None)
        for text in (GOOD, traditional(GOOD, "zh"))
    ]
    assert spelled.total == pytest.approx(plainly.total)
    quotes = [quote for verdict in spelled.verdicts for quote in verdict.evidence]
    turns = {turn.id: turn.text for turn in parse(traditional(GOOD, "zh")).turns}
    assert quotes and all(quote.text in turns[quote.turn] for quote in quotes)
