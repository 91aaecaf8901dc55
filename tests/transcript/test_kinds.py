"""Kinds of slips in who is who: notes in brackets, headers, masks, titles, program turns, and what a file holds beside its turns."""

from __future__ import annotations

import io

import pytest

from evaluator.transcript import Transcript, parse, parse_bytes, speakers, with_roles


def said(transcript: Transcript) -> list[tuple[str, str | None, str]]:
    """(role, speaker, words) of what somebody said."""
    return [(turn.role, turn.speaker, turn.text) for turn in transcript.turns if turn.kind == "speech"]


def names(source: str) -> list[str | None]:
    """The distinct speakers in order."""
    return list(dict.fromkeys(speaker for _, speaker, _ in said(parse(source))))


def codes(transcript: Transcript) -> set[str]:
    return {item.code for item in transcript.assumptions}


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        (("小李", "小王", "小李"), ["客服（小李）", "客服（小王）"]),
        (("1024", "2077", "1024"), ["客服（1024）", "客服（2077）"]),
        (("小李", "小李", "小李"), ["客服（小李）"]),
        (("微笑", "安抚", "微笑"), ["客服"]),
        (("着急", "任性", "愤怒"), ["客服"]),
        (("小李", "", ""), ["客服"]),
        (("12345678", "12345678", "12345678"), ["客服"]),
    ],
)
def test_a_note_is_part_of_the_name_where_it_tells_people_apart(notes: tuple[str, ...], expected: list[str]) -> None:
    """People in brackets are people, moods and accounts are not; two agents are a doubt."""
    turns = [f"客服{f'（{note}）' if note else ''}：第{n}句\n客户：好{n}" for n, note in enumerate(notes)]
    transcript = parse("\n".join(turns))
    assert [name for name in names("\n".join(turns)) if name != "客户"] == expected
    assert ("several_agents" in codes(transcript)) == (len(expected) > 1)


@pytest.mark.parametrize(
    "header",
    [
        "Agent: Nick Miller\nCustomer: +1 555 010 0018\n\n",
        "Agent: Nick Miller\nCustomer: Rey Takeshima\nQueue: Kettles\n\n",
    ],
)
@pytest.mark.parametrize("time", ["", "[00:0{n}] "])
def test_a_header_with_the_speakers_labels_is_nobodys_words(header: str, time: str) -> None:
    """Who takes part stands above the call; with or without times below it, it is no turn."""
    call = [("Agent", "Hello there, Tidewater."), ("Customer", "It leaks."), ("Agent", "I am sorry.")]
    body = "\n".join(f"{time.format(n=n)}{name}: {words}" for n, (name, words) in enumerate(call))
    assert [(speaker, words) for _, speaker, words in said(parse(header + body))] == call


def test_first_words_that_look_like_a_header_stay_words() -> None:
    """A greeting is no name, and a name that comes once is an answer."""
    assert (
        len(said(parse("Agent: Good morning\nCustomer: Good morning\n\nAgent: How may I help?\nCustomer: It leaks.")))
        == 4
    )
    assert len(said(parse("客服：请问您贵姓？\n\n客户：王先生\n\n客服：王先生您好\n\n客户：嗯"))) == 4


@pytest.mark.parametrize(
    ("mark", "people"), [("**", ("李**", "张**")), ("*", ("李*", "李**")), ("某", ("李某", "张某某"))]
)
def test_masks_belong_to_the_name(mark: str, people: tuple[str, str]) -> None:
    """Two masked names stay two people; stars of bold type are no mask."""
    assert names("\n".join(f"{people[n % 2]}：您好{n}" for n in range(4))) == list(people)
    assert names("**客服**：您好\n**客户**：漏水\n**客服**：好\n**客户**：谢") == ["客服", "客户"]


@pytest.mark.parametrize("sign", ["=", " = ", "/", " / ", "＝", "；", "=>"])
def test_one_sign_behind_every_name_separates_it(sign: str) -> None:
    """Whatever sign a person chose for the colon; a slash inside words separates nothing."""
    words = ["您好，24/7 为您服务", "水壶漏水/漏电", "a=b 请稍等", "40718"]
    lines = [f"{name}{sign}{text}" for name, text in zip(("客服", "客户") * 2, words, strict=True)]
    assert [(speaker, text) for _, speaker, text in said(parse("\n".join(lines)))] == list(
        zip(("客服", "客户") * 2, words, strict=True)
    )


def test_what_a_program_wrote_under_a_name_is_not_that_persons() -> None:
    """An internal note is nobody's words, also when the person is given a role; nobody is listed twice."""
    source = "Rey 10:22:03\nIt leaks.\n\nSupport 10:23:03\nInternal note\nVIP, angry\n\nSupport 10:24:03\nI'm sorry.\n\nRey 10:25:03\nok"
    for transcript in (
        parse(source),
        parse(source, roles={"Support": "agent"}),
        with_roles(parse(source), {"Support": "agent"}),
    ):
        assert [text for role, _, text in said(transcript) if role == "agent"] == ["I'm sorry."]
        assert not any("VIP" in turn.text for turn in transcript.turns if turn.role == "agent")
        assert [one.speaker for one in speakers(transcript)] == ["Rey", "Support"]


def test_a_timed_line_with_an_unreadable_name_is_asked_about() -> None:
    """Words of somebody unknown are no program line: they leave a doubt."""
    source = "10:22:03 客服：您好\n10:22:09 客户：漏水\n10:22:12 这位先生的太太和邻居们，一起说：漏了一地\n10:22:15 客服：抱歉"
    transcript = parse(source)
    assert [text for _, speaker, text in said(transcript) if speaker is None] == [
        "10:22:12 这位先生的太太和邻居们，一起说：漏了一地"
    ]
    assert "words_without_speaker" in codes(transcript)


def test_a_reply_that_repeats_earlier_words_is_a_quotation() -> None:
    """ "回复 李敏：…" repeats a message or answers it; only the first is a quotation."""
    chat = "李敏\n6月15日 10:22\n您好，请问有什么可以帮您？\n\n张伟\n6月15日 10:23\n漏水\n回复 李敏：{words}\n\n李敏\n6月15日 10:24\n抱歉"
    repeated = parse(chat.format(words="您好，请问有什么…"))
    assert [turn.text for turn in repeated.turns if turn.kind == "quotation"] == ["回复 李敏：您好，请问有什么…"]
    assert said(parse(chat.format(words="快点")))[1][2] == "漏水\n回复 李敏：快点"


def test_a_short_dialogue_without_names_is_asked_about() -> None:
    """Dashes that begin turns alternate between two sides; the items of a list are one author's."""
    dialogue = parse("——您好，请问有什么可以帮您？\n——水壶漏水了\n——非常抱歉\n——40718")
    assert [role for role, _, _ in said(dialogue)] == ["agent", "customer"] * 2 and "sides_by_turns" in codes(dialogue)
    assert len(parse("- 先道歉\n- 再登记\n- 然后换新\n- 最后回访").turns) == 1


def test_half_characters_are_replaced_in_names_too() -> None:
    """JSON escapes of half an emoji, in words and in names."""
    transcript = parse('[{"role":"agent","content":"Hi \\ud83d"},{"role":"cust\\ud83domer","content":"leak"}]')
    transcript.model_dump_json().encode()
    assert "\ufffd" in transcript.turns[0].text and "\ufffd" in (transcript.turns[1].speaker or "")


def test_what_a_table_holds_beside_the_turns_is_stated() -> None:
    """Columns that are not read are named, and the other sheets of a workbook are a doubt."""
    openpyxl = pytest.importorskip("openpyxl")
    assert parse("说话人,内容,情绪\n客服,您好,平静\n客户,漏水,愤怒\n").assumptions[0].values == {"columns": "情绪"}
    records = "".join(
        f"发送人: {name}\n接收人: x\n消息内容: {text}\n" for name, text in (("客服", "您好"), ("客户", "漏水"))
    )
    assert parse(records).assumptions[0].values == {"columns": "接收人"}
    book = openpyxl.Workbook()
    for row in (["说话人", "内容"], ["客服", "您好"], ["客户", "漏水"]):
        book.active.append(row)
    book.create_sheet("第二通").append(["客服", "喂"])
    out = io.BytesIO()
    book.save(out)
    (stated,) = (item for item in parse_bytes(out.getvalue(), "x.xlsx").assumptions if item.code == "not_read")
    assert stated.values["places"] == "第二通"


def test_a_word_file_gives_all_that_a_reader_sees() -> None:
    """Tracked insertions count, deletions do not; a name merged over two rows names both; comments are stated."""
    docx = pytest.importorskip("docx")
    from docx.oxml import parse_xml

    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    document = docx.Document()
    paragraph = document.add_paragraph("客服：您好")
    paragraph._p.append(parse_xml(f'<w:ins {space} w:id="1" w:author="x"><w:r><w:t>，请讲</w:t></w:r></w:ins>'))
    paragraph._p.append(parse_xml(f'<w:del {space} w:id="2" w:author="x"><w:r><w:delText>滚</w:delText></w:r></w:del>'))
    document.add_paragraph("客户：漏水")
    document.sections[0].header.paragraphs[0].text = "机密"
    out = io.BytesIO()
    document.save(out)
    transcript = parse_bytes(out.getvalue(), "call.docx")
    assert [text for _, _, text in said(transcript)] == ["您好，请讲", "漏水"]
    assert "document_beside" in codes(transcript)
    merged = docx.Document()
    table = merged.add_table(rows=4, cols=2)
    for row, cells in zip(
        table.rows, (("说话人", "内容"), ("客服", "您好"), ("", "请讲"), ("客户", "漏水")), strict=True
    ):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    out = io.BytesIO()
    merged.save(out)
    assert [(speaker, text) for _, speaker, text in said(parse_bytes(out.getvalue(), "call.docx"))] == [
        ("客服", "您好"),
        ("客服", "请讲"),
        ("客户", "漏水"),
    ]


@pytest.mark.parametrize("sign", ["\\n", "\\r\\n", "<br>", "<br/>\n"])
def test_line_breaks_that_are_written_out_part_turns(sign: str) -> None:
    """A text from a database or a web page on one line; a path in the words is none."""
    transcript = parse(sign.join(["客服：您好", "客户：漏水", "客服：抱歉", "客户：40718"]))
    assert [text for _, _, text in said(transcript)] == ["您好", "漏水", "抱歉", "40718"] and "breaks_written" in codes(
        transcript
    )
    for one, path in (
        ("客服：打开 {}\n客户：好\n客服：行", "C:\\new"),
        ("客服：打开 {}", "C:\\new\\reports"),
        ("客服：打开 {}", "\\\\nas\\r"),
    ):
        assert said(parse(one.format(path)))[0][2] == f"打开 {path}"
    assert [text for _, _, text in said(parse("A:\\nHello\\nB:\\nHi"))] == ["Hello", "Hi"]


def test_the_other_sides_label_inside_the_only_speakers_words_is_a_doubt() -> None:
    """Turns that are joined in a way that nobody foresaw are asked about."""
    assert "label_left_doubtful" in codes(parse("客服：您好♦客户：漏水♦客服：抱歉♦客户：40718"))


def test_cells_of_a_table_without_a_header_stay_apart() -> None:
    """A speaker column behind the words is no part of them; commas within the last column are."""
    rows = "10:22\t您好\t客服\n10:23\t漏水\t客户\n10:24\t抱歉\t客服\n"
    assert [text for _, _, text in said(parse(rows))] == ["您好", "漏水", "抱歉"]
    assert [text for _, _, text in said(parse("客服,您好,请讲\n客户,漏水\n客服,抱歉,40718,好\n"))] == [
        "您好,请讲",
        "漏水",
        "抱歉,40718,好",
    ]
