"""Whole journeys through the running page, in a real Chromium."""

from __future__ import annotations

import json
import re

import pytest

from tests.support import chromium
from tests.support.chromium import JUDGES, PHONE, WAIT_MS, find_axe, serving, settle, visit

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

pytestmark = pytest.mark.browser

SESSIONS = 20
PAGES = (
    "",
    "grade",
    "batch",
    "dashboard",
    "history",
    "interview",
    "practice",
    "paper",
    "bank",
    "calibration",
    "settings",
)


@pytest.fixture(scope="module")
def browser():
    with chromium.chromium() as started:
        yield started


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    script = folder / "script.json"
    script.write_text(json.dumps({"delay_s": 0.5}), encoding="utf-8")
    with serving(folder, script=str(script)) as place:
        yield place


@pytest.fixture(scope="module")
def model_address(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("model-page"), "embedded") as place:
        yield place


@pytest.fixture(params=JUDGES)
def judge(request):
    return request.param


@pytest.fixture
def judged(request, judge):
    """The address of the page where this judge grades."""
    return request.getfixturevalue("address" if judge == "scripted" else "model_address")


@pytest.fixture
def person(browser, tmp_path):
    """Opens browsers, each one person's; saves a picture of how each ended, for anyone who reads a failure."""
    made = []

    def make(**look):
        made.append(chromium.person(browser, **look))
        return made[-1]

    yield make
    for number, context in enumerate(made):
        for page in context.pages:
            page.screenshot(path=tmp_path / f"{number}.png")
        context.close()


def grade_example(context, address: str, text: str | None = None):
    """The example (or `text`) graded, up to its scorecard."""
    page = visit(context, f"{address}/grade")
    if text is None:
        page.get_by_role("button", name="放入示例").click()
    else:
        page.get_by_label("对话或回答", exact=True).fill(text)
        page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="评分", exact=True).click()
    page.locator(".ev-total").wait_for()
    settle(page)
    return page


def arrive(page, anchor: str) -> None:
    """Waits until the address has led to `anchor` and it is inside the window."""
    page.wait_for_function(
        "a => { const r = document.querySelector(a)?.getBoundingClientRect();"
        " return location.hash === a && r && r.bottom > 0 && r.top < innerHeight; }",
        arg=anchor,
    )


def test_grade_the_example_and_jump_between_evidence_and_words(judged, judge, person):
    """A quotation leads to its words in the transcript, and the words lead back to their criterion."""
    page = grade_example(person(judge=judge), judged)
    quotation = page.locator(".ev-quotes a").first
    quotation.click()
    target = quotation.get_attribute("href")
    arrive(page, target)
    expect(page.locator(target)).to_have_css("outline-style", "solid")
    words = page.locator(f"mark{target} a.words")
    assert words.inner_text() in quotation.inner_text()
    back = words.get_attribute("href")
    assert back.startswith("#criterion-")
    words.click()
    arrive(page, back)
    page.reload()
    page.locator(".ev-total").wait_for()


def test_a_correction_is_in_the_word_document(judged, judge, person, tmp_path):
    """Points changed by a person are in the downloaded .docx, which opens."""
    import docx

    page = grade_example(person(judge=judge), judged)
    page.locator('[class*="st-key-correct_"] label').click()
    page.get_by_label("您的姓名").fill("林老师")
    page.get_by_label("您的姓名").press("Tab")
    reason = page.get_by_label("理由").first
    reason.fill("举例再具体一些")
    reason.press("Enter")
    page.locator(".ev-crit", has_text="林老师").wait_for()
    page.get_by_role("button", name="导出").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Word 文档").click()
    path = tmp_path / "grading.docx"
    download.value.save_as(path)
    words = "\n".join(paragraph.text for paragraph in docx.Document(str(path)).paragraphs)
    assert "林老师" in words and "举例再具体一些" in words


@pytest.mark.xfail(
    strict=False, reason="on a slow machine the page sometimes misses a note; tests/ui/test_once.py holds a part"
)
def test_a_note_saved_by_a_double_click_is_stored_once(address, person):
    """Two quick clicks on the button neither lose the note nor store it twice; the field is empty afterwards."""
    page = grade_example(person(), address)
    for number in range(3):
        page.get_by_label("新备注").fill(f"请二面时再问{number}")
        page.get_by_role("button", name="添加备注").dblclick()
        settle(page)
        expect(page.get_by_test_id("stText").filter(has_text=f"请二面时再问{number}")).to_have_count(1, timeout=60_000)
        expect(page.get_by_label("新备注")).to_have_value("")
        page.wait_for_timeout(2100)


def test_a_batch_created_by_a_double_click_is_one(address, person, tmp_path):
    """Two quick clicks on the button create one batch."""
    table = tmp_path / "四月.csv"
    table.write_text("编号,对话\n甲,客服：您好，马上给您换货。\n乙,客服：您好，抱歉。", encoding="utf-8")
    page = visit(person(), f"{address}/batch")
    page.locator("input[type=file]").set_input_files(str(table))
    page.get_by_role("button", name="建立批次（2 份）").dblclick()
    page.get_by_text("完成 0，失败 0，等待 2").wait_for()
    settle(page)
    page.get_by_test_id("stSelectbox").first.click()
    expect(page.get_by_role("option").filter(has_text="四月")).to_have_count(1)


def test_a_batch_goes_on_while_the_page_is_closed(judged, judge, person, tmp_path):
    """Six texts are begun, the page is closed half-way, and a page opened later finds them all graded."""
    rows = [f"考生{n},客服：您好，我是{n}号客服，非常抱歉让您久等，我马上给您换货。" for n in range(6)]
    table = tmp_path / "三月.csv"
    table.write_text("编号,对话\n" + "\n".join(rows), encoding="utf-8")
    context = person(judge=judge)
    page = visit(context, f"{judged}/batch")
    page.locator("input[type=file]").set_input_files(str(table))
    page.get_by_role("button", name="建立批次（6 份）").click()
    page.get_by_role("button", name="直接评全部 6 份").click()
    page.get_by_text(re.compile("总共完成 [1-9]")).first.wait_for()
    opened = page.url
    page.close()
    again = visit(context, opened)
    again.get_by_text("完成 6，失败 0，等待 0").wait_for()
    expect(
        again.get_by_role("radio", name="需要人看的").or_(again.get_by_role("button", name="需要人看的"))
    ).to_have_count(1)


def test_language_is_switched_and_kept(address, person):
    """English is one click away, reaches every part of the frame, and outlives a reload."""
    page = visit(person(), address)
    page.get_by_role("radio", name="English").or_(page.get_by_role("button", name="English")).first.click()
    page.get_by_role("heading", name="Conversations graded point by point").wait_for()
    page.reload()
    page.get_by_role("heading", name="Conversations graded point by point").wait_for()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="Batch").first.wait_for()


def test_what_is_typed_survives_a_reload(address, person):
    """Without a click anywhere, a pause in typing is enough."""
    page = visit(person(), f"{address}/grade")
    page.get_by_label("对话或回答", exact=True).press_sequentially("客服：您好，我写到一半")
    page.get_by_text("3 · 确认谁是谁").wait_for()
    page.reload()
    expect(page.get_by_label("对话或回答", exact=True)).to_have_value("客服：您好，我写到一半")


def test_a_field_that_the_browser_draws_late_keeps_what_was_typed(address, person):
    """The code of text areas arrives after the next click: the field's content is there, now and after a reload."""
    page = visit(person(), f"{address}/grade")
    text = page.get_by_label("对话或回答", exact=True)
    text.fill("客服：您好，请讲。")
    text.press("Control+Enter")
    page.get_by_text("3 · 确认谁是谁").wait_for()
    waiting = []
    page.route("**/TextArea.*.js", lambda route: waiting.append(route))
    page.reload()
    again = page.locator(".st-key-grade_fresh label")
    again.click()
    settle(page)
    assert waiting and not text.count()
    for one in waiting:
        one.continue_()
    expect(text).to_have_value("客服：您好，请讲。")
    again.click()
    settle(page)
    expect(text).to_have_value("客服：您好，请讲。")


def test_a_pause_in_typing_hands_in_no_form(address, person):
    """Half a note is not a note: a form is submitted by its button alone."""
    page = grade_example(person(), address)
    page.get_by_label("新备注").press_sequentially("请二面时再问")
    page.wait_for_timeout(2500)
    settle(page)
    expect(page.get_by_label("新备注")).to_have_value("请二面时再问")
    expect(page.get_by_test_id("stText").filter(has_text="请二面时再问")).to_have_count(0)
    page.get_by_role("button", name="添加备注").click()
    expect(page.get_by_test_id("stText").filter(has_text="请二面时再问")).to_have_count(1)


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_needs_no_sideways_scrolling(address, person, name):
    """At a phone's width every page fits."""
    page = visit(person(viewport=PHONE, is_mobile=True, has_touch=True), f"{address}/{name}")
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "[...document.querySelectorAll('[data-testid=stMain] button, .ev-total, .ev-crit')]"
        ".every(e => e.getBoundingClientRect().right <= innerWidth + 1)"
    )


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    return find_axe(tmp_path_factory.mktemp("axe"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_accessibility_violation(address, person, axe, scheme):
    """axe-core finds nothing serious or critical on any page, in light and in dark."""
    context = person(color_scheme=scheme, reduced_motion="reduce")
    pages = [visit(context, f"{address}/{name}") for name in PAGES]
    found = [problem for page in [*pages, grade_example(context, address)] for problem in violations(page, axe)]
    assert found == []


def violations(page, axe: str) -> list[str]:
    """What axe-core calls serious or critical, with the elements."""
    page.wait_for_timeout(500)
    page.evaluate(axe)
    told = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{page.url}: {one['id']}: {node['target']} {node.get('failureSummary', '')[:200]}"
        for one in told["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def test_twenty_people_at_once_see_only_their_own(address, person):
    """Twenty sessions grade at the same time; each finds its own text and nobody else's."""
    names = [f"候选人{n:02d}号" for n in range(SESSIONS)]
    people = []
    for name in names:
        page = visit(person(), f"{address}/grade")
        page.get_by_label("对话或回答", exact=True).fill(f"我是{name}。我会先道歉，再核对订单，今天就给客户换货。")
        page.keyboard.press("Control+Enter")
        people.append(page)
    for page in people:
        page.get_by_role("button", name="评分", exact=True).click()
    for name, page in zip(names, people, strict=True):
        page.locator(".ev-total").wait_for(timeout=4 * WAIT_MS)
        words = page.locator(".ev-script").first.inner_text()
        assert name in words and not [other for other in names if other != name and other in words]
        page.goto(f"{address}/history")
        page.get_by_text("共 1 份").wait_for()
