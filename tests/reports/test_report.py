"""Scorecards as Markdown."""

from __future__ import annotations

from evaluator.reports.markdown import to_markdown
from evaluator.reports.phrases import outcome
from evaluator.scorecard import LevelShare, Verdict
from tests.support.storage_cases import make_scorecard, make_transcript


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
