"""What an endpoint heard, as passages: who spoke from when to when, and which words are uncertain.

Three forms of reply are read by their fields: passages with speakers (`diarized_json`), passages with times, with or
without words (`verbose_json`), and a text with the logarithm of each token's probability (`json` with `logprobs`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evaluator.encoding import Frozen
from evaluator.recordings.tuned import LEAST_MEAN_LOG, LEAST_WORD
from evaluator.text import well_formed

UNCERTAIN = "[?]"  # written behind uncertain words; the transcript's reader asks for a person where it stands
_LETTERS = re.compile(r"\w")


class Passage(Frozen):
    """Uninterrupted words of one speaker; times in seconds from the start, None where the endpoint states none."""

    text: str  # with UNCERTAIN behind what may have been misheard
    speaker: str | None = None
    start_s: float | None = None
    end_s: float | None = None


class Recording(Frozen):
    """The passages of a recording in order of time."""

    passages: tuple[Passage, ...]
    model: str

    @property
    def uncertain(self) -> int:
        """The number of places where words may have been misheard."""
        return sum(passage.text.count(UNCERTAIN) for passage in self.passages)


def passages_of(reply: Mapping[str, Any], speaker: str | None = None) -> list[Passage]:
    """The passages of one reply; `speaker` is who speaks on this channel, if that is known.

    Passages without words are left out. A reply without any words has none.
    """
    segments = [one for one in _list(reply.get("segments")) if isinstance(one, Mapping)]
    words = [one for one in _list(reply.get("words")) if isinstance(one, Mapping)]
    if segments:
        found = [_passage(one, speaker, _inside(words, one)) for one in segments]
    else:
        tokens = _list(reply.get("logprobs"))
        text = _marked_tokens(tokens) if tokens else str(reply.get("text") or "")
        found = [Passage(text=_tidy(text), speaker=speaker)]
    return [one for one in found if _LETTERS.search(one.text)]


def in_time(channels: Sequence[Sequence[Passage]]) -> tuple[Passage, ...]:
    """The passages of all channels in order of their start; consecutive ones of one speaker become one."""
    if any(one.start_s is None for channel in channels for one in channel):
        ordered = [one for channel in channels for one in channel]
    else:
        ordered = sorted((one for channel in channels for one in channel), key=lambda one: one.start_s or 0.0)
    joined: list[Passage] = []
    for one in ordered:
        if joined and one.speaker is not None and joined[-1].speaker == one.speaker:
            before = joined[-1]
            gap = "" if _is_chinese(before.text[-1:]) or _is_chinese(one.text[:1]) else " "
            joined[-1] = before.model_copy(update={"text": before.text + gap + one.text, "end_s": one.end_s})
        else:
            joined.append(one)
    return tuple(joined)


def written_out(recording: Recording) -> str:
    """The recording as text, in a form that the transcript's reader understands: `[00:03] Speaker A: …`, one a line.

    Without speakers the lines hold words only, for a person to say who spoke.
    """
    return "\n".join(_line(one) for one in recording.passages)


def _line(one: Passage) -> str:
    if one.speaker is None:
        return one.text
    clock = "" if one.start_s is None else f"[{_clock(one.start_s)}] "
    return f"{clock}{one.speaker}{'：' if _is_chinese(one.speaker) else ': '}{one.text}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def _passage(segment: Mapping[str, Any], speaker: str | None, words: Sequence[Mapping[str, Any]]) -> Passage:
    text = _tidy(str(segment.get("text") or ""))
    marked = _marked_words(text, words)
    mean = _number(segment.get("avg_logprob"))
    if marked == text and mean is not None and mean < LEAST_MEAN_LOG and text:
        marked = f"{text}{UNCERTAIN}"
    named = segment.get("speaker")
    return Passage(
        text=marked,
        speaker=speaker or (_tidy(str(named)) or None if isinstance(named, str | int) else None),
        start_s=_number(segment.get("start")),
        end_s=_number(segment.get("end")),
    )


def _inside(words: Sequence[Mapping[str, Any]], segment: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The words of a segment: its own, or those of the reply that begin inside its time."""
    own = [one for one in _list(segment.get("words")) if isinstance(one, Mapping)]
    start, end = _number(segment.get("start")), _number(segment.get("end"))
    if own or start is None or end is None:
        return own
    return [one for one in words if start <= (_number(one.get("start")) or 0.0) < end]


def _marked_words(text: str, words: Sequence[Mapping[str, Any]]) -> str:
    """The text with a mark behind each run of words with a low probability; unchanged if no word states one."""
    marked, at = "", 0
    for word, low in _runs([(str(one.get("word") or one.get("text") or ""), _chance(one)) for one in words]):
        found = text.find(word, at) if word else -1
        if found < 0:
            continue
        end = found + len(word)
        marked += text[at:end] + (UNCERTAIN if low else "")
        at = end
    return marked + text[at:]


def _runs(words: Sequence[tuple[str, float | None]]) -> Iterator[tuple[str, bool]]:
    """Each word, and whether a run of uncertain words ends with it."""
    lows = [chance is not None and chance < LEAST_WORD for _, chance in words]
    for number, (word, _) in enumerate(words):
        yield word.strip(), lows[number] and not (number + 1 < len(words) and lows[number + 1])


def _marked_tokens(tokens: Sequence[Any]) -> str:
    """The text of tokens with a mark behind each run of uncertain ones that has a letter in it."""
    text, run = "", ""
    for one in tokens:
        token = well_formed(str(one.get("token") or "")) if isinstance(one, Mapping) else ""
        chance = _chance(one) if isinstance(one, Mapping) else None
        if chance is not None and chance < LEAST_WORD:
            run += token
            continue
        text, run = text + _run(run) + token, ""
    return text + _run(run)


def _run(run: str) -> str:
    return f"{run.rstrip()}{UNCERTAIN}{run[len(run.rstrip()) :]}" if _LETTERS.search(run) else run


def _chance(one: Mapping[str, Any]) -> float | None:
    """The probability of a word or token, whichever way it is stated."""
    for name in ("probability", "confidence"):
        if (stated := _number(one.get(name))) is not None:
            return stated
    logarithm = _number(one.get("logprob"))
    return None if logarithm is None else math.exp(min(logarithm, 0.0))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _tidy(text: str) -> str:
    """One line without blanks at its ends: a line break inside words would cut a turn in two."""
    return " ".join(well_formed(text).split())


def _is_chinese(text: str) -> bool:
    return bool(re.search(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]", text))
