"""Ids of questions: built and parsed in one place, and the same strings as in every record so far."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.judge import STEERING, TOPIC, Subject, subject_of
from evaluator.judge.combined import shipped_answers
from evaluator.rubrics import plan_anchors, plan_guards
from tests.support.grading_cases import small_rubric

NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,20}", fullmatch=True)


@pytest.mark.parametrize(
    ("subject", "question"),
    [
        (Subject("criterion", "calm"), "c:calm"),
        (Subject("check", "calm", "sorry"), "c:calm:sorry"),
        (Subject("applies", "calm"), "a:calm"),
        (Subject("key_point", "call", "hour"), "k:call:hour"),
        (TOPIC, "g:topic"),
        (STEERING, "g:steering"),
    ],
)
def test_ids_are_the_strings_that_records_hold(subject, question):
    assert subject.id == question
    assert subject_of(question) == subject


@given(st.sampled_from(["criterion", "applies", "guard"]), NAMES)
def test_an_id_leads_back_to_its_subject(kind, name):
    assert subject_of(Subject(kind, name).id) == Subject(kind, name)


@given(st.sampled_from(["check", "key_point"]), NAMES, NAMES)
def test_an_id_with_a_part_leads_back_to_its_subject(kind, name, part):
    assert subject_of(Subject(kind, name, part).id) == Subject(kind, name, part)


@given(st.text(max_size=12))
def test_other_ids_are_no_rubric_s_questions(text):
    found = subject_of(text)
    assert found is None or found.id == text


def test_whether_it_applies_does_not_weigh_a_criterion():
    weighing = [Subject("criterion", "calm"), Subject("check", "calm", "sorry")]
    others = [Subject("applies", "calm"), Subject("check", "plan", "calm"), Subject("key_point", "calm", "x"), TOPIC]
    assert all(one.weighs("calm") for one in weighing) and not any(one.weighs("calm") for one in others)


def test_every_question_of_a_rubric_says_what_it_is_about():
    rubric = small_rubric()
    assert all(question.subject for question in (*plan_anchors(rubric), *plan_guards(rubric)))


def test_the_answers_that_ship_lead_back_to_their_subjects():
    """Their ids were written before there was a type."""
    ids = {kept["answer"]["question"] for kept in shipped_answers().values()}
    assert ids and all((found := subject_of(one)) and found.id == one for one in ids)
