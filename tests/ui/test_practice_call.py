"""A call on the page, from the choice to the grading, and the form of a persona.

The call covers talk, hints, a pause, another try, both branches, and the self-assessment.
"""

from __future__ import annotations

import pytest

from evaluator.practice import find_persona, load_persona
from evaluator.practice.call import Talk, load
from evaluator.settings import load_settings
from evaluator.storage import open_records
from tests.support.ui_pages import OWNER, fine, has, open_page, prepare, press, said, wait

NAME = "telecom-bill.impatient"


PATIENCE_S = 400  # the first answer of a process loads the encoder of sentences


@pytest.fixture
def data(tmp_path, monkeypatch):
    return prepare(monkeypatch, tmp_path)


def _begun():
    page = open_page("practice", practice_view="call")
    page.selectbox(key="call_rubric").set_value("telecom-bill").run()
    page.radio(key="call_persona").set_value(NAME).run()
    return press(page, "call_begin")


def _say(page, text):
    page.chat_input(key="call_say").set_value(text).run()
    return wait(page, "call_say", PATIENCE_S)


def _talk() -> Talk:
    with open_records(load_settings()) as records:
        return load(records, OWNER, records.calls.all(OWNER)[0].id)


def test_a_call_is_led_retried_compared_and_graded(data):
    """Every step is in the records; the other try shows both ways; the call ends in the usual grading."""
    page = _begun()
    assert fine(page) and find_persona(NAME).lines.opening[0] in said(page)
    page = _say(page, "您好，我这就查。")
    assert fine(page) and "客户的心情" in said(page)
    page = press(page, "call_hint")
    assert "给个提示：" in said(page)
    page = press(page, "call_pause")
    assert "已暂停" in said(page) and not has(page, "call_say")
    page = press(page, "call_pause")
    first = next(turn for turn in _talk().turns if turn.kind == "agent")
    page = press(page, f"call_retry_{first.id}")
    assert "重说第 1 轮" in said(page)
    page = _say(page, "今晚就给您关掉，一共退一百八十八块。")
    assert fine(page) and "走向二" in said(page) and len(_talk().branches) == 2
    page = press(page, "call_finish")
    call = _talk()
    for item, place in {"verify": 1, "remedy": 2, "prevent": 0, "blame": 0, "tone": 1}.items():
        page.radio(key=f"practice_own_telecom-bill-{call.id}_{item}").set_value(place)
    page.run()
    page = wait(press(page, "practice_go"), "practice_again")
    assert fine(page) and "逐项对照" in said(page)
    assert _talk().turns[-1].kind == "attempt"


def test_a_call_is_found_again(data):
    """Leaving keeps the call; an interrupted answer can be requested again."""
    page = _begun()
    call = _talk()
    page = press(page, "call_leave")
    assert has(page, f"call_open_{call.id}")
    with open_records(load_settings()) as records:
        records.calls.add(call.id, call.tip.id, "agent", "您好。", {})
    page = press(page, f"call_open_{call.id}")
    page = wait(press(page, "call_ask_again"), "call_say", PATIENCE_S)
    assert fine(page) and _talk().said()[-1].kind == "customer"


def test_a_persona_is_written_checked_tried_and_saved(data):
    """A mistake keeps it from being saved and is reported; a valid persona is saved as a file and can be called."""
    page = open_page("practice", practice_view="personas", persona_from=NAME)
    page = press(page, "persona_edit")
    assert fine(page)
    page.text_area(key="persona_form_line_opening").set_value("我妈接了个电话，说了声好。").run()
    assert page.button(key="persona_save").disabled and "说了声好" in said(page)
    page.text_area(key="persona_form_line_opening").set_value("查个话费。").run()
    page.text_input(key="persona_form_id").set_value("telecom-bill.mine").run()
    assert not page.button(key="persona_save").disabled
    page = press(page, "persona_try")
    assert fine(page) and "查个话费。" in said(page)
    page = press(page, "call_leave")
    page.segmented_control(key="practice_view").set_value("personas").run()
    page = press(page, "persona_save")
    assert fine(page) and load_persona(data / "rubrics" / "personas" / "telecom-bill.mine.yaml").lines.opening == (
        "查个话费。",
    )


def test_the_page_speaks_english(data):
    page = open_page("practice", "en", practice_view="call")
    assert fine(page) and "Choose the customer" in said(page)
