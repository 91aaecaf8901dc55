"""A trainee talks to a simulated customer in a real browser: words stream, moods are drawn, tries are compared."""

from __future__ import annotations

import pytest

from tests.support.chromium import chromium, person, serving, settle, shoot, visit

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "language"), [("light", "zh"), ("dark", "en")])
def test_a_call_with_a_second_try(tmp_path, scheme, language):
    """Begin, say a turn, take a hint, reload, say the turn again, and see both ways."""
    zh = language == "zh"
    with serving(tmp_path) as address, chromium() as browser:
        tab = visit(person(browser, color_scheme=scheme), f"{address}/practice?lang={language}")
        tab.get_by_role("radio", name="和客户通话" if zh else "Talk to a customer").click()
        tab.locator(".st-key-call_begin button").click()
        bubbles = tab.locator("[data-testid=stChatMessage]")
        expect(bubbles).to_have_count(1)
        _say(tab, "已经给您办好了，明天上午十点前到账。" if zh else "It's done, you'll have it by ten tomorrow.")
        expect(bubbles).to_have_count(3)
        expect(tab.locator(".st-key-call_hint button")).to_be_enabled()  # the answer is complete
        tab.locator(".st-key-call_hint button").click()
        tab.get_by_text("给个提示：" if zh else "Hint: ").wait_for()
        settle(tab)
        shoot(tab, f"call-{scheme}")
        tab.reload()
        expect(bubbles).to_have_count(3)
        tab.locator("[class*=st-key-call_retry_] button").first.click()
        tab.get_by_text("重说第 1 轮" if zh else "Turn 1 again").wait_for()
        _say(tab, "这不归我管，您自己去找别人。" if zh else "Not my department, ring somebody else.")
        tab.get_by_text("两种说法的走向" if zh else "Both ways compared").wait_for()
        expect(tab.locator("[data-testid=stVegaLiteChart]")).to_have_count(2)
        settle(tab)
        shoot(tab, f"call-both-ways-{scheme}")
        tab.get_by_role("radio", name="模拟客户" if zh else "Customers").click()
        tab.locator(".st-key-persona_edit button").click()
        tab.get_by_text("检查" if zh else "Checks", exact=True).wait_for()
        settle(tab)
        shoot(tab, f"persona-form-{scheme}")


def _say(tab, text: str) -> None:
    box = tab.locator("[data-testid=stChatInput] textarea")
    box.fill(text)
    box.press("Enter")
