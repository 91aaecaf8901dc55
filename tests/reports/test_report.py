"""Scorecards as Markdown."""

from __future__ import annotations

import re

from evaluator.reports.blocks import Bullets, Paragraph, Table, Title, write_blocks
from evaluator.reports.markdown import to_markdown
from evaluator.reports.phrases import outcome
from evaluator.scorecard import LevelShare, Verdict
from tests.support.storage_cases import make_rubric, make_scorecard, make_transcript


def verdict(kind: str, description: str = "说明", **changes) -> Verdict:
    """One verdict at its highest level."""
    shares = (
        LevelShare(points=0, description="没有", probability=0.0),
        LevelShare(points=2, description=description, probability=1.0),
    )
    content = {
        "criterion": "one",
        "name": "一项",
        "kind": kind,
        "points": 2,
        "max_points": 2,
        "level": 1,
        "level_description": description,
        "distribution": shares,
        "confidence": 1.0,
    }
    return Verdict(**{**content, **changes})


def test_what_a_criterion_came_to():
    """A penalty is taken away, a bonus added, a fatal item has words, and what does not apply says so."""
    assert outcome(verdict("score")) == "2 / 2"
    assert outcome(verdict("penalty")) == "-2 / 2"
    assert outcome(verdict("bonus")) == "+2 / 2"
    assert outcome(verdict("fatal", "发生了", points=0, max_points=0)) == "发生了"
    assert outcome(verdict("score", not_applicable=True)) != outcome(verdict("score"))


def test_a_level_stays_in_its_cell():
    """Lines and bars in a level's description don't break the Markdown table."""
    transcript = make_transcript()
    card = make_scorecard(transcript, verdicts=(verdict("score", "先道歉\n再给 A|B 两个办法\n"),))
    rows = [line for line in to_markdown(card, transcript).splitlines() if line.startswith("|")]
    assert len(rows) == 4
    assert rows[-1] == r"| 2 | 100% | **先道歉 再给 A\|B 两个办法** |"


def test_what_a_candidate_wrote_is_no_markdown():
    """A report that is opened elsewhere loads no image and follows no link of the transcript's."""
    words = "![x](https://evil.example/p.png) <img src=x> [a](b) `c` 您好"
    transcript = make_transcript(words, speaker="[小周](x)")
    text = to_markdown(make_scorecard(transcript, make_rubric(title="<b>题")), transcript)
    blocks = write_blocks(
        [Title(words), Paragraph(words), Bullets((words,)), Table("t", ("a",), ((words,),))], "md"
    ).decode()
    for shown in (text, blocks):
        assert not re.search(r"(?<!\\)\[[^\]]*(?<!\\)\]\(|(?<!\\)<", shown), shown
    assert "您好" in blocks
