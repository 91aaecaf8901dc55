"""A hint on request: what this customer is waiting for now.

It is derived from the state, the persona and the rubric; no model is involved.
"""

from __future__ import annotations

from typing import Literal

from evaluator.encoding import Frozen
from evaluator.practice.call.phrasing import likeness
from evaluator.practice.call.state import SOLVES, CallState
from evaluator.practice.persona import Event, Persona
from evaluator.practice.tuned import HINT_COVERED
from evaluator.rubric import Rubric


class Hint(Frozen):
    """One hint. `event` is what would calm the customer, `topic` what to ask about, `point` what a good answer says."""

    kind: Literal["calm", "ask", "say", "close"]
    event: Event | None = None
    topic: str = ""
    point: str = ""


def hint_for(persona: Persona, rubric: Rubric, state: CallState, said: list[str], given: list[Hint]) -> Hint:
    """Returns the next hint not yet given in this call. `said` are the trainee's turns. Blocks for some 50 ms."""
    return next((hint for hint in _hints(persona, rubric, state, said) if hint not in given), Hint(kind="close"))


def _hints(persona: Persona, rubric: Rubric, state: CallState, said: list[str]) -> list[Hint]:
    unmet = [event for event in persona.calms if event not in state.met and event != "asked"]
    unmet.sort(key=lambda event: -persona.calms[event])
    words = [event for event in unmet if event not in SOLVES]
    calm = [Hint(kind="calm", event=event) for event in ([*words, *unmet] if state.mood < 4 else unmet)]
    ask = [Hint(kind="ask", topic=fact.asked_about) for fact in persona.hidden if fact.id not in state.told]
    points = [point for reference in rubric.references for point in reference.key_points]
    open_points = [
        point for point in points if not any(likeness(point.example or point.text, one) >= HINT_COVERED for one in said)
    ]
    say = [Hint(kind="say", point=point.text) for point in open_points]
    mixed = [hint for three in zip(calm, ask, say, strict=False) for hint in three]
    return list(dict.fromkeys([*mixed, *calm, *ask, *say]))
