"""What the judge gets to read: the candidate's text as harmless data, and the two anchors beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from evaluator import messages
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
    "claims",
    "claims_by_other",
    "pasted",
)
LEAST_REPEATED = 8  # characters without marks: anybody says shorter ones twice, such as thanks
LEAST_PASTED = 4  # turns: fewer in a row can be a customer who asks again and an agent who has the same answer again
_LINE_ENDS = re.compile(r"\s*\n\s*")
PROMPT_TOKENS = 700  # kept free for instructions, question and answer


class Read(NamedTuple):
    """The text as the judge reads it; `skipped` names the turns that did not fit and were left out."""

    state: State
    skipped: tuple[str, ...] = ()


def redactions(guards: Sequence[Guard]) -> list[tuple[str, int, int]]:
    """The places (turn, start, end) that address the grader. They are not read and prove nothing."""
    return [(item.turn, item.start, item.end) for guard in guards if guard.code in REDACTED for item in guard.evidence]


def said_before(transcript: Transcript) -> list[tuple[str, int, int]]:
    """The places (turn, start, end) that stand in the transcript before, word for word: there is nothing more in them, and
    yet a small model gives them points. In a written text these are sentences, short ones if they stand beside another such.
    In a call people repeat themselves for a reason, so there they are sentences within one turn, and turns of a stretch that
    was pasted twice."""
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
    """The turns of every stretch of LEAST_PASTED or more that stands before in the same words by the same speakers."""
    said = [(turn.role, normalise(turn.text).text) for turn in transcript.turns]
    first: dict[tuple[tuple[Role, str], ...], int] = {}
    again: set[int] = set()
    for at in range(len(said) - LEAST_PASTED + 1):
        if at - first.setdefault(tuple(said[at : at + LEAST_PASTED]), at) >= LEAST_PASTED:
            again.update(range(at, at + LEAST_PASTED))
    return [(turn.id, 0, len(turn.text)) for at, turn in enumerate(transcript.turns) if at in again]


def state_for(rubric: Rubric, transcript: Transcript, guards: Sequence[Guard], context_tokens: int | None) -> Read:
    """The candidate's text as a state; turns that the model's context cannot hold are left out by relevance, and named."""
    lines = _lines(transcript, rubric, redactions(guards))
    room = (context_tokens or 10**9) - PROMPT_TOKENS - estimate_tokens(rubric.task)
    skipped = _too_much(rubric, transcript, lines, room)
    return Read(_state(rubric, "\n".join(line for name, line in lines.items() if name not in skipped)), skipped)


def empty_state(rubric: Rubric) -> State:
    """The state of somebody who said nothing: what it gets is the model's prior."""
    return _state(rubric, "")


def reference_states(rubric: Rubric) -> list[State]:
    """One state a reference answer: what it gets is the upper end."""
    return [_state(rubric, _as_read(rubric, reference.text)) for reference in rubric.references]


def anchor_states(rubric: Rubric) -> dict[str, State]:
    """All anchors: the empty text as "empty", the reference answers by their ids."""
    names = (reference.id for reference in rubric.references)
    return {"empty": empty_state(rubric), **dict(zip(names, reference_states(rubric), strict=True))}


def estimate_tokens(text: str) -> int:
    """An upper estimate: a Chinese character takes up to one token, four Latin letters about one."""
    wide = sum(char > "\u2e7f" for char in text)
    return wide + (len(text) - wide) // 3 + 1


def _as_read(rubric: Rubric, text: str) -> str:
    """A reference answer laid out as the candidate's text would be, so that the two differ in what they say only."""
    return "\n".join(_lines(parse(text, form=rubric.form), rubric, []).values())


def _state(rubric: Rubric, text: str) -> State:
    return State(language=rubric.language, task=rubric.task.strip(), text=text, form=rubric.form)


def _is_dialogue(transcript: Transcript) -> bool:
    return len({turn.role for turn in transcript.turns if turn.speaker}) > 1


def _lines(transcript: Transcript, rubric: Rubric, left_out: Sequence[tuple[str, int, int]]) -> dict[str, str]:
    """What is read of each turn, by its id; turns of which nothing is left are not among them."""
    dialogue = _is_dialogue(transcript)
    places = [*left_out, *said_before(transcript)]
    lines = {turn.id: _line(turn, rubric, places, dialogue) for turn in transcript.turns}
    return {name: line for name, line in lines.items() if line}


def _line(turn: Turn, rubric: Rubric, places: Sequence[tuple[str, int, int]], dialogue: bool) -> str:
    """A turn in one spelling, sentences at `places` left out. In a dialogue it is one line, its speaker by role; a written
    text keeps its lines, since lists and salutations are told by them, and loses the empty ones."""
    text = turn.text
    for span in reversed(touched_sentences(turn, places)):
        text = _joined(text[: span.start], text[span.end :])
    clean = plain(_LINE_ENDS.sub(" " if dialogue else "\n", neutralise(text))).strip()
    return f"{role_name(turn.role, rubric.language)}{clean}" if dialogue and clean else clean


def _joined(left: str, right: str) -> str:
    """What is left around a cut, as if nothing had stood there: one space between Latin words, none in Chinese."""
    left, right = left.rstrip(" "), right.lstrip(" ")
    is_latin = (
        left[-1:].isascii() and right[:1].isascii() and left[-1:] not in ("", "\n") and right[:1] not in ("", "\n")
    )
    return f"{left} {right}" if is_latin else left + right


def role_name(role: Role, language: str) -> str:
    """The role as it stands before a line, with its colon."""
    return messages.say(f"transcript.prompt_{role}", language)


def _too_much(rubric: Rubric, transcript: Transcript, lines: dict[str, str], room: int) -> tuple[str, ...]:
    """The turns to leave out so that the rest fits: those whose neighbourhood bears least on the rubric."""
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
    """How near each turn or one beside it is to anything that the rubric asks for."""
    from evaluator.grading.evidence import query_vectors, wanted_for
    from evaluator.references import passage_vectors

    wanted = tuple(item.statement.text for criterion in rubric.criteria for item in wanted_for(rubric, criterion))
    vectors = passage_vectors([transcript.turn(name).text[:600] for name in names])
    scores = (vectors @ query_vectors(wanted).T).max(axis=1).tolist()
    return {name: max(scores[max(0, at - 1) : at + 2]) for at, name in enumerate(names)}
