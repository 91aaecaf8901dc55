"""Recognisers that return single words with a speaker or channel: consecutive words by one speaker form a turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from evaluator.transcript.structured.messages import Message

_WORDS = ("punctuated_word", "word", "w", "value")
_SPEAKERS = (
    "speaker",
    "speakerTag",
    "speaker_label",
    "speakerLabel",
    "speaker_tag",
    "speakerId",
    "spk",
    "channel_label",
    "channel_tag",
    "channelTag",
)
_STARTS = ("start", "startTime", "start_time", "offset", "ts")


def is_word(entry: dict[str, Any]) -> bool:
    """Whether the entry is a recogniser's single word: a word with a time and no longer text."""
    return (_word(entry) is not None and any(name in entry for name in _STARTS)) or _is_item(entry)


def _is_item(entry: dict[str, Any]) -> bool:
    return isinstance(entry.get("alternatives"), list) and entry.get("type") in ("pronunciation", "punctuation", "word")


def _word(entry: dict[str, Any]) -> str | None:
    if _is_item(entry):
        return _likeliest(entry).get("content")
    return next((entry[name] for name in _WORDS if isinstance(entry.get(name), str)), None)


def speaker_of(entry: dict[str, Any]) -> str | None:
    """The speaker of a word, as a number or label."""
    inside = _likeliest(entry) if _is_item(entry) else {}
    return next((str(one[name]) for one in (entry, inside) for name in _SPEAKERS if one.get(name) is not None), None)


def _likeliest(entry: dict[str, Any]) -> dict[str, Any]:
    first = entry["alternatives"][0] if entry["alternatives"] else {}
    return first if isinstance(first, dict) else {}


def unused_of_words(entries: Sequence[dict[str, Any]]) -> list[str]:
    """Fields of words beside the word, its start and its speaker."""
    used = {*_WORDS, *_SPEAKERS, *_STARTS, "alternatives", "type"}
    return list(dict.fromkeys(name for entry in entries for name in entry if name not in used))


def labels_by_start(entries: Sequence[dict[str, Any]]) -> dict[str, str]:
    """{start: speaker} from entries that only say who spoke when, while the words are in another list."""
    found = {}
    for entry in entries:
        start = next((str(entry[name]) for name in _STARTS if entry.get(name) is not None), None)
        speaker = speaker_of(entry)
        if start and speaker and _word(entry) is None:
            found[start] = speaker
    return found


def turns_of_words(lists: Sequence[list[dict[str, Any]]], labels: Mapping[str, str]) -> list[Message]:
    """Turns of consecutive words by one speaker.

    Lists without speakers are channels, whose words are sorted by time. `labels` gives speakers by start time if the
    words have none.
    """
    named = [one for one in lists if any(speaker_of(entry) for entry in one)]
    lists = _without_repeats(named or lists)
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


def _without_repeats(lists: Sequence[list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    """Without the lists whose words a longer list holds too: some files have them by channel and once more in order."""
    kept: list[list[dict[str, Any]]] = []
    known: list[set[tuple[str, str | None, str | None]]] = []
    for entries in sorted(lists, key=len, reverse=True):
        own = {(_written_start(entry), _word(entry), speaker_of(entry)) for entry in entries}
        if not any(own <= other for other in known):
            kept.append(entries)
            known.append(own)
    return [one for one in lists if any(one is each for each in kept)]


def _written_start(entry: dict[str, Any]) -> str:
    return next((str(entry[name]) for name in _STARTS if entry.get(name) is not None), "")


def _start(entry: dict[str, Any], last: float) -> float:
    value = next((entry[name] for name in _STARTS if entry.get(name) is not None), last)
    try:
        return float(str(value).rstrip("s"))
    except ValueError:
        return last


def _joined(words: list[str]) -> str:
    if any(word != word.strip() for word in words):  # they include their own spaces
        return "".join(words)
    text = ""
    for word in words:
        glued = not text or word[:1] in ",.!?;:'’，。！？、；：" or not (text[-1].isascii() and word[:1].isascii())
        text += word if glued else f" {word}"
    return text
