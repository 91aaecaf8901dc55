"""What the judge reads: the candidate's text as harmless data, and the two anchors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from evaluator import messages
from evaluator.grading.tuned import LEAST_PASTED_TURNS, LEAST_REPEATED
from evaluator.guard import neutralise
from evaluator.judge import State
from evaluator.rubric import Rubric
from evaluator.scorecard import Guard
from evaluator.text import normalise, plain
from evaluator.transcript import Role, Transcript, Turn, parse, spans_of, touched_sentences

REDACTED = (
    "steering",
    "steering_by_other",
    "forged_score",
    "forged_delimiter",
    "hidden_message",
    "pasted",
)
_LINE_ENDS = re.compile(r"\s*\n\s*")
PROMPT_TOKENS = 700  # reserved for instructions, question and answer


class Read(NamedTuple):
    """The text as the judge reads it; `skipped` names the turns left out because they did not fit."""

    state: State
    skipped: tuple[str, ...] = ()


def redactions(guards: Sequence[Guard]) -> list[tuple[str, int, int]]:
    """The positions (turn, start, end) that address the grader; they are not read and prove nothing."""
    return [(item.turn, item.start, item.end) for guard in guards if guard.code in REDACTED for item in guard.evidence]


def said_before(transcript: Transcript) -> list[tuple[str, int, int]]:
    """The positions (turn, start, end) that repeat earlier text word for word.

    They add nothing, yet a small model gives points for them. In a written text these are sentences, including short
    ones next to another repeated sentence. In a call people repeat themselves for a reason, so there they are sentences
    within one turn, and turns of a stretch that was pasted twice.
    """
    dialogue = _is_dialogue(transcript)
    spans = spans_of(transcript, {turn.role for turn in transcript.turns})
    said = [(span.turn.id if dialogue else "", normalise(span.text).text) for span in spans]
    first = {key: at for at, key in reversed([*enumerate(said)])}
    again = [first[key] < at and len(key[1]) >= LEAST_REPEATED for at, key in enumerate(said)]
    for at, beside in (*pairwise(range(len(said))), *pairwise(reversed(range(len(said))))):
        again[beside] |= again[at] and first[said[beside]] < beside and said[at][0] == said[beside][0]
    found = _pasted_turns(transcript) if dialogue else []
    return [*found, *((span.turn.id, span.start, span.end) for span, cut in zip(spans, again, strict=True) if cut)]


def _pasted_turns(transcript: Transcript) -> list[tuple[str, int, int]]:
    """The turns of every stretch of at least LEAST_PASTED_TURNS that occurs earlier, same words and speakers."""
    said = [(turn.role, normalise(turn.text).text) for turn in transcript.turns]
    first: dict[tuple[tuple[Role, str], ...], int] = {}
    again: set[int] = set()
    for at in range(len(said) - LEAST_PASTED_TURNS + 1):
        if at - first.setdefault(tuple(said[at : at + LEAST_PASTED_TURNS]), at) >= LEAST_PASTED_TURNS:
            again.update(range(at, at + LEAST_PASTED_TURNS))
    return [(turn.id, 0, len(turn.text)) for at, turn in enumerate(transcript.turns) if at in again]


def state_for(rubric: Rubric, transcript: Transcript, guards: Sequence[Guard], context_tokens: int | None) -> Read:
    """The candidate's text as a state; if it exceeds the model's context, the least relevant turns are left out."""
    lines = _lines(transcript, rubric, redactions(guards))
    room = (context_tokens or 10**9) - PROMPT_TOKENS - estimate_tokens(rubric.task)
    skipped = _too_much(rubric, transcript, lines, room)
    return Read(_state(rubric, "\n".join(line for name, line in lines.items() if name not in skipped)), skipped)


def empty_state(rubric: Rubric) -> State:
    """The state of somebody who said nothing: its reading is the model's prior."""
    return _state(rubric, "")


def reference_states(rubric: Rubric) -> list[State]:
    """One state per reference answer: its reading is the upper end."""
    return [_state(rubric, _as_read(rubric, reference.text)) for reference in rubric.references]


def anchor_states(rubric: Rubric) -> dict[str, State]:
    """All anchors: the empty text as "empty", the reference answers by their ids."""
    names = (reference.id for reference in rubric.references)
    return {"empty": empty_state(rubric), **dict(zip(names, reference_states(rubric), strict=True))}


def estimate_tokens(text: str) -> int:
    """An upper estimate: up to one token per Chinese character, about one per four Latin letters."""
    wide = sum(char > "\u2e7f" for char in text)
    return wide + (len(text) - wide) // 3 + 1


def _as_read(rubric: Rubric, text: str) -> str:
    """A reference answer laid out like the candidate's text, so that the two differ only in what they say."""
    return "\n".join(_lines(parse(text, form=rubric.form), rubric, []).values())


def _state(rubric: Rubric, text: str) -> State:
    return State(language=rubric.language, task=rubric.task.strip(), text=text, form=rubric.form)


def _is_dialogue(transcript: Transcript) -> bool:
    return len({turn.role for turn in transcript.turns if turn.speaker}) > 1


def _lines(transcript: Transcript, rubric: Rubric, left_out: Sequence[tuple[str, int, int]]) -> dict[str, str]:
    """The text read for each turn, by its id; turns of which nothing is left are omitted."""
    dialogue = _is_dialogue(transcript)
    places = [*left_out, *said_before(transcript)]
    lines = {turn.id: _line(turn, rubric, places, dialogue) for turn in transcript.turns}
    return {name: line for name, line in lines.items() if line}


def _line(turn: Turn, rubric: Rubric, places: Sequence[tuple[str, int, int]], dialogue: bool) -> str:
    """A turn in normalised spelling, without the sentences at `places`.

    In a dialogue it is one line with the speaker's role; a written text keeps its lines, which mark lists and
    salutations, without empty ones.
    """
    text = turn.text
    for span in reversed(touched_sentences(turn, places)):
        text = _joined(text[: span.start], text[span.end :])
    clean = plain(_LINE_ENDS.sub(" " if dialogue else "\n", neutralise(text))).strip()
    return f"{role_name(turn.role, rubric.language)}{clean}" if dialogue and clean else clean


def _joined(left: str, right: str) -> str:
    """The text around a cut, joined as if nothing had been there: one space between Latin words, none in Chinese."""
    left, right = left.rstrip(" "), right.lstrip(" ")
    is_latin = (
        left[-1:].isascii() and right[:1].isascii() and left[-1:] not in ("", "\n") and right[:1] not in ("", "\n")
    )
    return f"{left} {right}" if is_latin else left + right


def role_name(role: Role, language: str) -> str:
    """The role as written before a line, with its colon."""
    return messages.say(f"transcript.prompt_{role}", language)


def _too_much(rubric: Rubric, transcript: Transcript, lines: dict[str, str], room: int) -> tuple[str, ...]:
    """The turns to leave out so that the rest fits: those whose neighbourhood is least relevant to the rubric."""
    sizes = {name: estimate_tokens(line) for name, line in lines.items()}
    excess = sum(sizes.values()) - room
    if excess <= 0:
        return ()
    relevance = _relevance(rubric, transcript, list(lines))
    out: list[str] = []
    for name in sorted(lines, key=lambda name: relevance[name]):
        if excess <= 0:
            break
        out.append(name)
        excess -= sizes[name]
    return tuple(turn.id for turn in transcript.turns if turn.id in out)


def _relevance(rubric: Rubric, transcript: Transcript, names: list[str]) -> dict[str, float]:
    """How near each turn or its neighbours are to anything that the rubric asks for."""
    from evaluator.grading.evidence import query_vectors, wanted_for
    from evaluator.references import passage_vectors

    wanted = tuple(item.statement.text for criterion in rubric.criteria for item in wanted_for(rubric, criterion))
    vectors = passage_vectors([transcript.turn(name).text[:600] for name in names])
    scores = (vectors @ query_vectors(wanted).T).max(axis=1).tolist()
    return {name: max(scores[max(0, at - 1) : at + 2]) for at, name in enumerate(names)}
