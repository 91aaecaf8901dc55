"""Which rubrics fit a text: those whose task it resembles more than the other tasks do."""

from __future__ import annotations

from pathlib import Path

from evaluator.grading import propose_rubrics
from evaluator.grading.proposing import PROPOSED
from evaluator.resources import resource_dir
from evaluator.rubrics import list_rubrics, load
from evaluator.transcript import parse

RUBRICS = [load(Path(entry.path)) for entry in list_rubrics() if entry.origin == "shipped"]


def test_the_scenario_that_a_text_was_written_for_is_the_first_proposal():
    """A development text, among all shipped scenarios."""
    text = (resource_dir("examples") / "cross-border-wrong-item" / "good.txt").read_text(encoding="utf-8")
    found = propose_rubrics(parse(text), RUBRICS)
    assert found[0].rubric.id == "cross-border-wrong-item" and found[0].fits and len(found) == PROPOSED


def test_nothing_fits_an_article_and_a_rubric_for_any_topic_is_no_candidate():
    """An article resembles some task most, and is said not to fit it."""
    found = propose_rubrics(
        parse("霜降是秋季的最后一个节气，农田里的冬小麦需要浇越冬水，民间有吃柿子的习俗。"), RUBRICS
    )
    assert found and not any(one.fits for one in found) and not any(one.rubric.any_topic for one in found)


def test_a_text_without_words_gets_no_proposal():
    """Neither does one if there are no rubrics."""
    assert propose_rubrics(parse("客服：……"), RUBRICS) == [] == propose_rubrics(parse("客服：您好"), [])
