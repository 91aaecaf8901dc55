"""`evaluator transcript transcribe`: from a recording to a text that `grade` reads."""

from __future__ import annotations

import pytest

from tests.support.fake_endpoint import FakeEndpoint, as_json


@pytest.fixture
def endpoint():
    with FakeEndpoint() as server:
        yield server


def test_a_recording_becomes_a_text_that_can_be_graded(run, endpoint, tmp_path):
    """The text is written with speakers; grading it names the places that were hard to hear."""
    recording, text = tmp_path / "call.mp3", tmp_path / "call.txt"
    recording.write_bytes(b"ID3 sound")
    said = [("Agent", "Sorry, I send it today[?]."), ("Customer", "Thanks.")]
    segments = [
        {"start": 4 * number, "end": 4 * number + 3, "speaker": who, "text": words}
        for number, (who, words) in enumerate(said)
    ]
    endpoint.usual = lambda body: as_json({"segments": segments})
    done = run("transcript", "transcribe", str(recording), "-m", f"{endpoint.url}#diarize", "-o", str(text))
    assert done.returncode == 0 and "marked with [?]: 1." in done.stderr
    assert text.read_text(encoding="utf-8") == "[00:00] Agent: Sorry, I send it today[?].\n[00:04] Customer: Thanks.\n"
    graded = run("grade", "-r", "general-call", str(text))
    assert graded.returncode == 0 and "hard to hear (places: 1)" in graded.stdout


def test_a_recording_that_is_graded_says_what_to_do_first(run, tmp_path):
    """Sound is not read as text."""
    recording = tmp_path / "call.m4a"
    recording.write_bytes(b"\0\0\0\x20ftypM4A rest")
    refused = run("grade", "-r", "general-call", str(recording))
    assert refused.returncode == 2 and "evaluator transcript transcribe" in refused.stderr
