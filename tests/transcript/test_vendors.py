"""Exports as vendors document them: the exact turns of each, and a statement of what was left out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evaluator.transcript import Transcript, parse

HELLO, LEAKS, ORDER = "Hello, how may I help?", "The kettle leaks.", "Sorry, may I have your order number?"


def word(text: str, start: float, **more: Any) -> dict[str, Any]:
    return {"word": text.lower().strip(".,?"), "punctuated_word": text, "start": start, "end": start + 0.3, **more}


def words(text: str, start: float, **more: Any) -> list[dict[str, Any]]:
    return [word(one, start + place / 10, **more) for place, one in enumerate(text.split())]


def item(text: str, start: float | None, **more: Any) -> dict[str, Any]:
    """One item of Amazon Transcribe; punctuation has no time."""
    timed = {} if start is None else {"start_time": str(start), "end_time": str(start + 0.3)}
    kind = "punctuation" if start is None else "pronunciation"
    return {**timed, "alternatives": [{"confidence": "0.9", "content": text}], "type": kind, **more}


DEEPGRAM_CHANNELS = {
    "metadata": {"request_id": "c0", "channels": 2, "models": ["x"]},
    "results": {
        "channels": [
            {"alternatives": [{"transcript": "", "confidence": 0.9, "words": words(HELLO, 0.2) + words(ORDER, 6.0)}]},
            {"alternatives": [{"transcript": "", "confidence": 0.9, "words": words(LEAKS, 3.0)}]},
        ]
    },
}
GOOGLE = {
    "results": [
        {
            "alternatives": [{"transcript": HELLO, "words": [{"startTime": "0s", "endTime": "1s", "word": "Hello,"}]}],
            "languageCode": "en-us",
        },
        {
            "alternatives": [
                {
                    "words": [
                        {"startTime": f"{start}s", "endTime": f"{start}s", "word": one, "speakerTag": tag}
                        for tag, text, begin in ((1, HELLO, 0), (2, LEAKS, 3), (1, ORDER, 6))
                        for place, one in enumerate(text.split())
                        for start in [begin + place / 10]
                    ]
                }
            ]
        },
    ]
}
_ITEMS = [("Hello", 0.1, "spk_0"), (",", None, ""), ("how", 0.4, "spk_0"), ("may", 0.6, "spk_0"), ("I", 0.7, "spk_0")]
_ITEMS += [("help", 0.8, "spk_0"), ("?", None, ""), ("The", 3.0, "spk_1"), ("kettle", 3.2, "spk_1")]
_ITEMS += [("leaks", 3.5, "spk_1"), (".", None, "")]
AWS_OLD = {
    "jobName": "call",
    "results": {
        "transcripts": [{"transcript": f"{HELLO} {LEAKS}"}],
        "speaker_labels": {
            "speakers": 2,
            "segments": [
                {
                    "start_time": begin,
                    "end_time": end,
                    "speaker_label": who,
                    "items": [
                        {"start_time": str(start), "end_time": str(start + 0.3), "speaker_label": who}
                        for _, start, speaker in _ITEMS
                        if speaker == who and start is not None
                    ],
                }
                for who, begin, end in (("spk_0", "0.1", "1.1"), ("spk_1", "3.0", "3.8"))
            ],
        },
        "items": [item(text, start) for text, start, _ in _ITEMS],
    },
    "status": "COMPLETED",
}
AWS_CHANNELS = {
    "results": {
        "transcripts": [{"transcript": f"{HELLO} {LEAKS}"}],
        "channel_labels": {
            "channels": [
                {
                    "channel_label": label,
                    "items": [item(text, start, channel_label=label) for text, start, _ in _ITEMS[part]],
                }
                for label, part in (("ch_0", slice(0, 7)), ("ch_1", slice(7, 11)))
            ],
            "number_of_channels": 2,
        },
        "items": [
            item(text, start, channel_label="ch_0" if place < 7 else "ch_1")
            for place, (text, start, _) in enumerate(_ITEMS)
        ],
    }
}
INTERCOM = {
    "type": "conversation",
    "id": "147",
    "created_at": 1718445720,
    "source": {
        "type": "conversation",
        "body": f"<p>{LEAKS}</p>",
        "author": {"type": "user", "id": "5f", "name": "Rey", "email": "rey@example.com"},
    },
    "conversation_parts": {
        "type": "conversation_part.list",
        "conversation_parts": [
            {
                "part_type": "assignment",
                "body": None,
                "author": {"type": "admin", "name": "Nick"},
                "created_at": 1718445730,
            },
            {"part_type": "note", "body": "<p>Looks angry</p>", "author": {"type": "admin", "name": "Nick"}},
            {
                "part_type": "comment",
                "body": f"<p>{ORDER}</p>",
                "author": {"type": "admin", "name": "Nick"},
                "created_at": 1718445780,
            },
        ],
    },
}
SLACK = [
    {"type": "message", "subtype": "channel_join", "user": "U01", "text": "<@U01> has joined the channel", "ts": "1718445720.000100"},
    {"type": "message", "user": "U01", "text": LEAKS, "ts": "1718445723.000200", "user_profile": {"real_name": "Rey Takeshima", "display_name": "rey"}},
    {"type": "message", "user": "U02", "text": ORDER, "ts": "1718445730.000300", "user_profile": {"real_name": "Nick Miller", "display_name": "nick"}},
    {"type": "message", "user": "U01", "text": "40718", "ts": "1718445741.000400", "user_profile": {"real_name": "Rey Takeshima", "display_name": "rey"}},
]  # fmt: skip
ZENDESK = {
    "comments": [
        {"id": 3, "type": "Comment", "author_id": 11, "body": LEAKS, "html_body": f"<p>{LEAKS}</p>", "plain_body": LEAKS, "public": True, "created_at": "2026-06-15T10:22:03Z"},
        {"id": 4, "type": "Comment", "author_id": 22, "body": "Ask for the number", "public": False, "created_at": "2026-06-15T10:23:03Z"},
        {"id": 5, "type": "Comment", "author_id": 22, "body": ORDER, "plain_body": ORDER, "public": True, "created_at": "2026-06-15T10:24:03Z"},
    ],
    "users": [{"id": 11, "name": "Rey", "role": "end-user"}, {"id": 22, "name": "Nick", "role": "agent"}],
    "next_page": None,
    "count": 3,
}  # fmt: skip
ZENDESK_CHAT = {
    "chats": [
        {
            "visitor": {"name": "Rey", "email": ""},
            "history": [
                {"type": "chat.memberjoin", "timestamp": "2026-06-15T10:22:00Z", "name": "Rey", "nick": "visitor"},
                {
                    "type": "chat.msg",
                    "timestamp": "2026-06-15T10:22:03Z",
                    "name": "Rey",
                    "nick": "visitor",
                    "msg": LEAKS,
                },
                {
                    "type": "chat.msg",
                    "timestamp": "2026-06-15T10:22:09Z",
                    "name": "Nick",
                    "nick": "agent:22",
                    "msg": ORDER,
                },
            ],
        }
    ]
}
ASSEMBLYAI = {
    "id": "x",
    "text": f"{HELLO} {LEAKS}",
    "words": words(HELLO, 0.2, speaker="A") + words(LEAKS, 3.0, speaker="B"),
    "utterances": [
        {"speaker": "A", "text": HELLO, "start": 200, "end": 900, "words": words(HELLO, 0.2)},
        {"speaker": "B", "text": LEAKS, "start": 3000, "end": 3900, "words": words(LEAKS, 3.0)},
    ],
}
WHISPERX = {
    "segments": [
        {"start": 0.2, "end": 0.9, "text": f" {HELLO}", "words": words(HELLO, 0.2), "speaker": "SPEAKER_00"},
        {"start": 3.0, "end": 3.9, "text": f" {LEAKS}", "words": words(LEAKS, 3.0), "speaker": "SPEAKER_01"},
    ],
    "word_segments": words(HELLO, 0.2) + words(LEAKS, 3.0),
    "language": "en",
}
FUNASR = [
    {
        "key": "call",
        "text": "您好，请讲。水壶漏水。",
        "timestamp": [[0, 300], [300, 600]],
        "sentence_info": [
            {"text": "您好，请讲。", "start": 0, "end": 900, "timestamp": [[0, 300]], "spk": 0},
            {"text": "水壶漏水。", "start": 3000, "end": 3900, "timestamp": [[3000, 3300]], "spk": 1},
        ],
    }
]
AZURE = {
    "source": "https://example.com/call.wav",
    "combinedRecognizedPhrases": [{"channel": 0, "display": f"{HELLO} {LEAKS}", "lexical": "hello"}],
    "recognizedPhrases": [
        {"channel": 0, "speaker": speaker, "offsetInTicks": at * 1e7, "recognitionStatus": "Success", "nBest": [{"confidence": 0.9, "display": text}, {"confidence": 0.1, "display": "Wrong"}]}
        for speaker, at, text in ((1, 0.2, HELLO), (2, 3.0, LEAKS))
    ],
}  # fmt: skip
GENESYS = {
    "conversationId": "c",
    "transcripts": [
        {
            "phrases": [
                {"text": HELLO, "participantPurpose": "internal", "startTimeMs": 1718445720200, "words": [{"word": "Hello", "startTimeMs": 1}]},
                {"text": LEAKS, "participantPurpose": "external", "startTimeMs": 1718445723000, "words": []},
            ]
        }
    ],
}  # fmt: skip
CONTACT_LENS = {
    "Channel": "VOICE",
    "Participants": [{"ParticipantId": "a1", "ParticipantRole": "AGENT"}, {"ParticipantId": "c1", "ParticipantRole": "CUSTOMER"}],
    "Transcript": [
        {"Id": "1", "ParticipantId": "a1", "Content": HELLO, "BeginOffsetMillis": 200, "EndOffsetMillis": 900, "Sentiment": "NEUTRAL"},
        {"Id": "2", "ParticipantId": "c1", "Content": LEAKS, "BeginOffsetMillis": 3000, "EndOffsetMillis": 3900, "Sentiment": "NEGATIVE"},
    ],
}  # fmt: skip
TWILIO = {
    "sentences": [
        {"media_channel": 1, "sentence_index": 0, "start_time": "0.2", "end_time": "0.9", "transcript": HELLO, "words": None},
        {"media_channel": 2, "sentence_index": 1, "start_time": "3.0", "end_time": "3.9", "transcript": LEAKS, "words": None},
    ],
    "meta": {"page": 0},
}  # fmt: skip
OPENAI = {
    "model": "m",
    "messages": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": [{"type": "text", "text": LEAKS}, {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "type": "function", "function": {"name": "lookup", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "1", "content": "40718"},
        {"role": "assistant", "content": ORDER, "refusal": None},
    ],
}  # fmt: skip
GONG = {
    "callTranscripts": [
        {
            "callId": "7",
            "transcript": [
                {"speakerId": "101", "topic": "Intro", "sentences": [{"start": 0, "end": 9, "text": "Hello,"}, {"start": 9, "end": 19, "text": "how may I help?"}]},
                {"speakerId": "102", "topic": None, "sentences": [{"start": 30, "end": 39, "text": LEAKS}]},
            ],
        }
    ]
}  # fmt: skip
SPEECHMATICS = {
    "format": "2.9",
    "results": [
        {"type": "punctuation" if one in ",.?" else "word", "start_time": at, "end_time": at, "alternatives": [{"content": one, "confidence": 1.0, "speaker": who}]}
        for who, at, text in (("S1", 0.2, "Hello , how may I help ?"), ("S2", 3.0, "The kettle leaks ."))
        for one in text.split()
    ],
}  # fmt: skip
MESSENGER = {  # the newest first
    "participants": [{"name": "Rey"}, {"name": "Tidewater Support"}],
    "messages": [
        {"sender_name": "Tidewater Support", "timestamp_ms": 1718445780000, "content": ORDER, "is_geoblocked_for_viewer": False},
        {"sender_name": "Rey", "timestamp_ms": 1718445720000, "content": LEAKS},
    ],
}  # fmt: skip
CONNECT_CHAT = {
    "Transcript": [
        {"Id": "1", "Type": "EVENT", "ContentType": "application/vnd.amazonaws.connect.event.participant.joined", "AbsoluteTime": "2026-06-15T10:22:00.1Z", "ParticipantRole": "CUSTOMER"},
        {"Id": "2", "Type": "MESSAGE", "ContentType": "text/plain", "Content": LEAKS, "DisplayName": "Rey", "ParticipantRole": "CUSTOMER", "AbsoluteTime": "2026-06-15T10:22:03.1Z"},
        {"Id": "3", "Type": "MESSAGE", "ContentType": "text/plain", "Content": ORDER, "DisplayName": "Nick", "ParticipantRole": "AGENT", "AbsoluteTime": "2026-06-15T10:22:09.1Z"},
    ]
}  # fmt: skip

CASES: dict[str, tuple[Any, list[tuple[str, str | None, str]]]] = {
    "deepgram_channels": (DEEPGRAM_CHANNELS, [("agent", "0", HELLO), ("customer", "1", LEAKS), ("agent", "0", ORDER)]),
    "google": (GOOGLE, [("agent", "1", HELLO), ("customer", "2", LEAKS), ("agent", "1", ORDER)]),
    "aws_old": (AWS_OLD, [("agent", "spk_0", HELLO), ("customer", "spk_1", LEAKS)]),
    "aws_channels": (AWS_CHANNELS, [("agent", "ch_0", HELLO), ("customer", "ch_1", LEAKS)]),
    "intercom": (INTERCOM, [("customer", "Rey", LEAKS), ("agent", "Nick", ORDER)]),
    "slack": (
        SLACK,
        [("customer", "rey", LEAKS), ("agent", "nick", ORDER), ("customer", "rey", "40718")],
    ),
    "zendesk": (ZENDESK, [("customer", "Rey", LEAKS), ("agent", "Nick", ORDER)]),
    "zendesk_chat": (ZENDESK_CHAT, [("customer", "Rey", LEAKS), ("agent", "Nick", ORDER)]),
    "assemblyai": (ASSEMBLYAI, [("agent", "A", HELLO), ("customer", "B", LEAKS)]),
    "whisperx": (WHISPERX, [("agent", "SPEAKER_00", HELLO), ("customer", "SPEAKER_01", LEAKS)]),
    "funasr": (FUNASR, [("agent", "0", "您好，请讲。"), ("customer", "1", "水壶漏水。")]),
    "azure": (AZURE, [("agent", "1", HELLO), ("customer", "2", LEAKS)]),
    "genesys": (GENESYS, [("agent", "internal", HELLO), ("customer", "external", LEAKS)]),
    "contact_lens": (CONTACT_LENS, [("agent", "a1", HELLO), ("customer", "c1", LEAKS)]),
    "twilio": (TWILIO, [("agent", "1", HELLO), ("customer", "2", LEAKS)]),
    "openai": (OPENAI, [("customer", "user", LEAKS), ("agent", "assistant", ORDER)]),
    "gong": (GONG, [("agent", "101", HELLO), ("customer", "102", LEAKS)]),
    "speechmatics": (SPEECHMATICS, [("agent", "S1", HELLO), ("customer", "S2", LEAKS)]),
    "messenger": (MESSENGER, [("customer", "Rey", LEAKS), ("agent", "Tidewater Support", ORDER)]),
    "connect_chat": (CONNECT_CHAT, [("customer", "Rey", LEAKS), ("agent", "Nick", ORDER)]),
}


def said(transcript: Transcript) -> list[tuple[str, str | None, str]]:
    return [(turn.role, turn.speaker, turn.text) for turn in transcript.turns if turn.kind == "speech"]


@pytest.mark.parametrize("name", CASES)
def test_an_export_gives_its_turns(name: str) -> None:
    data, expected = CASES[name]
    transcript = parse(json.dumps(data))
    assert said(transcript) == expected
    assert said(parse(json.dumps(data, indent=1, ensure_ascii=False))) == expected


@pytest.mark.parametrize("name", CASES)
def test_no_text_of_an_export_vanishes(name: str) -> None:
    """Every word of the file is in a turn, is a name, or its field is named as not read."""
    data, _ = CASES[name]
    transcript = parse(json.dumps(data))
    shown = transcript.source + " ".join(turn.speaker or "" for turn in transcript.turns)
    stated = next((item.values["others"] for item in transcript.assumptions if item.code == "json_beside"), "")

    def check(value: Any, path: str) -> None:
        if any(
            place and (path == place or path.startswith((f"{place}.", f"{place}["))) for place in stated.split(", ")
        ):
            return
        if isinstance(value, dict):
            for key, child in value.items():
                check(child, f"{path}.{key}" if path else key)
        elif isinstance(value, list):
            for child in value:
                check(child, f"{path}[]")
        elif isinstance(value, str) and " " in value.strip() and "<" not in value:
            assert value.strip() in shown or "(+" in stated, (path, value, stated)

    check(data, "")


def test_internal_notes_are_not_said() -> None:
    """A note for colleagues is kept as a line of the program: the customer never saw it."""
    for data, note in ((INTERCOM, "Looks angry"), (ZENDESK, "Ask for the number")):
        turns = parse(json.dumps(data)).turns
        assert [turn.kind for turn in turns if note in turn.text] == ["system"]


def test_the_newest_first_is_turned_round() -> None:
    """Some programs list the newest message first; the times show it, and it is reported."""
    transcript = parse(json.dumps(MESSENGER))
    assert "newest_first" in {item.code for item in transcript.assumptions}
    assert [turn.at_s for turn in transcript.turns] == [0.0, 60.0]
    table = "time,speaker,text\n10:25,客服,再见\n10:24,客户,谢谢\n10:22,客服,您好"
    assert [turn.text for turn in parse(table).turns] == ["您好", "谢谢", "再见"]


def test_several_conversations_in_a_file_are_a_doubt() -> None:
    """They are read one after the other, and a person is asked."""
    call = [{"role": "assistant", "content": HELLO}, {"role": "user", "content": LEAKS}]
    transcript = parse(json.dumps([{"id": 1, "turns": call}, {"id": 2, "turns": call}]))
    assert "conversations_joined" in {item.code for item in transcript.doubts}


def test_fields_beside_the_words_are_named() -> None:
    """This includes nested ones, and those of the entries themselves."""
    turns = [{"role": "agent", "text": HELLO, "translation": "您好"}, {"role": "user", "text": LEAKS, "x": {"y": "z"}}]
    transcript = parse(json.dumps({"data": {"note": "angry", "call": {"meta": {"a": 1}, "turns": turns}}}))
    (beside,) = [item for item in transcript.assumptions if item.code == "json_beside"]
    assert beside.values["others"].split(", ") == [
        "data.note",
        "data.call.meta",
        "data.call.turns[].translation",
        "data.call.turns[].x",
    ]
    inner = parse(json.dumps({"id": 7, "agent": "Nick", "transcript": "客服：您好\n客户：水壶漏水了，怎么办"}))
    assert [item.values["others"] for item in inner.assumptions if item.code == "json_beside"] == ["id, agent"]
