"""What the customer means to say: the content of a cue, in the persona's own words, ready to be spoken as it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from evaluator.practice.call.state import Cue, Manner
from evaluator.practice.persona import Persona

# States in which a wrong word costs most, or in which there is nothing to phrase: always the persona's own line.
ALWAYS_STOCK: frozenset[Manner] = frozenset({"opening", "confirms", "does_not_know", "satisfied_end", "gives_up_end"})


def content_of(persona: Persona, cue: Cue, earlier: Sequence[str]) -> str:
    """Returns what is said for `cue`: the fact as the persona tells it, otherwise a stock line.

    It is the first of the stock lines of that manner that were used least often. Once all were used, a want that was
    not mentioned yet comes before a repetition.
    """
    if cue.fact is not None:
        return persona.fact(cue.fact).says
    lines: tuple[str, ...] = getattr(persona.lines, cue.manner)
    fresh = _least_said(lines, earlier)
    if fresh in earlier and cue.manner not in ALWAYS_STOCK:
        others = (*persona.lines.asks_again, *persona.lines.wants, *persona.lines.calmer, *persona.speech.samples)
        return _least_said((*lines, *others), earlier)
    return fresh


def manner_words(persona: Persona, mood: float) -> str:
    """The mood in a word that a model understands."""
    zh = ("火冒三丈", "很生气", "不太高兴", "平静了一些", "满意")
    en = ("furious", "angry", "not happy", "calmer", "content")
    return (zh if persona.language == "zh" else en)[min(4, int(mood // 2))]


def _least_said(lines: Collection[str], earlier: Sequence[str]) -> str:
    return min(lines, key=lambda line: earlier.count(line))
