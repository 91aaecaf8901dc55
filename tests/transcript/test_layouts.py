"""Layouts written by everyday programs, and texts that only look like one of them."""

import json
import time

import pytest

from evaluator.errors import InputError
from evaluator.transcript import Form, Transcript, parse


def told(transcript: Transcript) -> list[tuple[str, str]]:
    return [(turn.role, turn.text) for turn in transcript.turns if turn.text]


def spoken(source: str) -> list[tuple[str, str]]:
    """The turns without titles and heads of tables."""
    return [(role, text) for role, text in told(parse(source)) if role != "other"]


TWO = [("agent", "您好"), ("customer", "水壶漏水")]
TWO_EN = [("agent", "Good morning"), ("customer", "The kettle leaks")]


@pytest.mark.parametrize(
    "source",
    [
        "客服 10:22:03 您好\n客户 10:22:09 水壶漏水",
        "客服 10:22 您好\n客户 10:23 水壶漏水",
        "[客服] 10:22:03\n您好\n[客户] 10:22:09\n水壶漏水",
        "【客服】10:22\n您好\n【客户】10:23\n水壶漏水",
        "【客服 10:22】您好\n【客户 10:23】水壶漏水",
        "（1）客服：您好\n（2）客户：水壶漏水",
        "[1] 客服：您好\n[2] 客户：水壶漏水",
        "1）客服：您好\n2）客户：水壶漏水",
        "第1轮 客服：您好\n第一轮 客户：水壶漏水",
        "[00:00:01 - 00:00:04] 客服：您好\n[00:00:05 - 00:00:09] 客户：水壶漏水",
        "00:00:01-00:00:04 客服：您好\n00:00:05-00:00:09 客户：水壶漏水",
        "[00:01.000 --> 00:04.000] 客服: 您好\n[00:05.000 --> 00:09.000] 客户: 水壶漏水",
        "客服/Agent：您好\n客户/Customer：水壶漏水",
        "客服\n您好\n客户\n水壶漏水",
        "## 客服\n\n您好\n\n## 客户\n\n水壶漏水",
        "| 角色 | 内容 |\n|---|---|\n| 客服 | 您好 |\n| 客户 | 水壶漏水 |",
        "| 1 | 客服 | 10:22:03 | 您好 |\n| 2 | 客户 | 10:22:09 | 水壶漏水 |",
        "1\t客服\t您好\n2\t客户\t水壶漏水",
        "客服,您好\n客户,水壶漏水",
        json.dumps([{"role": "assistant", "content": "您好"}, {"text": "水壶漏水", "speaker": "客户"}], ensure_ascii=False),
        json.dumps({"id": 7, "messages": [{"role": "客服", "content": "您好"}, {"role": "user", "content": "水壶漏水"}]},
                   ensure_ascii=False, indent=1),
        "—————  2024-05-01  —————\n\n客服小李  10:22\n\n您好\n\n张伟  10:23\n\n水壶漏水",
        "售后周会\n2024年5月1日, 10:00上午\n\n客服小李   0:03\n您好\n张伟   0:10\n水壶漏水",
        "客服小李(2024-05-01 10:22:03):\n您好\n张伟(2024-05-01 10:22:30):\n水壶漏水",
        "旗舰店:小美  2024-05-01 10:22:03\n您好\nt_张伟  2024-05-01 10:22:30\n水壶漏水",
        "某某家居:小美 (2024-05-01 10:22:03):\n您好\n客户 (2024-05-01 10:22:30):\n水壶漏水",
    ],
)  # fmt: skip
def test_layouts_of_programs(source: str) -> None:
    """The same two turns, without a digit of the clock or the number in the words."""
    assert spoken(source) == TWO


@pytest.mark.parametrize(
    "source",
    [
        "Agent 10:22:03 Good morning\nCustomer 10:22:09 The kettle leaks",
        "(1) Agent: Good morning\n(2) Customer: The kettle leaks",
        "[00:00.000 --> 00:04.000] Agent: Good morning\n[00:04.000 --> 00:07.000] Customer: The kettle leaks",
        "**Agent**\nGood morning\n\n**Customer**\nThe kettle leaks",
        "speaker\ttext\nAgent\tGood morning\nCustomer\tThe kettle leaks",
        '[{"role": "assistant", "content": "Good morning"}, {"role": "user", "content": "The kettle leaks"}]',
        "Customer Care: Good morning\nCaller: The kettle leaks",
        "Customer Success Anna: Good morning\nCaller: The kettle leaks",
        "Client Services: Good morning\nClient: The kettle leaks",
        "User Support: Good morning\nUser: The kettle leaks",
    ],
)
def test_english_layouts_of_programs(source: str) -> None:
    """English exports, and the names of departments that begin with the customer's word."""
    assert spoken(source) == TWO_EN


@pytest.mark.parametrize("form", ["dialogue", "answer"])
def test_shop_export(form: Form) -> None:
    """Shop and clerk around a colon are one name and the seller's; each message stays with its author."""
    source = (
        "t_周舟 (2024-05-01 10:22:03):\n在吗\n旗舰店:小美 (2024-05-01 10:22:30):\n亲，在的\n"
        "t_周舟 (2024-05-01 10:22:43):\n水壶漏水\n旗舰店:小美 (2024-05-01 10:23:30):\n给您换新的"
    )
    turns = parse(source, form=form, roles={"t_周舟": "customer"}).turns
    assert [(turn.speaker, turn.role, turn.text) for turn in turns] == [
        ("t_周舟", "customer", "在吗"),
        ("旗舰店:小美", "agent", "亲，在的"),
        ("t_周舟", "customer", "水壶漏水"),
        ("旗舰店:小美", "agent", "给您换新的"),
    ]


def test_a_name_ends_before_its_time() -> None:
    """A time in brackets right after the name is not part of it."""
    turns = parse("客服小李(2024-05-01 10:22:03):\n您好\n周舟(2024-05-01 10:22:30):\n水壶漏水").turns
    assert [turn.speaker for turn in turns] == ["客服小李", "周舟"]


@pytest.mark.parametrize(
    "times, seconds",
    [
        (("0:03", "0:10", "1:05"), [3, 10, 65]),
        (("00:03", "00:10", "01:05"), [3, 10, 65]),
        (("10:03", "10:10", "11:05"), [0, 420, 3720]),
        (("2024-05-01 0:03", "2024-05-01 0:10", "2024-05-01 1:05"), [0, 420, 3720]),
    ],
)
def test_an_export_from_zero_counts_minutes(times: tuple[str, ...], seconds: list[float]) -> None:
    """A recording begins at 0:03 and counts minutes and seconds; a chat has times of the day."""
    source = "".join(f"{name}  {at}\n嗯\n" for name, at in zip(("张伟", "客服", "张伟"), times, strict=True))
    assert [turn.at_s for turn in parse(source).turns] == seconds


@pytest.mark.parametrize(
    "source, expected",
    [
        (
            "> I want my money back!\nIt is on its way.\n> And an apology\n\nWe are sorry.",
            [
                ("customer", "> I want my money back!"),
                ("agent", "It is on its way."),
                ("customer", "> And an apology"),
                ("agent", "We are sorry."),
            ],
        ),
        (
            "您在5月1日的来信中写道：\n“水壶漏水。”\n我们今天换货，另赔五十元。",
            [("agent", "您在5月1日的来信中写道：\n“水壶漏水。”\n我们今天换货，另赔五十元。")],
        ),
        (
            "您来信写道：\n> 水壶漏水\n我们今天换货。",
            [("agent", "您来信写道："), ("customer", "> 水壶漏水"), ("agent", "我们今天换货。")],
        ),
        (
            "We are sorry.\n\nOn Mon, May 6, 2024 at 10:00 AM Ann <ann@example.com> wrote:\n> It leaks\n>\n\n> Badly",
            [("agent", "We are sorry."), ("customer", "> It leaks\n>\n\n> Badly")],
        ),
        (
            "我们今天换货。\n\n在 2024年5月1日，周舟 <z@example.com> 写道：\n水壶漏水",
            [("agent", "我们今天换货。"), ("customer", "水壶漏水")],
        ),
        ("> Dear Ann,\n> we are sorry.", [("agent", "> Dear Ann,\n> we are sorry.")]),
        (
            "---------- Forwarded message ---------\nFrom: May\nSubject: Kettle\n\nWe are sorry.",
            [("agent", "Kettle"), ("agent", "We are sorry.")],
        ),
    ],
)
def test_quotations_in_mail(source: str, expected: list[tuple[str, str]]) -> None:
    """Text between and below quotations is the author's, and a mail is never left without its author."""
    assert told(parse(source, form="email")) == expected


def test_a_dialogue_below_a_subject_is_no_mail() -> None:
    """Subject and time above a call do not make it one e-mail; a mail that names one speaker stays a mail."""
    head = "主题：周女士回访\n时间：2024-05-01 10:00\n附件：录音.mp3\n\n"
    assert spoken(head + "客服：您好\n客户：水壶漏水") == TWO
    assert parse(head + "周女士：\n我们今天换货。\n客服：小美").format == "email"


@pytest.mark.parametrize(
    "source",
    [
        "我这样安排\n2024-05-01 10:00 联系客户\n说明情况。\n2024-05-02 10:00 回访客户\n确认满意。",
        "接听电话 10:00\n核实订单 10:05\n主管 10:10\n给出方案，并道歉。",
    ],
)
def test_a_schedule_in_an_answer_is_no_chat(source: str) -> None:
    """One author's timetable is all theirs."""
    assert told(parse(source, form="answer")) == [("agent", source)]


def test_a_chat_pasted_as_an_answer_is_cut() -> None:
    """Where the heads say who is who, it is a chat whatever it was handed in as."""
    source = "客服 2024-05-01 10:22:03\n您好\n客户 2024-05-01 10:22:30\n水壶漏水"
    assert told(parse(source, form="answer")) == TWO


def test_lines_with_a_time_stay_in_their_message() -> None:
    """Appointments inside a message of an export are not speakers."""
    words = "给您这样安排：\n上门取件 14:00\n退款到账 18:00\n请您留意。"
    source = f"客服 2024-05-01 10:22\n{words}\n周舟 2024-05-01 10:25\n好\n客服 10:26\n再见"
    assert [text for _, text in told(parse(source))] == [words, "好", "再见"]


def test_appointments_in_labelled_speech_are_no_chat() -> None:
    """Dates on lines of a labelled call are the speaker's words."""
    words = "给您登记：\n上门取件 2024-05-02 14:00\n退款到账 2024-05-03 18:00"
    assert told(parse(f"客服：{words}\n客户：好")) == [("agent", words), ("customer", "好")]


@pytest.mark.parametrize(
    "source, expected",
    [
        (
            "客服：给您两个方案：\nA：全额退款\nB：换新机\n您看哪个合适？\n客户：选A吧",
            [("agent", "给您两个方案：\nA：全额退款\nB：换新机\n您看哪个合适？"), ("customer", "选A吧")],
        ),
        (
            "客户：水壶漏水。\n\n后续你们怎么处理？我要求赔偿。\n客服：抱歉",
            [("customer", "水壶漏水。\n\n后续你们怎么处理？我要求赔偿。"), ("agent", "抱歉")],
        ),
        (
            "客户：水壶漏水。\n情况说明：昨天收到就坏了。\n客服：抱歉",
            [("customer", "水壶漏水。\n情况说明：昨天收到就坏了。"), ("agent", "抱歉")],
        ),
        (
            "Customer: It leaks.\n\nSummary: I want a new one.\nAgent: Sorry",
            [("customer", "It leaks.\n\nSummary: I want a new one."), ("agent", "Sorry")],
        ),
    ],
)
def test_a_turn_keeps_its_lines(source: str, expected: list[tuple[str, str]]) -> None:
    """Options, and paragraphs that begin like a written part, are the speaker's as long as the dialogue goes on."""
    assert told(parse(source)) == expected


@pytest.mark.parametrize(
    "asking, answering",
    [
        ("HR", "李雷"),
        ("Recruiter", "Jane"),
        ("Hiring manager", "Jane"),
        ("招聘官", "韩梅"),
        ("经理", "应聘者"),
        ("Manager", "Candidate"),
        ("主面试官", "候选人"),
        ("面试官追问", "候选人"),
        ("追问", "答"),
        ("问题1", "回答"),
        ("Q1", "A1"),
        ("问1", "答1"),
    ],
)
def test_who_is_interviewed(asking: str, answering: str) -> None:
    """The person who answers is graded, whoever asks, and nobody is a customer."""
    second = asking.replace("1", "2")
    source = f"{asking}：这边请问您为什么离职？\n{answering}：想多学一点。\n{second}：还有呢？\n{answering}：没有了。"
    assert [turn.role for turn in parse(source).turns] == ["other", "agent"] * 2


@pytest.mark.parametrize(
    "source",
    [
        "客户\n先调研\n主管\n再培训\n客户\n",
        "| 客服 | 接听 |\n| 主管 | 排班 |",
        "[见附件] 我会先道歉。",
        "{称呼}您好，我们会为您退款。",
    ],
)
def test_near_misses_of_records(source: str) -> None:
    """A text that does not state two sides stays one text."""
    assert len(parse(source).turns) == 1


@pytest.mark.parametrize(
    ("source", "code", "place"),
    [
        ('[{"role": "客服"}]', "transcript_json_unknown", "[0] (role)"),
        (
            '{"calls": [{"id": 1, "length": 20}, {"id": 2, "length": 30}]}',
            "transcript_json_unknown",
            "calls[0] (id, length)",
        ),
        ("[" * 200_000 + "]" * 200_000, "transcript_json_unknown", "[[["),
        ('{"role":', "transcript_json_broken", "1"),
        ('[{"speaker": "A", "text": "hello"},\n {"speaker": "B", "te', "transcript_json_broken", "2"),
        ('<?xml version="1.0"?><call><turn>hello</turn></call>', "transcript_xml", ""),
        ('<call>\n<turn who="agent">hello</turn>\n</call>', "transcript_xml", ""),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place(source: str, code: str, place: str) -> None:
    """A program's data is never graded as somebody's prose: the sentence says what was not understood."""
    with pytest.raises(InputError) as caught:
        parse(source)
    assert caught.value.code == code
    assert all(place in caught.value.text(language) for language in ("zh", "en"))


@pytest.mark.parametrize("source", ["10:00{}b", "{}b", "客服{}b", "客服 10:00{}b", "[客服{}b", "- ({}b", ">{}b"])
def test_spaces_are_read_in_linear_time(source: str) -> None:
    """Thousands of spaces where a label may have some end at once."""
    start = time.process_time()
    parse(source.format(" " * 20_000))
    assert time.process_time() - start < 5


@pytest.mark.parametrize("source", ["客服 10:00 至 18:00 在线", "客服 10:00-18:00 在线", "周舟 10:22:03 来过"])
def test_a_time_in_prose_ends_no_name(source: str) -> None:
    """Opening hours, and a time behind a name without a role, stay in the text."""
    assert told(parse(source)) == [("agent", source)]


@pytest.mark.parametrize(
    "pair", ["＜＞", "<>", "〈〉", "《》", "［］", "[]", "【】", "{}", "｛｝", "（）", "()", "「」", "〖〗"]
)
def test_a_speaker_may_stand_in_any_brackets(pair):
    """Whatever brackets a maker chose, two roles that take turns in them are two speakers."""
    opening, closing = pair
    said = [("客服", "您好，请讲"), ("客户", "我要退货"), ("客服", "马上给您办")]
    turns = parse("\n".join(f"{opening}{who}{closing}{words}" for who, words in said)).turns
    assert [(turn.speaker, turn.text) for turn in turns] == said
    assert [turn.role for turn in turns] == ["agent", "customer", "agent"]


def test_an_aside_in_round_brackets_is_nobody():
    """Stage directions in round brackets name no speaker."""
    turns = parse("客服：您好。\n（沉默）\n客户：喂？\n（叹气）好吧。").turns
    assert {turn.speaker for turn in turns if turn.speaker} == {"客服", "客户"}


def test_labels_without_words_are_told():
    """Nothing vanishes without a sentence: a label with nothing after it is counted and named."""
    read = parse("Agent: \nCustomer: where is my order\nAgent: let me look\nCustomer: \nAgent: found it")
    (told,) = [one for one in read.assumptions if one.code == "labels_without_words"]
    assert told.values == {"count": "2", "speakers": "Agent, Customer"}


def test_a_number_in_a_name_and_a_number_behind_it_are_no_clock():
    """`说话人2：30块钱` is the second speaker naming a price, and `上午10：22` is a time."""
    said = [("说话人1", "您好，多少钱"), ("说话人2", "30块钱"), ("说话人1", "20行吗"), ("说话人2", "50以上包邮")]
    turns = parse("\n".join(f"{who}：{words}" for who, words in said)).turns
    assert [(turn.speaker, turn.text) for turn in turns] == said
    assert parse("客服：您好\n上午10：22\n客户：我要退货\n客服：好的").turns[-1].text == "好的"
