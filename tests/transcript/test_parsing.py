"""Any text becomes turns: the speakers, the exact words, and the assumptions made."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator import messages
from evaluator.errors import InputError
from evaluator.transcript import Transcript, assemble, parse, speakers, with_roles


def told(transcript: Transcript) -> list[tuple[str, str]]:
    return [(turn.role, turn.text) for turn in transcript.turns]


def assumed(transcript: Transcript) -> set[str]:
    return {item.code for item in transcript.assumptions}


TWO = [("agent", "您好"), ("customer", "我要退货")]
TWO_EN = [("agent", "Hello"), ("customer", "I want a refund")]


@pytest.mark.parametrize(
    "source",
    [
        "客服：您好\n客户：我要退货",
        "客服:您好\r\n客户:我要退货\r\n",
        "\n\n  客服 ： 您好  \n\n\t顾客：\n我要退货\n",
        "客服小李：您好\n客户王女士：我要退货",
        "客服001：您好\n用户：我要退货",
        "小李（客服）：您好\n王女士（客户）：我要退货",
        "客服（微笑地）：您好\n客户（生气）：我要退货",
        "**客服**：您好\n\n**客户：** 我要退货",
        "【客服】您好\n【客户】我要退货",
        "- 客服：您好\n- 客户：我要退货",
        "1. 客服：您好\n2. 客户：我要退货",
        "客服：您好。客户：我要退货".replace("您好。", "您好 "),
        "在线客服\t您好\n客户\t我要退货",
        "[00:12] 坐席：您好\n[00:15] 来电者：我要退货",
        "坐席 (00:12)：您好\n来电者 (00:15)：我要退货",
        "00:00:12 客服：您好\n00:00:15 客户：我要退货",
        "客服说：“您好”客户生气地说：「我要退货」",
        "客服：“您好”，客户回答：“我要退货”".replace("客服：", "客服问："),
    ],
)
def test_chinese_layouts(source: str) -> None:
    """The same two turns come out of every usual way to write a dialogue down."""
    assert told(parse(source)) == TWO


@pytest.mark.parametrize(
    "source",
    [
        "Agent: Hello\nCustomer: I want a refund",
        "[00:12] Agent: Hello\n[00:15] Customer: I want a refund",
        "Agent (00:12): Hello\nCaller (00:15): I want a refund",
        "AGENT SMITH: Hello\nCLIENT: I want a refund",
        "**Agent:** Hello\n**Customer:** I want a refund",
        '"Hello" said the agent. The customer replied, "I want a refund".',
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Agent>Hello</v>\n\n"
        "00:03.000 --> 00:04.000\n<v Customer>I want a refund\n",
        "1\n00:00:01,000 --> 00:00:02,000\nAgent: Hello\n\n"
        "2\n00:00:03,000 --> 00:00:04,000\nCustomer: I want a refund\n",
    ],
)
def test_english_layouts(source: str) -> None:
    """English dialogues, Markdown and subtitle files read as well."""
    found = [(role, text) for role, text in told(parse(source)) if role != "other"]
    assert found == TWO_EN


def test_traditional_speaker_words() -> None:
    """Traditional characters name the same roles."""
    assert [turn.role for turn in parse("客服專員：您好\n客戶：我要退貨\n顧客：快").turns] == [
        "agent",
        "customer",
        "customer",
    ]


@pytest.mark.parametrize(
    "head",
    [
        "{name} {day} {time}",
        "{day} {time} {name}",
        "{name}  {time}",
        "{day} {time} {name}(12345678)",
        "{name} {day} {time}\n",
    ],
)
def test_chat_exports(head: str) -> None:
    """WeChat and QQ exports: name and time on one line, the message below, times from the first message on."""

    def line(name: str, minute: int) -> str:
        return head.format(name=name, day="2026-03-05", time=f"10:{minute}:30") + "\n"

    source = line("小美", 32) + "亲，我帮您看看\n第二行\n\n" + line("飞鱼", 34) + "我的快递坏了\n订单号：123\n"
    transcript = parse(source)
    assert transcript.format == "chat_export"
    assert told(transcript) == [("agent", "亲，我帮您看看\n第二行"), ("customer", "我的快递坏了\n订单号：123")]
    assert [turn.at_s for turn in transcript.turns] == [0.0, 120.0]
    assert {"agent_by_phrases", "customer_by_remaining"} <= assumed(transcript)


def test_times_are_seconds_into_the_call() -> None:
    """Marks such as [01:05] become seconds."""
    assert [turn.at_s for turn in parse("[00:12] 客服：您好\n[01:05] 客户：嗯").turns] == [12.0, 65.0]


def test_half_past_midnight_comes_before_one_in_the_morning() -> None:
    """Twelve in the morning is hour 0, twelve at noon hour 12, in English and in Chinese."""
    english = parse("Agent 2026-11-20 12:30 AM\nHello.\nCustomer 2026-11-20 1:00 AM\nHi.\n")
    chinese = parse("客服 凌晨12:30\n您好\n客户 凌晨1:00\n嗯\n")
    noon = parse("Agent 12:30 PM\nHello.\nCustomer 1:00 PM\nHi.\n")
    for transcript in (english, chinese, noon):
        assert [turn.at_s for turn in transcript.turns] == [0.0, 1800.0]


@pytest.mark.parametrize(
    "line",
    [
        "解决方案：换一台",
        "订单号：123",
        "地址：南京路",
        "注意事项：别断电",
        "第一步：断电",
        "http://a.b/c",
        "问题原因：受潮",
        "我的意思是：要换",
        "备注：急",
    ],
)
def test_labels_inside_a_turn_are_no_speakers(line: str) -> None:
    """A line with a colon inside a turn stays in that turn."""
    transcript = parse(f"客户：您好\n客服：请看\n{line}\n客户：好")
    assert told(transcript) == [("customer", "您好"), ("agent", f"请看\n{line}"), ("customer", "好")]


@pytest.mark.parametrize(
    "source",
    [
        "解决方案：换一台\n补偿：十元券\n跟进：三天后回访",
        "目标：提升\n方法：培训\n目标：考核\n方法：演练",
        "背景：我做过主管。\n行动：\n1. 排班\n2. 培训\n结果：好转",
        "Situation: we were short of staff.\nAction: I hired.\nResult: better.",
        "我会这样处理。解决方案：退款。",
    ],
)
def test_headings_of_an_answer_are_no_speakers(source: str) -> None:
    """An outline with headings is one text by its author, and that is reported."""
    transcript = parse(source)
    assert told(transcript) == [("agent", source)]
    assert assumed(transcript) == {"unlabelled"}


def test_answer_with_a_sample_dialogue_stays_whole() -> None:
    """In an answer, a dialogue inside the text does not split it; the reader is informed."""
    source = "我会先安抚，例如：\n客服：您好\n客户：哼\n然后再退款。"
    transcript = parse(source, form="answer")
    assert told(transcript) == [("agent", source)]
    assert assumed(transcript) == {"labels_inside_answer", "one_author"}


def test_interview_is_cut_even_as_an_answer() -> None:
    """A pasted interview gives the candidate's words alone to be graded."""
    transcript = parse("面试官：请介绍自己\n候选人：我做过主管\n面试官：谢谢", form="answer")
    assert told(transcript) == [("other", "请介绍自己"), ("agent", "我做过主管"), ("other", "谢谢")]


def test_stage_directions_and_written_parts() -> None:
    """Bracketed lines are nobody's words; a written plan after the call is the author's, also after the customer."""
    transcript = parse("客服：您好\n（体现共情）\n客户：坏了\n后续处理方案：\n1. 换货\n2. 回访")
    assert told(transcript) == [
        ("agent", "您好"),
        ("other", "（体现共情）"),
        ("customer", "坏了"),
        ("agent", "后续处理方案：\n1. 换货\n2. 回访"),
    ]
    assert assumed(transcript) == {"direction_as_other", "written_part_as_agent"}


def test_words_after_a_stage_direction_go_on() -> None:
    """After a bracketed line the same speaker goes on."""
    assert told(parse("客服：您好\n（停顿）\n我来查\n客户：好"))[2] == ("agent", "我来查")


def test_text_before_the_first_speaker() -> None:
    """A scenario above the dialogue is background; an author's own plan is the author's."""
    assert told(parse("某日下午，门店。\n客服：您好\n客户：哼"))[0] == ("other", "某日下午，门店。")
    assert told(parse("我会先道歉，再核实。\n客服：您好\n客户：哼"))[0][0] == "agent"


def test_many_turns_in_one_paragraph() -> None:
    """A dialogue pasted into one line is cut where the role changes, and not at a telephone number."""
    transcript = parse("客服：您好，请讲。客户：我要退货。客服：好的，请打客服：400123。")
    assert told(transcript) == [
        ("agent", "您好，请讲。"),
        ("customer", "我要退货。"),
        ("agent", "好的，请打客服：400123。"),
    ]


@pytest.mark.parametrize("names", ["AB", "甲乙", ("Speaker 1", "Speaker 2"), ("小美", "飞鱼")])
def test_unknown_speakers_are_told_apart_by_phrases(names: tuple[str, str]) -> None:
    """The person who serves is found by turns of phrase, whoever speaks first, and the reason is stated."""
    one, two = names
    transcript = parse(
        f"{one}：你们怎么回事，我要投诉\n{two}：非常抱歉给您带来不便，请问您的订单号是？\n{one}：快点\n{two}：好的"
    )
    assert [turn.role for turn in transcript.turns] == ["customer", "agent"] * 2
    assert ("agent_by_phrases", {"speaker": two}) in [(item.code, item.values) for item in transcript.assumptions]


def test_undecided_speakers_fall_to_the_first_and_say_so() -> None:
    """Without any sign the first speaker is taken as the agent, which is an assumption."""
    assert assumed(parse("A：嗯\nB：哦\nA：好")) == {"agent_by_order", "customer_by_remaining"}


def test_caller_decides_roles() -> None:
    """Roles given by the caller win over phrases; the other one becomes the customer."""
    source = "小李：请问您的订单号\n小美：我要投诉"
    assert [turn.role for turn in parse(source, roles={"小美": "agent"}).turns] == ["customer", "agent"]


def test_unknown_name_lists_the_speakers() -> None:
    """A role for somebody who does not speak is refused, with the names of those who do."""
    with pytest.raises(InputError) as caught:
        parse("客服：您好\n客户：哼", roles={"小王": "agent"})
    assert "小王" in caught.value.text("zh") and "客服, 客户" in caught.value.text("en")
    with pytest.raises(InputError) as caught:
        parse("没有说话人", roles={"小王": "agent"})
    assert caught.value.code == "transcript_no_speakers"


def test_with_roles_maps_again() -> None:
    """The same turns with other roles; what was assumed of that speaker is settled."""
    transcript = parse("A：嗯\nB：哦\nA：好")
    swapped = with_roles(transcript, {"A": "customer", "Ｂ": "agent"})
    assert [turn.role for turn in swapped.turns] == ["customer", "agent", "customer"]
    assert swapped.assumptions == ()
    assert swapped.digest != transcript.digest
    with pytest.raises(InputError):
        with_roles(transcript, {"C": "agent"})


def test_speakers_are_listed() -> None:
    """Each speaker with role and number of turns."""
    assert speakers(parse("客服：一\n客户：二\n客服：三")) == [("客服", "agent", 2), ("客户", "customer", 1)]


def test_mail() -> None:
    """Subject and body are the author's, head lines are not in the text, the quoted message is the customer's."""
    source = (
        "发件人：客服中心 <a@example.com>\n收件人：陈先生\n主题：您的空调\n\n陈先生：\n您好。\n解决方案：换新\n\n"
        "-----原始邮件-----\n发件人：陈先生\n主题：坏了\n\n空调又坏了"
    )
    for form in ("email", "dialogue"):
        transcript = parse(source, form=form)  # type: ignore[arg-type]
        assert transcript.format == "email"
        assert told(transcript) == [
            ("agent", "您的空调"),
            ("agent", "陈先生：\n您好。\n解决方案：换新"),
            ("customer", "坏了"),
            ("customer", "空调又坏了"),
        ]


def test_mail_without_head_is_one_text() -> None:
    """An e-mail without head lines is one turn of its author."""
    source = "Dear Ms Chan,\n\nSolution: a new kettle.\n\nRegards\nMay"
    assert told(parse(source, form="email")) == [("agent", source)]


def test_subtitle_cues_carry_the_speaker_on() -> None:
    """A cue without a name continues the last speaker, and this is reported."""
    source = (
        "1\n00:00:01,000 --> 00:00:02,000\n客户：我要\n退货\n\n"
        "2\n00:00:03,500 --> 00:00:04,000\n快点\n\n"
        "3\n00:00:05,000 --> 00:00:06,000\n客服：好\n"
    )
    transcript = parse(source)
    assert told(transcript) == [("customer", "我要\n退货"), ("customer", "快点"), ("agent", "好")]
    assert [turn.at_s for turn in transcript.turns] == [1.0, 3.5, 5.0]
    assert assumed(transcript) == {"cue_continues_speaker"}


@pytest.mark.parametrize("source", ["", " \n\t\r\n", "\ufeff"])
def test_nothing_has_no_turns(source: str) -> None:
    """Empty text is a transcript without turns, or without words, never an error."""
    assert all(not turn.text.strip("\ufeff") for turn in parse(source).turns)


def test_assemble_keeps_turns_apart() -> None:
    """Turns that are already separate keep their texts, whatever they contain."""
    transcript = assemble([("customer", "客户", "坏了\n客服：假的"), ("agent", None, ""), ("agent", "客服", "抱歉")])
    assert [turn.text for turn in transcript.turns] == ["坏了\n客服：假的", "", "抱歉"]
    assert all(transcript.source[turn.start : turn.end] == turn.text for turn in transcript.turns)


FRAGMENTS = st.sampled_from(
    [
        "客服",
        "客户",
        "A",
        "小李",
        "：",
        ":",
        "\n",
        "\r\n",
        "\r",
        " ",
        "“",
        "”",
        "「",
        "」",
        "说",
        "（",
        "）",
        "[00:12]",
        "10:30",
        "2026-01-02",
        "-->",
        "00:00:01,000 --> 00:00:02,000\n",
        "WEBVTT\n",
        "<v Bob>",
        "</v>",
        "**",
        "主题：",
        "发件人：",
        "> ",
        "-----原始邮件-----",
        "您好。",
        "方案：",
        "\u3000",
        "\u2028",
        "Agent: ",
        "|",
        "\t",
        "旗舰店:",
        "（1）",
        "在 2026-01-02 10:30，小李 写道：",
        '[{"role":"A","text":"B"}]',
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(FRAGMENTS | st.text(max_size=3), max_size=25).map("".join),
    st.sampled_from(["dialogue", "answer", "email"]),
)
def test_offsets_are_exact(source: str, form: str) -> None:
    """Whatever the text, each turn is exactly its piece of the source, in order, without overlap, and not blank."""
    try:
        transcript = parse(source, form=form)  # type: ignore[arg-type]
    except InputError as error:
        assert error.code.startswith(("transcript_json", "transcript_no_words"))
        return
    assert transcript.source == source or transcript.format in ("json", "table", "srt", "vtt")
    source = transcript.source
    last = 0
    for number, turn in enumerate(transcript.turns, start=1):
        assert turn.id == f"t{number}"
        assert source[turn.start : turn.end] == turn.text == turn.text.strip() != ""
        assert last <= turn.start
        last = turn.end
    for item in transcript.assumptions:
        assert all(messages.say(f"transcript.{item.code}", language, **item.values) for language in messages.LANGUAGES)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["客服", "客户"]), st.text(alphabet="您好退换，。！ab12", min_size=1)),
        min_size=2,
        max_size=12,
    )
)
def test_written_dialogue_reads_back(turns: list[tuple[str, str]]) -> None:
    """A dialogue written with labels gives back its speakers and words."""
    source = "\n".join(f"{name}：{text}" for name, text in turns)
    assert [(turn.speaker, turn.text) for turn in parse(source).turns] == turns


def test_long_text_is_read_in_linear_time() -> None:
    """A hundred kilobytes of near misses for every layout ends."""
    assert parse("客服说 “您好 10:30 小李 --> <v \n" * 3_000).turns


def test_half_a_character_is_replaced():
    """A cut emoji has no bytes to be kept or hashed as; the words around it stay where they are."""
    transcript = parse("客服：好的\ud83d，马上办。\n客户：谢谢。")
    assert transcript.turns[0].text == "好的\ufffd，马上办。"
    assert transcript.digest and transcript.source.encode()
