"""A generator of conversations in the layouts that people hand in, with the exact turns expected.

A layout is a pattern for one turn, what stands between turns, and what stands above and below them. Every layout is
filled with every content of its language and with several kinds of names, and each time the same turns must come out.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple


class Content(NamedTuple):
    """A conversation: its language, and turns of "agent" or "customer" with their words."""

    key: str
    language: str
    turns: tuple[tuple[str, str], ...]


class Names(NamedTuple):
    """What the two sides are called, and whether the names themselves say who is who."""

    key: str
    agent: str
    customer: str
    stated: bool


class Layout(NamedTuple):
    """`one` is the pattern of a turn. Fields: name, text, number, clock 10:22:03, hm 10:22, ampm, ms 00:03, day."""

    key: str
    one: str
    between: str = "\n"
    above: str = ""
    below: str = ""
    languages: str = "zh en"
    names: str = "role mixed person number phone word"


CONTENTS = (
    Content(
        "kettle",
        "zh",
        (
            ("agent", "您好，请问有什么可以帮您？"),
            ("customer", "水壶漏水了，你们怎么回事。"),
            ("agent", "非常抱歉，请您报一下订单号。"),
            ("customer", "40718"),
            ("agent", "查到了，今天给您换新的。"),
            ("customer", "好，谢谢。"),
        ),
    ),
    Content(
        "net",
        "zh",
        (
            ("customer", "喂，断网三天了！"),
            ("agent", "这边帮您查一下，您的问题是线路故障。"),
            ("customer", "什么时候能修好？我要投诉。"),
            ("agent", "明天上午九点上门，可以吗？"),
            ("customer", "行吧，9点到11点我在家。"),
        ),
    ),
    Content(
        "fields",
        "zh",
        (
            ("agent", "您好，您的订单号：40718，地址：南京路8号，对吗？"),
            ("customer", "对，我买的水壶坏了，退款多少？"),
            ("agent", "给您退 89 元，3 个工作日到账；感谢您的理解。"),
            ("customer", "嗯。"),
        ),
    ),
    Content(
        "curt",
        "zh",
        (
            ("agent", "喂。"),
            ("customer", "椅子发错了，怎么办？"),
            ("agent", "等着。"),
            ("customer", "什么态度？"),
        ),
    ),
    Content(
        "kettle_en",
        "en",
        (
            ("agent", "Thank you for calling Tidewater, how may I help you?"),
            ("customer", "The kettle leaks."),
            ("agent", "I'm sorry for the trouble. May I have your order number?"),
            ("customer", "40718"),
            ("agent", "I will send you a new one today."),
            ("customer", "Great, thanks."),
        ),
    ),
    Content(
        "late",
        "en",
        (
            ("customer", "My package is three days late, this is unacceptable."),
            ("agent", "I can check that for you: what is the order number?"),
            ("customer", "It's HJ-7703, and I want a refund."),
            ("agent", "Done. You will have it by 5 pm on Friday."),
            ("customer", "ok"),
        ),
    ),
    Content(
        "rude",
        "en",
        (
            ("agent", "Yeah?"),
            ("customer", "Sorry to bother you. I bought a chair and you sent a table."),
            ("agent", "Not my problem."),
            ("customer", "What?"),
        ),
    ),
)

NAMES = {
    "zh": (
        Names("role", "客服", "客户", True),
        Names("mixed", "客服小李", "王女士", True),
        Names("person", "李敏", "张伟", False),
        Names("number", "说话人1", "说话人2", False),
        Names("phone", "坐席", "138****1234", True),
        Names("word", "客服", "可乐", True),
    ),
    "en": (
        Names("role", "Agent", "Customer", True),
        Names("mixed", "Agent Smith", "Caller", True),
        Names("person", "Nick Miller", "Rey Takeshima", False),
        Names("number", "Speaker 1", "Speaker 2", False),
        Names("phone", "Tidewater Support", "+44 20 7946 0018", True),
        Names("word", "Agent", "Price", True),
    ),
}

_UNDATED = "role mixed person number word"

LAYOUTS = (
    Layout("colon", "{name}：{text}"),
    Layout("ascii_colon", "{name}:{text}"),
    Layout("colon_space", "{name}: {text}"),
    Layout("spaces_around", "{name} : {text}"),
    Layout("blank_lines", "{name}：{text}", "\n\n"),
    Layout("windows", "{name}：{text}", "\r\n"),
    Layout("old_mac", "{name}: {text}", "\r"),
    Layout("indented", "    {name}：{text}"),
    Layout("words_below", "{name}：\n{text}"),
    Layout("words_below_blank", "{name}:\n{text}", "\n\n"),
    Layout("bullets", "- {name}：{text}"),
    Layout("stars", "* {name}: {text}"),
    Layout("dots", "• {name}: {text}"),
    Layout("numbered", "{number}. {name}：{text}"),
    Layout("numbered_zh", "{number}、{name}：{text}"),
    Layout("numbered_bracket", "（{number}）{name}：{text}"),
    Layout("numbered_square", "[{number}] {name}: {text}"),
    Layout("numbered_hash", "#{number} {name}: {text}"),
    Layout("rounds", "第{number}轮 {name}：{text}", languages="zh"),
    Layout("bold", "**{name}**：{text}", "\n\n"),
    Layout("bold_colon", "**{name}:** {text}", "\n\n"),
    Layout("underscores", "__{name}__: {text}"),
    Layout("markdown_heading", "### {name}\n\n{text}", "\n\n", names=_UNDATED),
    Layout("markdown_quote", "> **{name}**: {text}", "\n>\n"),
    Layout("lenticular", "【{name}】{text}"),
    Layout("lenticular_colon", "【{name}】：{text}"),
    Layout("square", "[{name}] {text}", names=_UNDATED),
    Layout("square_colon", "[{name}]: {text}"),
    Layout("angle", "<{name}> {text}"),
    Layout("irc", "{hm} <{name}> {text}"),
    Layout("corner", "「{name}」{text}"),
    Layout("zero_width", "\u200b{name}：{text}"),
    Layout("left_to_right", "\u200e{name}: \u200e{text}"),
    Layout("byte_order_mark", "\ufeff{name}：{text}"),
    Layout("narrow_space", "\u202f{name}\u202f: {text}"),
    Layout("ideographic_space", "\u3000\u3000{name}：{text}"),
    Layout("clock_before", "{clock} {name}：{text}"),
    Layout("clock_brackets", "[{clock}] {name}：{text}"),
    Layout("clock_round", "({clock}) {name}: {text}"),
    Layout("clock_zh_brackets", "【{clock}】{name}：{text}"),
    Layout("minutes_before", "{ms} {name}: {text}"),
    Layout("clock_behind", "{name} ({ms}): {text}"),
    Layout("clock_behind_zh", "{name}（{clock}）：{text}"),
    Layout("clock_behind_bare", "{name} {clock}: {text}"),
    Layout("range_brackets", "[{clock} - {clock2}] {name}: {text}"),
    Layout("range_bare", "{clock}-{clock2} {name}：{text}"),
    Layout("whisper", "[{ms}.000 --> {ms2}.000] {name}: {text}"),
    Layout("seconds_range", "[{s}.00s - {s2}.00s] {name}: {text}"),
    Layout("seconds_round", "( {s}s ) {name}: {text}"),
    Layout("minutes_seconds_round", "( {number}m {s}s ) {name}: {text}"),
    Layout("iso", "{day}T{clock}Z {name}: {text}"),
    Layout("iso_zone", "{day} {clock} +0800 {name}: {text}"),
    Layout("date_clock", "{day} {clock} {name}：{text}"),
    Layout("whatsapp_ios", "[15/06/2026, {clock}] {name}: {text}"),
    Layout("whatsapp_ios_marks", "\u200e[15/06/2026, {clock}] {name}: \u200e{text}"),
    Layout("whatsapp_android", "15/06/2026, {hm} - {name}: {text}"),
    Layout("whatsapp_us", "[6/15/26, {ampm}] {name}: {text}"),
    Layout(
        "whatsapp_notice",
        "[15/06/2026, {clock}] {name}: {text}",
        above="[15/06/2026, 10:00:00] Messages and calls are end-to-end encrypted. No one outside of this chat can read them.\n",
        languages="en",
    ),
    Layout("ampm_before", "({clock} AM) {name}: {text}"),
    Layout("wechat_lines", "{name}  {hm}\n\n{text}\n", "\n", above="—————  2026-06-15  —————\n\n\n"),
    Layout("wechat_date", "{name} {day} {clock}\n{text}", "\n\n"),
    Layout("wechat_slashes", "{name} 2026/6/15 {hm}\n{text}", "\n"),
    Layout("wechat_yesterday", "{name} 昨天 {hm}\n{text}", languages="zh"),
    Layout("time_first", "{day} {clock} {name}\n{text}", "\n\n"),
    Layout("quoted_names", "{day} {clock} '{name}'\n{text}", "\n\n"),
    Layout("qq", "{day} {clock} {name}(12345678)\n{text}", "\n\n"),
    Layout("qq_mail", "{day} {clock} {name}<a1@example.com>\n{text}", "\n\n"),
    Layout("qianniu", "{name} ({day} {clock}):\n{text}"),
    Layout("dingtalk", "{name}({clock})\n{text}"),
    Layout("month_day", "{name} 6月15日 {hm}\n{text}", languages="zh"),
    Layout("feishu", "{name} {ms}\n{text}", "\n\n", above="水壶投诉电话\n2026年6月15日 上午 10:00|3分 12秒\n\n关键词:\n水壶、漏水\n\n文字记录:\n", languages="zh"),
    Layout("tencent_meeting", "{name}({clock}): {text}", "\n\n"),
    Layout("iflytek", "{name} {ms}\n{text}", "\n\n", languages="zh"),
    Layout("tingwu", "{name}   {ms}\n{text}", "\n\n", languages="zh"),
    Layout("otter", "{name}  {ms} \n{text}", "\n\n", below="\n\nTranscribed by https://otter.ai"),
    Layout("rev", "{name} ({ms}):\n{text}", "\n\n"),
    Layout("teams_docx", "{name}   {ms}\n{text}", above="Kettle call-20260615_133555-Meeting Transcript\n15 June 2026, 03:35am\n27m 42s\n", languages="en"),
    Layout("teams_web", "{name}\n{number} minutes {s} seconds{ms}\n{name} {number} minutes {s} seconds\n{text}", languages="en"),
    Layout("discord", "{name} — Today at {hm} AM\n{text}", languages="en"),
    Layout("telegram_desktop", "{name}, [15.06.2026 {clock}]\n{text}", "\n\n"),
    Layout("slack_copy", "{name}\n  {hm} AM\n{text}"),
    Layout("slack_inline", "{name}  {hm} AM\n{text}"),
    Layout("name_date_line", "{name}\n6月15日 {hm}\n{text}", languages="zh"),
    Layout("name_time_line", "{name}\n{clock}\n{text}", "\n\n"),
    Layout("time_name_line", "{clock}\n{name}\n{text}", "\n\n"),
    Layout("intercom", "{ampm} | {name}: {text}", languages="en"),
    Layout("zoom_chat", "{clock} From {name} to Everyone:\n\t{text}", languages="en"),
    Layout("zoom_old", "{clock}\t From  {name} : {text}", languages="en"),
    Layout("mail_style", "On June 15, 2026 at {hm} AM {name} wrote:\n{text}", "\n\n", languages="none"),
    Layout("line_app", "{hm}\t{name}\t{text}", names=_UNDATED),
    Layout("kakao", "[{name}] [오전 {hm}] {text}"),
    Layout("name_clock_words", "{name} {clock} {text}", names="role mixed phone"),
    Layout("clock_name_words", "{clock} {name} {text}", names="role number"),
    Layout("role_space", "{name} {text}", names="role"),
    Layout("role_tab", "{name}\t{text}", names="role mixed number"),
    Layout("dash", "{name} - {text}", names="role mixed person number"),
    Layout("long_dash", "{name}——{text}", languages="zh", names="role mixed person number"),
    Layout("alone", "{name}\n{text}", names="role mixed person number"),
    Layout("alone_blank", "{name}\n{text}", "\n\n", names="role mixed person number"),
    Layout("alone_brackets", "【{name}】\n{text}", names="role mixed person number"),
    Layout("alone_bold", "**{name}**\n{text}", "\n\n", names="role mixed person number"),
    Layout("markdown_table", "| {name} | {text} |", above="| 角色 | 内容 |\n|---|---|\n", names=_UNDATED),
    Layout("markdown_table_en", "| {number} | {clock} | {name} | {text} |", above="| # | time | speaker | text |\n|--|--|--|--|\n", names=_UNDATED),
    Layout("tabs_head", "{number}\t{name}\t{text}", above="序号\t说话人\t内容\n", languages="zh"),
    Layout("meet", "{name}: {text}", above="Kettle complaint (2026-06-15 10:00 GMT+1) - Transcript\nAttendees\nA, B\nTranscript\n00:00:00\n \n", below="\nTranscription ended after 00:06:12\nThis editable transcript was computer generated and might contain errors.", languages="en"),
    Layout("salesforce", "( {s}s ) {name}: {text}", above="Chat Started: Monday, June 15, 2026, 10:22:03 (+0000)\nChat Origin: Support\n", languages="en"),
    Layout("zendesk", "({clock} AM) {name}: {text}", above="Chat started on 2026-06-15 02:11 AM (UTC)\n\n", below="\n(10:30:00 AM) *** {customer} left the chat ***", languages="en"),
    Layout("wechat_recall", "{name} {day} {clock}\n{text}", "\n\n", below="\n\n2026-06-15 10:40:00 \"{customer}\" 撤回了一条消息", languages="zh"),
    Layout("wecom", "{name} {day} {clock}\n{text}", "\n\n", above="企业微信聊天记录\n群聊：水壶售后\n导出时间：2026-06-16 09:00\n\n", languages="zh"),
    Layout("dingtalk_read", "{name} 06-15 {hm}\n{text}\n已读", "\n\n", languages="zh"),
    Layout("feishu_minutes", "{name} | 00:{ms}\n{text}", "\n\n", above="妙记：水壶投诉\n2026年6月15日 | 3分12秒\n\n", languages="zh"),
    Layout("tingwu_summary", "{name}  00:{ms}\n{text}", "\n\n", above="通义听悟\n录音时间：2026-06-15 10:22\n关键词：水壶、漏水\n全文概要：客户投诉水壶漏水。\n\n", languages="zh"),
    Layout("tencent_minutes", "{name}(00:{ms}): {text}", "\n\n", above="会议主题：水壶投诉\n会议时间：2026/06/15 10:22-10:30\n参会人：李敏、张伟\n\n", languages="zh"),
    Layout("right_clock", "{name}：{text}                    {clock}"),
    Layout("right_bracket", "{name}: {text}\t[{ms}]"),
    Layout("clock_at_end", "{name}: {text} ({clock})"),
    Layout("clock_behind_name", "**{name}:** [00:{ms}] {text}", "\n\n"),
    Layout("line_numbers", "{number}   {name}: {text}"),
    Layout("turn_numbers", "T{number} {name}：{text}"),
    Layout("rounds_alone", "第{number}轮\n{name}：{text}", languages="zh"),
    Layout("log", "[INFO] {day} {clock} {name}: {text}"),
    Layout("records", "发送人: {name}\n发送时间: {day} {clock}\n消息内容: {text}", "\n--------\n", languages="zh"),
    Layout("says", "{name}说：{text}", languages="zh", names="role mixed person"),
    Layout("posted", "{name} 发表于 {day} {clock}\n{text}", "\n\n", languages="zh"),
    Layout("five9", "{name} ({day} {clock}): {text}", above="Call ID: 300000012\nCampaign: Support\nDisposition: Resolved\n\n", languages="en"),
    Layout("jira", "{name} added a comment - 15/Jun/26 {hm} AM\n{text}", "\n\n", languages="en"),
    Layout("irc_at", "{clock} <@{name}> {text}"),
    Layout("play", "                    {name}\n          {text}", "\n\n", languages="en", names="role mixed person number"),
    Layout("gong", "{ms} | {name}\n{text}", "\n\n", above="Kettle call\nRecorded on Jun 15, 2026 via Zoom, 3m\n\n", languages="en"),
    Layout("chat_arrow", "{clock} {name} >> {text}", names="role number"),
    Layout("whatsapp_tilde", "[6/15/26, {ampm}] ~ {name}: {text}", languages="en"),
    Layout("header_subject", "{name}：{text}", above="主题：回访\n时间：2026-06-15 10:00\n\n", languages="zh", names="role mixed word phone"),
    Layout("session_ends", "{name}：{text}", below="\n-- 会话结束 --", languages="zh"),
)  # fmt: skip


def clock(second: int) -> str:
    """Times from 10:22:03 on."""
    return f"10:{22 + second // 60:02d}:{second % 60:02d}"


def fields(content: Content, names: Names) -> Iterator[dict[str, str]]:
    """The values for the pattern of each turn."""
    for number, (side, text) in enumerate(content.turns, start=1):
        second = 7 * number
        yield {
            "name": names.agent if side == "agent" else names.customer,
            "text": text,
            "number": str(number),
            "clock": clock(second),
            "clock2": clock(second + 5),
            "hm": f"10:{20 + number}",
            "ampm": f"10:{20 + number}:09 AM",
            "ms": f"00:{second:02d}",
            "ms2": f"00:{second + 5:02d}",
            "s": str(second),
            "s2": str(second + 5),
            "day": "2026-06-15",
        }


def fill(layout: Layout, content: Content, names: Names) -> str:
    """The content in the layout."""
    turns = [layout.one.format(**values) for values in fields(content, names)]
    around = {"agent": names.agent, "customer": names.customer}
    return layout.above + layout.between.join(turns) + layout.below.format(**around)


def text_cases() -> Iterator[tuple[str, str, Content, Names]]:
    """(name, source, content, names) of every layout of text, content and kind of names."""
    for layout in LAYOUTS:
        for content in CONTENTS:
            if content.language not in layout.languages.split():
                continue
            for names in NAMES[content.language]:
                if names.key in layout.names.split():
                    key = f"{layout.key}-{content.key}-{names.key}"
                    yield key, fill(layout, content, names), content, names


Rows = list[dict[str, str]]


def _json(entries: object) -> str:
    return json.dumps(entries, ensure_ascii=False)


def _escaped(entries: object) -> str:
    return json.dumps(entries, ensure_ascii=True, indent=2)


def _csv(rows: list[list[str]], delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting).writerows(rows)  # type: ignore[call-overload]
    return out.getvalue()


def _cells(rows: Rows, *names: str) -> list[list[str]]:
    return [[row[name] for name in names] for row in rows]


def _html_rows(rows: Rows) -> str:
    cells = "".join(f"<tr><td>{row['clock']}</td><td>{row['name']}</td><td>{row['text']}</td></tr>" for row in rows)
    return f"<html><body><h1>Call</h1><table><tr><th>time</th><th>speaker</th><th>text</th></tr>{cells}</table></body></html>"


def _vtt(rows: Rows, cue: str, head: str = "WEBVTT\n\n", mark: str = ".", numbered: bool = False) -> str:
    parts = []
    for number, row in enumerate(rows, start=1):
        index = f"{number}\n" if numbered else ""
        parts.append(
            f"{index}00:00:{row['s'].zfill(2)}{mark}000 --> 00:00:{row['s2'].zfill(2)}{mark}000\n{cue.format(**row)}"
        )
    return head + "\n\n".join(parts) + "\n"


def _timed_words(rows: Rows, word: str, speaker: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for row in rows:
        parts = row["text"].split() if row["text"].isascii() else re.findall(r"\s*(?:[A-Za-z0-9]+|.)", row["text"])
        found += [
            {word: part, "start": int(row["s"]) + place / 100, "end": int(row["s"]) + 1, speaker: row["name"]}
            for place, part in enumerate(parts)
        ]
    return found


STRUCTURED: dict[str, Callable[[Rows], str]] = {
    "json_role_content": lambda rows: _json([{"role": row["name"], "content": row["text"]} for row in rows]),
    "json_speaker_text": lambda rows: _json([{"speaker": row["name"], "text": row["text"]} for row in rows]),
    "json_text_first": lambda rows: _json([{"text": row["text"], "speaker": row["name"]} for row in rows]),
    "json_sender_message": lambda rows: _json({"chat": {"items": [{"sender": row["name"], "message": row["text"]} for row in rows]}}),
    "json_escaped": lambda rows: _escaped({"messages": [{"role": row["name"], "content": row["text"]} for row in rows]}),
    "json_parts": lambda rows: _json([{"role": row["name"], "content": [{"type": "text", "text": row["text"]}]} for row in rows]),
    "json_gemini": lambda rows: _json({"contents": [{"role": row["name"], "parts": [{"text": row["text"]}]} for row in rows]}),
    "json_sharegpt": lambda rows: _json([{"conversations": [{"from": row["name"], "value": row["text"]} for row in rows]}]),
    "json_lines": lambda rows: "\n".join(_json({"speaker": row["name"], "text": row["text"], "ts": row["clock"]}) for row in rows),
    "json_name_key": lambda rows: _json([{row["name"]: row["text"]} for row in rows]),
    "json_pairs": lambda rows: _json([[row["name"], row["text"]] for row in rows]),
    "json_columns": lambda rows: _json({"speaker": [row["name"] for row in rows], "text": [row["text"] for row in rows]}),
    "json_labelled_lines": lambda rows: _json([f"{row['name']}：{row['text']}" for row in rows]),
    "json_inner_text": lambda rows: _json({"id": 7, "transcript": "\n".join(f"{row['name']}：{row['text']}" for row in rows)}),
    "json_author_object": lambda rows: _json([{"author": {"name": row["name"]}, "body": f"<p>{row['text']}</p>", "part_type": "comment"} for row in rows]),
    "json_graph": lambda rows: _json({"value": [{"from": {"user": {"displayName": row["name"]}}, "body": {"contentType": "text", "content": row["text"]}} for row in rows]}),
    "json_telegram": lambda rows: _json({"name": "Chat", "messages": [{"id": 1, "type": "service", "action": "create_group", "text": ""}] + [{"id": 2, "type": "message", "from": row["name"], "text": [row["text"]]} for row in rows]}),
    "json_deepgram": lambda rows: _json({"metadata": {"request_id": "x"}, "results": {"channels": [{"alternatives": [{"transcript": " ".join(row["text"] for row in rows), "confidence": 0.9}]}], "utterances": [{"start": int(row["s"]), "end": int(row["s2"]), "channel": 0, "transcript": row["text"], "speaker": row["name"]} for row in rows]}}),
    "json_whisperx": lambda rows: _json({"segments": [{"start": 0.1, "end": 0.2, "text": f" {row['text']}", "words": [], "speaker": row["name"]} for row in rows], "language": "en"}),
    "json_funasr": lambda rows: _json([{"key": "call", "text": "".join(row["text"] for row in rows), "sentence_info": [{"text": row["text"], "start": 10, "end": 20, "spk": row["name"]} for row in rows]}]),
    "json_iflytek": lambda rows: _json({"ok": 0, "data": _json([{"bg": str(1000 * int(row["s"])), "ed": "9", "onebest": row["text"], "speaker": row["name"]} for row in rows])}),
    "json_azure": lambda rows: _json({"combinedRecognizedPhrases": [{"channel": 0, "display": "x"}], "recognizedPhrases": [{"channel": 0, "speaker": row["name"], "offsetInTicks": 1.0e7, "nBest": [{"confidence": 0.9, "display": row["text"]}, {"display": "wrong"}]} for row in rows]}),
    "json_rev": lambda rows: _json({"speakers": [{"id": 0, "name": rows[0]["name"]}, {"id": 1, "name": rows[1]["name"]}], "monologues": [{"speaker": int(row["name"] != rows[0]["name"]), "elements": [{"type": "text", "value": row["text"], "ts": 0.5}]} for row in rows]}),
    "json_words": lambda rows: _json({"words": _timed_words(rows, "word", "speaker")}),
    "json_contact_lens": lambda rows: _json({"Participants": [{"ParticipantId": row["name"], "ParticipantRole": "X"} for row in rows[:2]], "Transcript": [{"BeginOffsetMillis": 1000 * int(row["s"]), "Content": row["text"], "ParticipantId": row["name"], "Id": "1"} for row in rows]}),
    "csv_head": lambda rows: _csv([["time", "speaker", "text"], *_cells(rows, "clock", "name", "text")]),
    "csv_head_zh": lambda rows: _csv([["序号", "内容", "角色"], *_cells(rows, "number", "text", "name")]),
    "csv_quoted": lambda rows: _csv([["说话人", "内容", "时间"], *_cells(rows, "name", "text", "clock")], quoting=csv.QUOTE_ALL),
    "csv_semicolon": lambda rows: _csv([["speaker", "text"], *_cells(rows, "name", "text")], delimiter=";"),
    "csv_last_column": lambda rows: _csv([["start", "end", "transcript", "speaker"], *_cells(rows, "clock", "clock2", "text", "name")]),
    "tsv_head": lambda rows: _csv([["Speaker", "Start", "Text"], *_cells(rows, "name", "clock", "text")], delimiter="\t"),
    "html_table": _html_rows,
    "html_paragraphs": lambda rows: "<!DOCTYPE html><html><head><title>x</title></head><body>" + "".join(f"<p><b>{row['name']}</b>: {row['text']}</p>" for row in rows) + "</body></html>",
    "html_divs": lambda rows: "<div class='chat'>" + "".join(f"<div><div class='who'>{row['name']} {row['clock']}</div><div>{row['text']}</div></div>" for row in rows) + "</div>",
    "vtt_voice": lambda rows: _vtt(rows, "<v {name}>{text}</v>"),
    "vtt_voice_class": lambda rows: _vtt(rows, "<v.loud {name}><c.yellow>{text}</c>"),
    "vtt_label": lambda rows: _vtt(rows, "{name}: {text}"),
    "vtt_ids": lambda rows: _vtt(rows, "<v {name}>{text}</v>", numbered=True),
    "vtt_note": lambda rows: _vtt(rows, "{name}: {text}", head="WEBVTT - Call\n\nNOTE made by a machine\n\nSTYLE\n::cue {{ color: red }}\n\n"),
    "srt_label": lambda rows: _vtt(rows, "{name}: {text}", head="", mark=",", numbered=True),
    "srt_label_zh": lambda rows: _vtt(rows, "{name}：{text}", head="", mark=",", numbered=True),
    "srt_bracket": lambda rows: _vtt(rows, "[{name}] {text}", head="", mark=",", numbered=True),
    "srt_italics": lambda rows: _vtt(rows, "<i>{name}: {text}</i>", head="", mark=",", numbered=True),
}  # fmt: skip


def structured_cases() -> Iterator[tuple[str, str, Content, Names]]:
    """(name, source, content, names) of every layout with a place of its own for the speaker."""
    for key, build in STRUCTURED.items():
        for content in CONTENTS:
            for names in NAMES[content.language]:
                yield f"{key}-{content.key}-{names.key}", build(list(fields(content, names))), content, names


def cases() -> Iterator[tuple[str, str, Content, Names]]:
    """Every case."""
    yield from text_cases()
    yield from structured_cases()
