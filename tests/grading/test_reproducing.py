"""Grading a record again: identical where nothing changed, and every change named."""

from __future__ import annotations

import asyncio

import pytest

from evaluator.errors import InputError
from evaluator.grading import grade, reproduce
from evaluator.rubrics import write
from evaluator.settings import Settings
from evaluator.storage import open_records
from evaluator.transcript import parse
from tests.support.grading_cases import GOOD, WordJudge, small_rubric


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path)


@pytest.fixture
def records(settings):
    with open_records(settings) as opened:
        yield opened


def stored(records, judge=None, **kept):
    rubric, transcript = small_rubric(), parse(GOOD, form="dialogue")
    card = asyncio.run(grade(transcript, rubric, judge or WordJudge(), [], lambda _: None))
    return records.record(records.save(card, transcript, **{"rubric": rubric, **kept}))


def again(record, records, settings, judge=None):
    return asyncio.run(reproduce(record, records, settings, judge=judge or WordJudge()))


def test_nothing_changed_is_identical(records, settings):
    """All answers and all results, bit for bit; the rubric of that id is gone, which is told apart."""
    found = again(stored(records), records, settings)
    assert found.identical and not found.conditions and found.answers and found.rubric_now is None


def test_an_answer_that_moved_is_counted_and_shows_in_the_points(records, settings):
    """The differing answers, the largest difference, the criteria and the total."""
    found = again(stored(records), records, settings, WordJudge(words=lambda _: 0.8))
    assert found.differing == found.answers and found.furthest > 0.05
    assert not found.identical and not found.conditions


def test_the_smallest_change_of_an_answer_is_no_longer_identical(records, settings):
    """A difference in the last digits counts, even where no point moves."""
    found = again(
        stored(records), records, settings, WordJudge(words=lambda s: (0.9 if "对不起" in s.text else 0.4) + 1e-12)
    )
    assert found.differing and not found.identical and found.furthest < 1e-9 and not found.outcomes


def test_another_engine_is_named(records, settings):
    """The stamp of the judge then and now."""

    class Elsewhere(WordJudge):
        @property
        def stamp(self):
            return {**super().stamp, "engine": "other"}

    record = stored(records, Elsewhere())
    (one,) = again(record, records, settings).conditions
    assert (one.name, one.then, one.now) == ("engine", "other", "–")


def test_a_changed_rubric_is_told_and_the_old_one_used(records, settings):
    """The result is that of the stored rubric."""
    record = stored(records)
    changed = small_rubric(version=2, pass_mark=1)
    write(changed, settings.user_rubric_dir)
    found = again(record, records, settings)
    assert found.identical and found.rubric_now == changed.digest != record.scorecard.rubric.digest


def test_what_cannot_be_graded_again_says_why(records, settings):
    """Without the rubric, and with a profile that is not stored."""
    with pytest.raises(InputError) as missing:
        again(stored(records, rubric=None), records, settings)
    assert missing.value.code == "reproduce_no_rubric"
    record = stored(records)
    card = record.scorecard.model_copy(update={"profile": "desk v3"})
    with pytest.raises(InputError) as gone:
        again(record.model_copy(update={"scorecard": card}), records, settings)
    assert gone.value.code == "reproduce_no_profile"
