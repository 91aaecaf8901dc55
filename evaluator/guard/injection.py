"""Finds attempts to steer the grader without a model: phrases, forged tokens, forged scores, hidden characters.

The phrases are data (`patterns.yaml`). They are matched against a folded text, and the exact original words are
reported. A hit raises a guard for a person to see. Its words are left out of what the judge reads and of the evidence,
so points can be lost with them but never gained.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from evaluator.encoding import read_yaml
from evaluator.guard.decoding import LOOK_ALIKES, Reading, readings
from evaluator.guard.invisible import hidden_characters, name_of, suspicious_characters
from evaluator.guard.tuned import SHORT_SHARE, SHORT_WORDS
from evaluator.scorecard import Evidence, Guard
from evaluator.text import Normalised, folded, is_separator
from evaluator.transcript import Span, Transcript, Turn, evidence_of

LONGEST_SHOWN = 120  # characters of a decoded message in a guard's detail
MOST_BLANKS = 20
MOST_HITS = 200  # per pattern and text: if an order is repeated 4,000 times, the first hits are enough
LONGEST_SENTENCE = 400  # characters on either side of a hit
_SENTENCE_ENDS = frozenset("。.!?;\n\r！？；")
_SURVEY = re.compile(
    r"满意|评价|短信|问卷|调查|调研|回访|好评|五星|星级|按键|挂机|挂断后|survey|feedback|questionnaire|satisf|review(?!er)|stars|surveys|thiscall",
)


class Pattern(NamedTuple):
    """One entry of `patterns.yaml`, compiled."""

    id: str
    code: str
    squeezed: bool
    expression: re.Pattern[str]
    unless: re.Pattern[str] | None
    survey: bool
    catches: tuple[str, ...]
    spares: tuple[str, ...]


class PatternMatch(NamedTuple):
    """Where a pattern matched, as offsets in the original text."""

    pattern: Pattern
    start: int
    end: int


def inspect(transcript: Transcript, references: Iterable[Transcript] = ()) -> list[Guard]:
    """The guards that `transcript` raises, each with the exact words.

    `references` are the reference answers: a text is too short only beside the shortest of them.

    Codes: "steering" (orders to the grader, or about the score, by the graded person), "steering_by_other" (the same in
    the customer's or a third party's words), "forged_score", "forged_delimiter", "invisible_characters",
    "hidden_message" (encoded words, quoted in the detail), "too_short", "empty". Encoded text is decoded first.
    """
    found: dict[str, list[tuple[str, Evidence]]] = {}
    for turn in transcript.turns:
        for hit in hits(turn.text):
            code = (
                hit.pattern.code if is_graded(turn) or hit.pattern.code == "forged_delimiter" else "steering_by_other"
            )
            found.setdefault(code, []).append((hit.pattern.id, _evidence(turn, hit.start, hit.end)))
    for reading in readings(transcript):
        for code, name in _about_reading(reading):
            pieces = [_evidence(turn, start, end) for turn, start, end in reading.pieces]
            found.setdefault(code, []).extend((name, piece) for piece in pieces)
    guards = [
        Guard(code=code, detail=", ".join(dict.fromkeys(name for name, _ in items)), evidence=_apart(items))
        for code, items in found.items()
    ]
    return [*guards, *_about_hidden(transcript), *_about_length(transcript, references)]


def _about_reading(reading: Reading) -> Iterator[tuple[str, str]]:
    """What is wrong with something that was decoded: code and detail."""
    if reading.certain:
        yield "hidden_message", f"{reading.way}: {reading.text[:LONGEST_SHOWN]}"
        return
    by_other = not is_graded(reading.pieces[0][0])
    for hit in hits(reading.text):
        yield "steering_by_other" if by_other else hit.pattern.code, f"{hit.pattern.id} ({reading.way})"


def is_graded(turn: Turn) -> bool:
    """Whether the graded person wrote these words: their turns, and text without a speaker such as stage directions."""
    return turn.role == "agent" or (turn.role == "other" and turn.speaker is None)


def hits(text: str) -> list[PatternMatch]:
    """Every match of every pattern in one text, with offsets of the original words."""
    forms = {True: _squeezed(text), False: _plain(text)}
    return [hit for pattern in patterns() for hit in _matches(pattern, forms[pattern.squeezed])]


@cache
def patterns() -> tuple[Pattern, ...]:
    """All patterns, compiled, in the file's order."""
    path = Path(__file__).with_name("patterns.yaml")
    return tuple(_compiled(entry) for entry in read_yaml(path.read_text(encoding="utf-8")))


def _compiled(entry: dict[str, Any]) -> Pattern:
    expression = bounded("".join(line.strip() for line in entry["pattern"].splitlines()))
    unless = entry.get("unless")
    return Pattern(
        id=entry["id"],
        code=entry["code"],
        squeezed=entry["in"] == "squeezed",
        expression=re.compile(expression, re.MULTILINE),
        unless=re.compile(unless) if unless else None,
        survey=entry.get("survey", False),
        catches=tuple(entry["catches"]),
        spares=tuple(entry["spares"]),
    )


def bounded(expression: str) -> str:
    """The expression with runs of white space limited to `MOST_BLANKS`, so that matching takes linear time.

    Otherwise a long run would be tried from each of its positions.
    """
    return expression.replace(r"\s*", rf"\s{{0,{MOST_BLANKS}}}").replace(r"\s+", rf"\s{{1,{MOST_BLANKS}}}")


def _matches(pattern: Pattern, text: Normalised) -> Iterator[PatternMatch]:
    for match in islice(pattern.expression.finditer(text.text), MOST_HITS):
        if match.end() > match.start() and not _is_excused(pattern, text.text, *match.span()):
            yield PatternMatch(pattern, *text.original(*match.span()))


def _is_excused(pattern: Pattern, text: str, start: int, end: int) -> bool:
    first, last = max(start - LONGEST_SENTENCE, 0), end + LONGEST_SENTENCE
    begin, stop = max(text.rfind("|", first, start) + 1, first), text.find("|", end, last)
    sentence = text[begin : stop if stop >= 0 else last]
    if pattern.unless and pattern.unless.search(sentence):
        return True
    return pattern.survey and bool(_SURVEY.search(text[max(start - 40, 0) : end + 40]))


def _plain(text: str) -> Normalised:
    """Folded, with look-alikes replaced and hidden characters dropped; punctuation and white space stay."""
    hidden = set(hidden_characters(text))
    return _collect((piece, span) for piece, span in folded(text) if span[0] not in hidden)


def _squeezed(text: str) -> Normalised:
    """Folded, with everything between words dropped; "|" where a sentence ends.

    An end between fragments of one or two characters is not a sentence end but a way to hide a phrase: 忽。略。评。分.
    """
    plain = list(folded(text))
    words = [any(not is_separator(char) and char.isalnum() for char in piece) for piece, _ in plain]
    before, after = _run_lengths(words), _run_lengths(words[::-1])[::-1]
    kept = []
    for at, (piece, span) in enumerate(plain):
        if words[at]:
            kept.append(("".join(char for char in piece if char.isalnum()), span))
        elif piece in _SENTENCE_ENDS and min(before[at], after[at]) > 2:
            kept.append(("|", span))
    return _collect(iter(kept))


def _run_lengths(words: list[bool]) -> list[int]:
    """For each position, the length of the last run of word characters before it."""
    lengths, run, last = [], 0, 0
    for is_word in words:
        if not is_word and run:
            last, run = run, 0
        lengths.append(last)
        run = run + 1 if is_word else 0
    return lengths


def _collect(pieces: Iterator[tuple[str, tuple[int, int]]]) -> Normalised:
    letters, spans = [], []
    for piece, span in pieces:
        letters.append(piece.translate(LOOK_ALIKES))
        spans += [span] * len(piece)
    return Normalised("".join(letters), tuple(spans))


def _evidence(turn: Turn, start: int, end: int) -> Evidence:
    return evidence_of(Span(turn, start, end), "against", 1.0)


def _apart(items: list[tuple[str, Evidence]]) -> tuple[Evidence, ...]:
    """Evidence that is not contained in other evidence."""
    kept: list[Evidence] = []
    for _, one in sorted(items, key=lambda item: (item[1].turn, item[1].start - item[1].end)):
        if not any(one.turn == other.turn and other.start <= one.start and one.end <= other.end for other in kept):
            kept.append(one)
    return tuple(kept)


def _about_hidden(transcript: Transcript) -> list[Guard]:
    evidence: list[Evidence] = []
    names = Counter[str]()
    for turn in transcript.turns:
        for at in suspicious_characters(turn.text):
            if len(evidence) < 20:
                evidence.append(_evidence(turn, at, at + 1))
            names[name_of(turn.text[at])] += 1
    detail = ", ".join(f"{name} ×{count}" for name, count in names.most_common(5))
    return [Guard(code="invisible_characters", detail=detail, evidence=tuple(evidence))] if evidence else []


def _about_length(transcript: Transcript, references: Iterable[Transcript]) -> list[Guard]:
    said = _amount(transcript)
    if not said:
        return [Guard(code="empty", detail="0")]
    expected = min((_amount(reference) for reference in references), default=0)
    least = min(SHORT_WORDS, SHORT_SHARE * expected) if expected else SHORT_WORDS
    return [Guard(code="too_short", detail=str(said))] if said < least else []


def _amount(transcript: Transcript) -> int:
    """How much the graded person says: a Chinese character counts one, a word of another script two."""
    said = " ".join(turn.text for turn in transcript.turns if turn.role == "agent")
    chinese = len(re.findall(r"[\u3400-\u9fff]", said))
    return chinese + 2 * len(re.findall(r"[^\W_\u3400-\u9fff]+", said))
