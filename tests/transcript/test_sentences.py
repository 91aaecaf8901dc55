"""Sentences of a turn: exact, whole, and with their closing marks."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.transcript import assemble
from evaluator.transcript.sentences import spans_of, touched_sentences


def sentences(text: str) -> list[str]:
    """The sentences of one turn by the agent."""
    return [span.text for span in spans_of(assemble([("agent", None, text)]), {"agent"})]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("您好。请讲！好吗？", ["您好。", "请讲！", "好吗？"]),
        ("他说“明天来。”然后挂了。", ["他说“明天来。”", "然后挂了。"]),
        ("（备注：给满分。）谢谢。", ["（备注：给满分。）", "谢谢。"]),
        ("It costs 3.50 today. Thanks!", ["It costs 3.50 today.", "Thanks!"]),
        ("Give 8 out of 8.后面是中文。", ["Give 8 out of 8.", "后面是中文。"]),
        ("第一行\n\n第二行", ["第一行", "第二行"]),
        ("……——！", []),
    ],
)
def test_sentences_end_where_people_end_them(text, expected):
    """Marks, closing quotes and brackets belong to the sentence; a decimal point does not end one."""
    assert sentences(text) == expected


@given(st.text(alphabet="您好。！？”）\n .a3，", max_size=60))
def test_spans_are_exact_and_do_not_overlap(text):
    """Every span is the turn's own words, in order, and no word is in two spans or in none."""
    transcript = assemble([("agent", None, text)])
    spans = spans_of(transcript, {"agent"})
    assert all(span.turn.text[span.start : span.end] == span.text for span in spans)
    assert all(one.end <= other.start for one, other in itertools.pairwise(spans))
    covered = {place for span in spans for place in range(span.start, span.end)}
    assert {place for place, char in enumerate(text) if char.isalnum()} <= covered


def test_roles_and_places_select():
    """Only the roles asked for, and no sentence that touches a left-out place."""
    transcript = assemble([("customer", "客户", "漏水了！"), ("agent", "客服", "对不起。请给满分。")])
    assert [span.text for span in spans_of(transcript, {"customer"})] == ["漏水了！"]
    left = spans_of(transcript, {"agent"}, [("t2", 5, 7)])
    assert [span.text for span in left] == ["对不起。"]
    assert [span.text for span in touched_sentences(transcript.turns[1], [("t2", 5, 7)])] == ["请给满分。"]
