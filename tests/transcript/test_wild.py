"""Texts from the wild: labels that look like fields, times that look like names, quoted replies, several agents."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.errors import InputError
from evaluator.transcript import Transcript, load, parse, parse_bytes, with_roles

WILD = Path(__file__).parents[3] / "shared" / "wild" / "transcripts"
needs_wild = pytest.mark.skipif(not WILD.is_dir(), reason="the shared inputs are not here")


def said(transcript: Transcript) -> list[tuple[str, str | None, str]]:
    """(role, speaker, words) of what somebody said."""
    return [(turn.role, turn.speaker, turn.text) for turn in transcript.turns if turn.kind == "speech"]


def codes(transcript: Transcript) -> set[str]:
    return {item.code for item in transcript.assumptions}


@pytest.mark.parametrize(
    "name",
    ["可乐", "被保险人", "被叫", "1号客户", "方案", "订单", "139****0018", "常总", "tb_5512", "老地方", "🌸小仙女🌸"],
)
def test_what_takes_turns_with_the_agent_is_a_speaker(name: str) -> None:
    """The customer's words are the customer's, whatever the label looks like.

    One that reads like a field is a doubt.
    """
    source = (
        f"客服：喂，哪位。\n{name}：椅子坏了，非常抱歉，你们得给我换新的！\n客服：知道了，等着吧。\n{name}：什么态度。"
    )
    transcript = parse(source)
    assert [(role, speaker) for role, speaker, _ in said(transcript)] == [("agent", "客服"), ("customer", name)] * 2
    assert name not in ("方案", "订单") or "label_doubtful" in codes(transcript)


@pytest.mark.parametrize(
    "name", ["Price", "Case", "Mark", "Bill", "+44 20 7946 0018", "user_77", "Visitor 83726450", "R."]
)
def test_the_same_in_english(name: str) -> None:
    """Surnames that are words, numbers and account names speak as well."""
    source = f"Agent: Yeah?\n{name}: I am sorry to bother you, I want a new chair.\nAgent: Not my problem.\n{name}: ok"
    assert [(role, speaker) for role, speaker, _ in said(parse(source))] == [("agent", "Agent"), ("customer", name)] * 2


@pytest.mark.parametrize(
    ("source", "second"),
    [
        ("客服：喂\n可乐：我要退货", "可乐"),
        ("客服：您好。可乐：我要退货。客服：请稍等。可乐：好的。", "可乐"),
        ("Nick: Hello there. Rey: It leaks. Nick: Order number? Rey: 40718.", "Rey"),
        ("0: Thank you for calling\n1: it leaks\n0: order number\n1: 40718", "1"),
    ],
)
def test_a_lone_other_label_is_the_other_side(source: str, second: str) -> None:
    """Two turns are enough, and so is one line."""
    assert said(parse(source))[1][:2] == ("customer", second)


@pytest.mark.parametrize(
    "line",
    ["姓名：张伟\n电话：13800001111\n地址：南京路8号", "订单号：40718", "备注：急", "第一步：断电\n第二步：拆盖"],
)
def test_fields_inside_a_turn_stay_there(line: str) -> None:
    """A form read out by one side is that side's words, also where the other side states no role."""
    for customer in ("客户", "可乐"):
        turns = said(parse(f"客服：请核对\n{line}\n{customer}：对\n客服：好\n{customer}：谢谢"))
        assert turns[0][2] == f"请核对\n{line}"
        assert [speaker for _, speaker, _ in turns] == ["客服", customer] * 2


def test_several_agents_are_kept_apart() -> None:
    """The agent is graded, the supervisor is a colleague; both choices are stated, and one can choose."""
    source = "客服小李：您好\n客户：漏水\n客服小李：我给您转主管\n客服主管：我是主管，今天换新\n客户：好"
    transcript = parse(source)
    assert [role for role, _, _ in said(transcript)] == ["agent", "customer", "agent", "other", "customer"]
    assert "several_agents" in codes(transcript) and transcript.doubts
    chosen = parse(source, roles={"客服主管": "agent"})
    assert [role for role, _, _ in said(chosen)] == ["other", "customer", "other", "agent", "customer"]


def test_what_the_header_declares_is_no_speech() -> None:
    """Names above the conversation say who is who; they are not what anybody said."""
    transcript = parse("客服：小李\n客户：张伟\n\n小李：您好\n张伟：漏水\n小李：好\n张伟：谢谢")
    assert said(transcript) == [
        ("agent", "小李", "您好"),
        ("customer", "张伟", "漏水"),
        ("agent", "小李", "好"),
        ("customer", "张伟", "谢谢"),
    ]
    assert not transcript.doubts


def test_one_side_marked_is_a_doubt() -> None:
    """Where only the agent is marked, the customer's lines may stand among the agent's."""
    assert "one_side_only" in codes(parse("客服：您好\n我要退货\n客服：订单号\n40718\n客服：好"))


def test_confirmed_roles_leave_no_doubt() -> None:
    """Assigning every role settles it; assigning one leaves the rest."""
    transcript = parse("A：嗯\nB：哦\nA：好\nB：行")
    assert transcript.doubts
    assert not with_roles(transcript, {"A": "agent", "B": "customer"}).doubts
    assert not parse("A：嗯\nB：哦\nA：好\nB：行", roles={"A": "customer", "B": "agent"}).doubts


def test_a_spreadsheet_and_a_word_file() -> None:
    """Rows and paragraphs give the same turns as text; damage is one sentence."""
    openpyxl, docx = pytest.importorskip("openpyxl"), pytest.importorskip("docx")
    expected = [("agent", "客服", "您好\n请讲"), ("customer", "张伟", "漏水，40718")]
    book = openpyxl.Workbook()
    for row in (["时间", "内容", "说话人"], ["10:22", "您好\n请讲", "客服"], ["10:23", "漏水，40718", "张伟"]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    assert said(parse_bytes(out.getvalue(), "call.xlsx")) == expected
    document = docx.Document()
    for line in ("客服  0:03", "您好", "请讲", "张伟  0:09", "漏水，40718", "客服  0:15", "好"):
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    assert said(parse_bytes(out.getvalue(), "call.docx"))[:2] == expected
    with pytest.raises(InputError) as caught:
        parse_bytes(out.getvalue()[:-200], "call.docx")
    assert caught.value.code in ("transcript_damaged", "transcript_binary")


def test_a_raw_mail_is_decoded() -> None:
    """Base64 and encoded head lines are read by the standard library."""
    import base64

    body = base64.b64encode("您好，明天补寄。".encode()).decode()
    subject = base64.b64encode("您的包裹".encode()).decode()
    source = f"MIME-Version: 1.0\nFrom: a@example.com\nTo: b@example.com\nSubject: =?utf-8?b?{subject}?=\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{body}\n"
    assert [turn.text for turn in parse(source, form="email").turns] == ["您的包裹", "您好，明天补寄。"]


NAMES = st.sampled_from(
    [("客服", "客户"), ("客服", "可乐"), ("Nick", "Rey"), ("说话人1", "说话人2"), ("坐席", "138****1234")]
)
WORDS = (
    st.text(alphabet="您好退换货水壶ab12，。！? ", min_size=1, max_size=30)
    .map(str.strip)
    .filter(lambda text: re.search(r"\w", text) and not text.isdigit())
)
HEADS = st.sampled_from(
    [
        "{name}：{text}",
        "[{at}] {name}: {text}",
        "**{name}**：{text}",
        "【{name}】{text}",
        "{name} {at}\n{text}",
        "{name}\n{at}\n{text}",
        "2026-06-15 {at} {name}\n{text}",
    ]
)


@settings(max_examples=80, deadline=None)
@given(NAMES, st.lists(WORDS, min_size=4, max_size=9), HEADS, st.sampled_from(["\n", "\n\n", "\r\n"]))
def test_nothing_is_lost_and_nothing_is_joined(
    names: tuple[str, str], texts: list[str], head: str, between: str
) -> None:
    """Two people by turns, in any of these layouts: as many turns as were written, each with its own words."""
    lines = [head.format(name=names[n % 2], text=text, at=f"10:22:{n:02d}") for n, text in enumerate(texts)]
    turns = said(parse(between.join(lines)))
    assert [speaker for _, speaker, _ in turns] == [names[n % 2] for n in range(len(texts))]
    assert [text for _, _, text in turns] == texts


LOOSE = st.lists(
    st.sampled_from(
        [
            "客服：",
            "可乐：",
            "10:22 AM",
            "Nick",
            "6月15日 10:22",
            "「张伟：好」",
            "- - -",
            "引用：好",
            "您好",
            "订单号：",
            "\n",
            "\n\n",
            " ",
            "[00:12]",
            "<v A>",
            "*** x joined the chat ***",
            "40718",
            "，",
            "（笑）",
            "后续方案：",
            "> 好",
            "\u200e",
        ]
    ),
    max_size=30,
).map("".join)


@settings(max_examples=120, deadline=None)
@given(LOOSE)
def test_every_character_ends_somewhere(source: str) -> None:
    """Anything outside the turns is a name that speaks, a time or a mark of the layout."""
    transcript = parse(source)
    outside, at = "", 0
    for turn in transcript.turns:
        outside += source[at : turn.start] + "\n"
        at = turn.end
    outside += source[at:]
    empty = {item.values["speakers"] for item in transcript.assumptions if item.code == "labels_without_words"}
    stated = {name for names in empty for name in names.split(", ")}
    for name in sorted({turn.speaker or "" for turn in transcript.turns} | stated, key=len, reverse=True):
        outside = outside.replace(name, " ") if name else outside
    left = re.sub(
        r"6月15日|10:22|AM|00:12|客服|可乐|订单号|Nick|<v A>", "", outside
    )  # labels whose words are empty; times
    assert not re.search(r"\w", left), left


EXPECTED = {
    "d1_customer_named_kele.txt": ["agent", "customer"] * 2,
    "d1_insured.txt": ["agent", "customer"] * 2,
    "d1_surname_price.txt": ["agent", "customer"] * 2,
    "d2_slack.txt": None,
    "d2_name_then_date_line.txt": ["agent", "customer", "agent"],
    "d9_blank_line_in_cue.srt": ["agent", "customer"],
    "d10_whatsapp_lrm.txt": ["customer", "agent"] * 2,
    "d11_feishu_minutes.txt": ["agent", "customer", "agent"],
    "d11_left_right_channel.txt": ["agent", "customer"] * 3,
    "d11_role_space_words.txt": ["agent", "customer"] * 3,
    "d11_salesforce.txt": ["agent", "customer", "agent", "customer", "other"],
    "d11_seconds.txt": ["agent", "customer"] * 2,
    "d13_roles_swapped.txt": ["customer", "agent", "customer"],
    "d13_roles_swapped_en.txt": ["customer", "agent"] * 2,
    "d13_weflow_quotes_in_names.txt": ["customer", "agent", "customer", "agent"],
    "d14_meet_footer.txt": ["agent", "customer"] * 2,
    "d14_teams_docx_times.txt": ["agent", "customer"] * 2,
    "d14_zendesk_system_lines.txt": ["customer", "agent"] * 2,
    "d15_liuhen_quote.txt": ["customer", "agent", "customer", "customer", "agent"],
    "d15_wechat_quote.txt": ["customer", "agent", "customer"],
    "12_openai_parts.json": ["customer", "agent", "agent"],
    "19_deepgram.json": ["agent", "customer"],
    "20_assemblyai.json": ["agent", "customer"],
    "21_whisperx.json": ["agent", "customer", "other"],
    "24_genesys.json": ["customer", "agent"],
    "25_contactlens.json": ["agent", "customer"],
    "26_twilio.json": ["agent", "customer"],
}


@needs_wild
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_inputs_of_the_wild(name: str) -> None:
    """Each gives the right speakers, or says that it is not sure."""
    transcript = load(WILD / name)
    roles = [role for role, _, _ in said(transcript)]
    assert roles == EXPECTED[name] or (EXPECTED[name] is None and transcript.doubts)
    assert len({speaker for _, speaker, _ in said(transcript)}) > 1


def test_mails_quoted_in_mails_are_their_authors() -> None:
    """Each depth of quotation is by whom the line above it names; the graded person's own earlier words are hers."""
    source = (
        "From: Nick <nick@tidewater.example>\nTo: Rey <rey@example.com>\nSubject: Re: kettle\n\nA new one leaves today.\n\n"
        "On Mon, Jun 15, 2026 at 10:22 AM Rey <rey@example.com> wrote:\n> It still leaks.\n>\n"
        "> On Sun, Jun 14, 2026 at 9:00 AM Nick M <nick@tidewater.example> wrote:\n>> Please try descaling.\n>>\n"
        ">> On Sat, Jun 13, 2026 at 8:00 AM Rey <rey@example.com> wrote:\n>>> My kettle leaks.\n"
    )
    for text in (source, source.replace(">>> ", "> > > ").replace(">> ", "> > ").replace(">>\n", "> >\n")):
        turns = [(turn.role, turn.text.strip("> \n")) for turn in parse(text, form="email").turns[1:]]
        assert turns == [
            ("agent", "A new one leaves today."),
            ("customer", "It still leaks."),
            ("agent", "Please try descaling."),
            ("customer", "My kettle leaks."),
        ]


@pytest.mark.parametrize("source", ["00:00:01,000 --> 00:00:02,000\n\t\t\n", "WEBVTT\n\n00:01.000 --> 00:02.000\n\n"])
def test_subtitles_without_words_are_refused(source: str) -> None:
    """Times are nobody's words."""
    with pytest.raises(InputError) as caught:
        parse(source)
    assert caught.value.code == "transcript_no_words"


def test_signs_that_look_like_a_colon_are_one() -> None:
    """Input methods and scanners write several; a label followed by one is a label."""
    source = "客服:您好\n客户：水壶漏水\n客服∶好\n客户︰行\n客服﹕嗯"
    assert [(role, words) for role, _, words in said(parse(source))] == [
        ("agent", "您好"),
        ("customer", "水壶漏水"),
        ("agent", "好"),
        ("customer", "行"),
        ("agent", "嗯"),
    ]


def test_an_interjection_in_brackets_is_not_the_speakers() -> None:
    """What the other side says inside a turn counts for neither, and is reported as a quotation."""
    transcript = parse("客服：您好【客户：喂，非常抱歉】请讲\n客户：漏水（客服：小李）\n客服：好（稍等）的")
    assert said(transcript) == [
        ("agent", "客服", "您好"),
        ("agent", "客服", "请讲"),
        ("customer", "客户", "漏水"),
        ("agent", "客服", "好（稍等）的"),
    ]
    assert "quotation_as_other" in codes(transcript)


def test_times_between_turns_of_one_line_belong_to_nobody() -> None:
    """A dialogue pasted into one line keeps its times, not as words."""
    transcript = parse("00:01 客服：您好 00:03 客户：漏水 00:05 客服：好的 00:08 客户：谢谢")
    assert [turn.text for turn in transcript.turns] == ["您好", "漏水", "好的", "谢谢"]
    assert [turn.at_s for turn in transcript.turns] == [1.0, 3.0, 5.0, 8.0]
