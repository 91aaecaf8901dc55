"""Reads a recording from disk and has it written down by a model."""

from __future__ import annotations

import array
import asyncio
import io
import wave
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from evaluator.errors import InputError
from evaluator.files import NotAFile, TooLarge, read_bounded
from evaluator.judge import open_transcriber
from evaluator.messages import say
from evaluator.recordings.passages import Recording, in_time, passages_of
from evaluator.settings import Settings, load_settings

LARGEST_BYTES = 200_000_000  # an hour of stereo WAV at 16 kHz is 230 MB; one of telephone quality 115 MB
SUFFIXES = (".wav", ".mp3", ".m4a", ".mp4", ".ogg", ".flac", ".webm", ".mpga", ".mpeg")


class Sound(NamedTuple):
    """A recording as bytes. Its name only tells the endpoint the format."""

    name: str
    data: bytes


def read_sound(path: Path) -> Sound:
    """The recording in a file; InputError if it is missing, too large or not a recording by its name."""
    if path.suffix.lower() not in SUFFIXES:
        raise InputError("recording_kind", path=path, known=", ".join(SUFFIXES))
    try:
        return Sound(path.name, read_bounded(path, LARGEST_BYTES))
    except NotAFile as error:
        raise InputError("file_not_regular", path=path, kind=say(f"errors.kind_{error.kind}")) from None
    except TooLarge:
        raise InputError("transcript_too_large", path=path, limit_mb=LARGEST_BYTES // 1_000_000) from None
    except FileNotFoundError as error:
        raise InputError("file_missing", path=path) from error
    except OSError as error:
        raise InputError("transcript_unreadable", path=path, reason=error.strerror) from error


async def transcribe(
    sound: Sound,
    model: str,
    *,
    settings: Settings | None = None,
    language: str | None = None,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> Recording:
    """What is said in a recording, by `model` ("openai:whisper-1", "http://host:8000/v1#name").

    `language` ("zh", "en") helps the model; without it the model finds out. `report` gets the channels done and their
    number. Raises InputError if the recording is silent or damaged, or if privacy settings forbid sending it, and
    ModelError if the endpoint fails.
    """
    if not sound.data:
        raise InputError("recording_silent", path=sound.name)
    transcriber = open_transcriber(model, settings or load_settings())
    channels = await asyncio.to_thread(channels_of, sound)
    found = []
    for number, (speaker, part) in enumerate(channels):
        report(number, len(channels))
        reply = await transcriber.transcribe(part.name, part.data, language)
        found.append(passages_of(reply, speaker))
    report(len(channels), len(channels))
    passages = in_time(found)
    if not passages:
        raise InputError("recording_silent", path=sound.name)
    return Recording(passages=passages, model=transcriber.name)


def channels_of(sound: Sound) -> list[tuple[str | None, Sound]]:
    """The two channels of a stereo WAV file, named; any other recording is one piece without a name.

    A channel that equals the other (mono stored twice) counts once. A file that only claims to be WAV is sent as it is:
    the endpoint says whether it can read it.
    """
    if not sound.data.startswith(b"RIFF"):
        return [(None, sound)]
    try:
        with wave.open(io.BytesIO(sound.data)) as opened:
            if opened.getnchannels() != 2 or opened.getsampwidth() != 2:
                return [(None, sound)]
            rate, frames = opened.getframerate(), opened.readframes(opened.getnframes())
    except (wave.Error, EOFError):
        return [(None, sound)]
    samples = array.array("h", frames[: len(frames) // 4 * 4])
    left, right = samples[0::2], samples[1::2]
    if left == right:
        return [(None, Sound(sound.name, _mono(left, rate)))]
    return [
        (say("recording.channel_left"), Sound(f"left-{sound.name}", _mono(left, rate))),
        (say("recording.channel_right"), Sound(f"right-{sound.name}", _mono(right, rate))),
    ]


def _mono(samples: array.array[int], rate: int) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as opened:
        opened.setnchannels(1)
        opened.setsampwidth(2)
        opened.setframerate(rate)
        opened.writeframes(samples.tobytes())
    return written.getvalue()
