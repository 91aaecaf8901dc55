"""Recognisers that give single words with a speaker or a channel each: words of one speaker in a row are a turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from evaluator.transcript.structured.messages import Message

_WORDS = ("punctuated_word", "word", "w", "value")
_SPEAKERS = ("speaker", "speakerTag", "speaker_label", "speaker_tag", "speakerId", "spk")
_STARTS = ("start", "startTime", "start_time", "offset", "ts")


def is_word(entry: dict[str, Any]) -> bool:
    """Whether the entry is one word of a recogniser: a word with a time and no longer text."""
    return (_word(entry) is not None and any(name in entry for name in _STARTS)) or _is_item(entry)


def _is_item(entry: dict[str, Any]) -> bool:
    return "alternatives" in entry and entry.get("type") in ("pronunciation", "punctuation")


def _word(entry: dict[str, Any]) -> str | None:
    if _is_item(entry):
        first = entry["alternatives"][0] if entry["alternatives"] else {}
        return first.get("content") if isinstance(first, dict) else None
    return next((entry[name] for name in _WORDS if isinstance(entry.get(name), str)), None)


def speaker_of(entry: dict[str, Any]) -> str | None:
    """The speaker of a word, as a number or label."""
    return next((str(entry[name]) for name in _SPEAKERS if entry.get(name) is not None), None)


def labels_by_start(entries: Sequence[dict[str, Any]]) -> dict[str, str]:
    """{start: speaker} of entries that only say who spoke when, where the words stand in another list."""
    found = {}
    for entry in entries:
        start = next((str(entry[name]) for name in _STARTS if entry.get(name) is not None), None)
        speaker = speaker_of(entry)
        if start and speaker and _word(entry) is None:
            found[start] = speaker
    return found


def turns_of_words(lists: Sequence[list[dict[str, Any]]], labels: Mapping[str, str]) -> list[Message]:
    """Turns of consecutive words by one speaker; lists without speakers are channels, and their words are put in order of
    time. `labels` says who spoke at which start, where the words themselves don't."""
    named = [one for one in lists if any(speaker_of(entry) for entry in one)]
    lists = named or lists
    channels = len(lists) > 1 and not named
    found: list[tuple[float, str | None, str]] = []
    for number, entries in enumerate(lists):
        last = 0.0
        for entry in entries:
            word = _word(entry)
            if word is None:
                continue
            last = _start(entry, last)
            own = labels.get(str(entry.get("start_time")))
            speaker = (
                speaker_of(entry) or own or (str(number) if channels else found[-1][1] if found and labels else None)
            )
            found.append((last, speaker, word))
    if all(speaker is None for _, speaker, _ in found):
        return []
    found.sort(key=lambda one: one[0])
    turns = []
    for speaker, group in groupby(found, key=lambda one: one[1]):
        words = list(group)
        turns.append(Message(speaker, _joined([word for _, _, word in words]), f"{words[0][0]:.3f}s"))
    return turns


def _start(entry: dict[str, Any], last: float) -> float:
    value = next((entry[name] for name in _STARTS if entry.get(name) is not None), last)
    try:
        return float(str(value).rstrip("s"))
    except ValueError:
        return last


def _joined(words: list[str]) -> str:
    if any(word != word.strip() for word in words):  # they bring their own spaces
        return "".join(words)
    text = ""
    for word in words:
        glued = not text or word[:1] in ",.!?;:'’，。！？、；：" or not (text[-1].isascii() and word[:1].isascii())
        text += word if glued else f" {word}"
    return text
