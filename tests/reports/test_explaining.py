"""The explanation of a grading tells what was asked, answered and computed, and what people changed."""

from __future__ import annotations

import asyncio
import html
import re

import pytest

from evaluator import messages
from evaluator.grading import grade
from evaluator.reports import explanation, write_blocks
from evaluator.settings import Settings
from evaluator.storage import open_records
from evaluator.transcript import parse
from tests.support.grading_cases import COLD, GOOD, WordJudge, small_rubric
from tests.support.storage_cases import make_rubric, make_scorecard, make_transcript


@pytest.fixture
def records(tmp_path):
    messages.use("en")
    with open_records(Settings(data_dir=tmp_path)) as opened:
        yield opened


def told(records, grading, form="md"):
    record = records.record(grading)
    return write_blocks(explanation(record, records.effective(grading), records.audit.entries(grading)), form).decode()


def graded(records, text=GOOD, judge=None):
    rubric, transcript = small_rubric(), parse(text, form="dialogue")
    card = asyncio.run(grade(transcript, rubric, judge or WordJudge(), [], lambda _: None))
    return records.save(card, transcript, rubric=rubric, label="小周"), card


def test_every_question_stands_beside_its_answer_and_the_steps_lead_to_the_points(records):
    """The question's wording, the probabilities, the positions and the points are all named."""
    grading, card = graded(records)
    shown = told(records, grading)
    assert "客服道歉了吗？" in shown and "道歉了 90%" in shown and "questions.v1.zh" in shown
    for verdict in card.verdicts:
        assert verdict.steps[-1].values["points"] == pytest.approx(verdict.points, abs=1e-4)
        assert f"expected value is {verdict.points:.2f} of {verdict.max_points:g} points" in shown
    assert "Likeness to the reference answer" in shown and card.rubric.digest in shown


def test_the_steps_can_be_worked_out_again(records):
    """Blending what was judged and the likeness by the stated share gives the stated position."""
    _, card = graded(records, COLD)
    for verdict in card.verdicts:
        steps = {one.code: one.values for one in verdict.steps}
        share = steps["blended"]["share"]
        judged, alike = steps["judged"]["position"], steps["likeness"]["position"]
        assert (1 - share) * judged + share * alike == pytest.approx(steps["blended"]["position"], abs=2e-4)


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_judge_without_anchors_is_explained_in_both_languages(records, language):
    """Nothing is left out when the answers are taken as they are."""
    messages.use(language)
    grading, card = graded(records, judge=WordJudge(anchored=False))
    assert [verdict.steps[0].code for verdict in card.verdicts] == ["levels_read", "levels_read"]
    assert "{" not in told(records, grading)


def test_what_people_changed_is_told_with_who_and_why(records):
    """A correction, its withdrawal and a note, and the total as it stands."""
    grading, _ = graded(records)
    records.override(grading, "sorry", 0, "没有真心", who="林")
    records.add_note(grading, "请二面再问", who="王")
    shown = told(records, grading)
    assert "A person changed points since" in shown and "没有真心" in shown and "请二面再问" in shown and "林" in shown
    records.revert(grading, "sorry", who="林")
    assert "A person changed points since" not in told(records, grading) and "withdrawn" in told(records, grading)


def test_an_older_record_says_what_it_lacks(records):
    """Without stored steps and rubric the page says so and shows what there is."""
    transcript = make_transcript()
    grading = records.save(make_scorecard(transcript, make_rubric()), transcript)
    shown = told(records, grading)
    assert "older than the recording of steps" in shown and "its content was not stored" in shown
    assert "This is not a zero" in shown


def test_the_web_page_escapes_what_people_said(records):
    """Markup in a name or a text stays text."""
    transcript = make_transcript("<script>alert(1)</script>")
    grading = records.save(make_scorecard(transcript), transcript, label="<b>x</b>", rubric=make_rubric())
    records.add_note(grading, "<img src=x onerror=alert(1)>")
    page = told(records, grading, "html")
    assert not re.search(r"<(script|img|b)\b", page) and "<b>x</b>" in html.unescape(page)
