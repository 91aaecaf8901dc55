"""Calibration sessions on the page: nobody sees others' points before handing in their own."""

from __future__ import annotations

import pytest

from evaluator import rubrics
from evaluator.settings import load_settings
from evaluator.storage import open_records
from tests.support.storage_cases import make_rubric, make_scorecard, make_transcript
from tests.support.ui_pages import OWNER, fine, has, open_page, prepare, press, said

RUBRIC = make_rubric()


@pytest.fixture
def gradings(tmp_path, monkeypatch):
    prepare(monkeypatch, tmp_path)
    settings = load_settings()
    settings.user_rubric_dir.mkdir(parents=True)
    (settings.user_rubric_dir / f"{RUBRIC.id}.yaml").write_text(rubrics.dump(RUBRIC), encoding="utf-8")
    ids = []
    with open_records() as records:
        for words in ("您好，请讲。", "别烦我。"):
            transcript = make_transcript(words)
            card = make_scorecard(transcript, RUBRIC)
            records.save(card, transcript, rubric=RUBRIC, owner=OWNER, label=f"来电{words[:2]}")
            ids.append(card.id)
    return ids


def _begun(gradings):
    with open_records() as records:
        return records.calibration_sessions.begin("四月", RUBRIC.id, gradings, owner=OWNER)


def _arrive(held):
    page = open_page("calibration")
    page.query_params["session"] = held.code
    page.session_state["calibration_view"] = "session"
    return page.run()


def _graded(page, held, grading, care=1, insult=0):
    page.text_input(key="reviewer_name").set_value("林老师").run()
    page.radio(key=f"session-{held.id}-{grading}-care").set_value(care).run()
    return page.radio(key=f"session-{held.id}-{grading}-insult").set_value(insult).run()


def test_a_session_is_started_from_graded_texts(gradings):
    """The choice shows no points; the session opens with a link to send."""
    page = open_page("calibration", calibration_view="session")
    page.selectbox(key="session_rubric").set_value(RUBRIC.id).run()
    page.multiselect(key=f"session_texts_{RUBRIC.id}").set_value(gradings).run()
    page = press(page, "session_begin")
    assert fine(page) and "您交了 0 / 2 份" in said(page) and "2.3" not in said(page)
    with open_records() as records:
        held = records.calibration_sessions.all(OWNER)
    assert len(held) == 1 and any(held[0].code in one.value for one in page.code)


def test_nobody_sees_others_points_before_handing_in(gradings):
    """A colleague's points and reason appear only after one's own; then both can settle, and only once per text."""
    held = _begun(gradings)
    with open_records() as records:
        given = {"care": 0.0, "insult": 0.0}
        records.calibration_sessions.hand_in(
            held.id, gradings[0], given, {"care": "太冷淡"}, person="other", who="周老师"
        )
    page = _graded(_arrive(held), held, gradings[0])
    assert fine(page) and "周老师" not in said(page) and "太冷淡" not in said(page)
    page = press(page, f"session_hand_in_{gradings[0]}")
    page.selectbox(key=f"session_text_{held.id}").set_value(gradings[0]).run()
    assert fine(page) and "周老师" in said(page) and "太冷淡" in said(page) and "机器" in said(page)
    field = page.number_input(key=f"settle_{held.id}_{gradings[0]}_care")
    assert field.value == 1.5
    page = press(press(page, f"settle_go_{gradings[0]}"), f"settle_go_{gradings[0]}")
    with open_records() as records:
        assert [one.points for one in records.overrides(gradings[0]) if one.criterion == "care"] == [1.5]
        assert records.calibration_sessions.settled(held.id) == {gradings[0]}
    assert "已商定 1 份" in said(page)


def test_what_was_chosen_is_kept_until_it_is_handed_in(gradings):
    """Another visit shows the draft; without a name or with a criterion open nothing can be handed in."""
    held = _begun(gradings)
    page = _arrive(held)
    page.radio(key=f"session-{held.id}-{gradings[0]}-care").set_value(1).run()
    assert page.button(key=f"session_hand_in_{gradings[0]}").disabled and "还没打分：辱骂" in said(page)
    again = _arrive(held)
    assert again.radio(key=f"session-{held.id}-{gradings[0]}-care").value == 1


def test_a_wrong_link_says_what_to_do(gradings):
    """One sentence, and the way back."""
    page = open_page("calibration")
    page.query_params["session"] = "wrong"
    page.session_state["calibration_view"] = "session"
    page.run()
    assert "没有这场校准会" in page.error[0].value and has(page, "session_back")
