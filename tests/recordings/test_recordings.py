"""From a recording to a text: channels, speakers, uncertain words, and what goes wrong on the way."""

from __future__ import annotations

import io
import math
import wave
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator import messages
from evaluator.errors import EvaluatorError, InputError
from evaluator.recordings import Sound, read_sound, transcribe, written_out
from evaluator.recordings.passages import Passage, Recording, in_time, passages_of
from evaluator.settings import Settings
from evaluator.transcript import parse
from tests.support.fake_endpoint import FakeEndpoint, as_json, status

MP3 = Sound("call.mp3", b"ID3 something")


def wav(left: list[int], right: list[int] | None = None) -> bytes:
    """A WAV file of telephone quality."""
    written = io.BytesIO()
    with wave.open(written, "wb") as opened:
        opened.setnchannels(2 if right is not None else 1)
        opened.setsampwidth(2)
        opened.setframerate(8000)
        frames = left if right is None else [value for pair in zip(left, right, strict=True) for value in pair]
        opened.writeframes(b"".join(value.to_bytes(2, "little", signed=True) for value in frames))
    return written.getvalue()


@pytest.fixture
def endpoint():
    with FakeEndpoint() as server:
        yield server


@pytest.fixture
def chinese():
    messages.use("zh")
    yield
    messages.use(None)


def heard(**reply):
    """A step that answers with this reply."""
    return lambda body: as_json(reply)


async def of(endpoint, sound=MP3, model="whisper-1", **settings):
    return await transcribe(sound, f"{endpoint.url}#{model}", settings=Settings(attempts=1, **settings), language="zh")


def segment(start, end, text, **more):
    return {"start": start, "end": end, "text": text, **more}


async def test_each_channel_of_a_stereo_file_is_one_person(endpoint, chinese):
    """The channels are sent apart, and what was said is put in order of time."""
    endpoint.script = [
        heard(segments=[segment(0.2, 2, " 您好，"), segment(2, 3, "请讲。"), segment(8, 9, "马上换。")]),
        heard(segments=[segment(4, 7, "座椅发错了。")]),
    ]
    found = await of(endpoint, Sound("call.wav", wav([1, 2, 3], [4, 5, 6])))
    assert written_out(found).splitlines() == [
        "[00:00] 左声道：您好，请讲。",
        "[00:04] 右声道：座椅发错了。",
        "[00:08] 左声道：马上换。",
    ]
    sent = [body["file"] for body in endpoint.bodies()]
    assert sent == [("left-call.wav", wav([1, 2, 3])), ("right-call.wav", wav([4, 5, 6]))]
    assert endpoint.bodies()[0]["timestamp_granularities"] == ["segment", "word"]
    assert endpoint.bodies()[0]["language"] == "zh"


@pytest.mark.parametrize("data", [wav([1, 2, 3]), wav([1, 2, 3], [1, 2, 3]), b"RIFF but no WAV", MP3.data])
async def test_anything_else_is_sent_once(endpoint, data):
    """Mono, mono stored twice, and a file that only looks like WAV are one piece."""
    endpoint.usual = heard(text="您好。")
    assert written_out(await of(endpoint, Sound("call.wav", data))) == "您好。"
    assert len(endpoint.requests) == 1


async def test_speakers_that_the_model_tells_apart(endpoint):
    """A model that tells speakers apart is asked for them, and the text is read back with them."""
    endpoint.usual = heard(
        segments=[
            segment(0, 2, "Hello, how can I help?", speaker="A"),
            segment(3, 5, "My boiler is dead.", speaker="B"),
        ]
    )
    found = await of(endpoint, model="gpt-4o-transcribe-diarize")
    assert endpoint.bodies()[0]["response_format"] == "diarized_json"
    read = parse(written_out(found))
    assert [(turn.speaker, turn.text, turn.at_s) for turn in read.turns] == [
        ("A", "Hello, how can I help?", 0.0),
        ("B", "My boiler is dead.", 3.0),
    ]


async def test_a_form_that_the_endpoint_does_not_know_is_followed_by_a_simpler_one(endpoint):
    """A request that is rejected for its form is repeated in the next one, other faults are not."""
    rejected = status(400, "response_format 'verbose_json' is not supported")
    endpoint.script = [rejected, rejected, heard(text="您好。")]
    assert written_out(await of(endpoint)) == "您好。"
    assert [body["response_format"] for body in endpoint.bodies()] == ["verbose_json", "verbose_json", "json"]
    endpoint.script = [status(401, "no")]
    with pytest.raises(EvaluatorError) as caught:
        await of(endpoint)
    assert caught.value.code == "judge_key_refused" and len(endpoint.requests) == 4


def test_uncertain_words_are_marked():
    """By words, by the whole passage, and by tokens; a run of them gets one mark."""
    words = [
        {"word": "周", "start": 0, "probability": 0.3},
        {"word": "五", "start": 0.1, "probability": 0.2},
        {"word": "送到", "start": 0.2, "probability": 0.9},
    ]
    by_words = passages_of({"segments": [segment(0, 1, "周五送到。")], "words": words})
    by_passage = passages_of({"segments": [segment(0, 1, "周五送到。", avg_logprob=-1.4)]})
    tokens = [("I", 0.9), (" said", 0.9), (" fif", 0.4), ("teen", 0.3), (" times", 0.8), (".", 0.1)]
    by_tokens = passages_of(
        {"text": "…", "logprobs": [{"token": token, "logprob": math.log(chance)} for token, chance in tokens]}
    )
    assert [found[0].text for found in (by_words, by_passage, by_tokens)] == [
        "周五[?]送到。",
        "周五送到。[?]",
        "I said fifteen[?] times.",
    ]
    assert Recording(passages=tuple(by_words), model="m").uncertain == 1


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("客服：周五[?]送到。\n客户：好[?]。", "1"),
        ("Agent: I will call [inaudible] on (unclear).\nCustomer: Fine.", "2"),
        ("客服：您是问（？）吗\n客户：对", "1"),
    ],
)
def test_marked_words_of_the_graded_person_are_stated(text, count):
    """Marks in the customer's words change nothing about the points, those in the graded person's do."""
    found = [one for one in parse(text).assumptions if one.code == "words_unclear"]
    assert [one.values for one in found] == [{"count": count}] and not found[0].is_doubt


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ({"text": " … "}, "recording_silent"),
        ({"segments": [{"text": None}, 3, {"speaker": 5}]}, "recording_silent"),
        ({}, "recording_silent"),
    ],
)
async def test_nothing_heard(endpoint, reply, code):
    """Silence and replies without words are one sentence."""
    endpoint.usual = heard(**reply)
    with pytest.raises(InputError) as caught:
        await of(endpoint)
    assert caught.value.code == code


@pytest.mark.parametrize("privacy", ["strict", "standard"])
async def test_a_recording_stays_here_if_privacy_says_so(endpoint, privacy):
    """A recording cannot be masked, so it only goes to a server on this machine."""
    with pytest.raises(InputError) as caught:
        await transcribe(MP3, "http://example.org/v1#w", settings=Settings(privacy=privacy))
    assert caught.value.code == "recording_private"
    endpoint.usual = heard(text="您好。")
    assert written_out(await of(endpoint, privacy=privacy)) == "您好。"


@pytest.mark.parametrize("model", ["embedded", "anthropic:claude", "nobody"])
async def test_models_that_cannot_transcribe_are_refused(model):
    """Before anything is read or sent."""
    with pytest.raises(InputError):
        await transcribe(MP3, model, settings=Settings())


def test_files_that_are_no_recording(tmp_path):
    """One sentence each."""
    for name, code in (("a.txt", "recording_kind"), ("b.mp3", "file_missing")):
        with pytest.raises(InputError) as caught:
            read_sound(tmp_path / name)
        assert caught.value.code == code


SPOKEN = st.lists(
    st.tuples(st.floats(0, 9999), st.sampled_from(["A", "B"]), st.sampled_from(["您好", "马上办", "Sure", "no way"])),
    min_size=1,
    max_size=12,
)


@given(SPOKEN)
def test_no_word_is_lost_and_order_is_that_of_time(said):
    """Whatever the channels hold, every passage is written once, after everything that began earlier."""
    channels = [
        [Passage(text=text, speaker=name, start_s=at, end_s=at) for at, who, text in said if who == name]
        for name in ("A", "B")
    ]
    found = in_time([sorted(channel, key=lambda one: one.start_s) for channel in channels])
    assert "".join(sorted("".join(one.text for one in found).replace(" ", ""))) == "".join(
        sorted("".join(text for _, _, text in said).replace(" ", ""))
    )
    assert [one.start_s for one in found] == sorted(one.start_s for one in found)
    assert all(one.speaker != two.speaker for one, two in pairwise(found))
