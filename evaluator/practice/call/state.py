"""The customer as a state machine: how a turn of the agent changes the customer, and when the call ends.

It covers mood, patience and what may be told next. Pure: no model, no clock, no disk.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, NamedTuple

from pydantic import Field

from evaluator.encoding import Frozen
from evaluator.practice.persona import Event, Persona
from evaluator.practice.tuned import CONTENT, FURIOUS, MOST_DOWN, MOST_UP, TALK_ALONE

LOWEST, HIGHEST = 0.0, 10.0
LONGEST = 40  # turns of the agent
SOLVES: frozenset[Event] = frozenset({"done_now", "date_given", "amount_given", "choice_given", "owner_given"})
HURTS: frozenset[Event] = frozenset({"blamed", "mocked", "lectured"})
PUTS_OFF: frozenset[Event] = frozenset({"pushed_away", "refused", "vague"})

Ending = Literal["", "satisfied", "gave_up", "cut_off"]
Manner = Literal[
    "opening",
    "wants",
    "angry",
    "calmer",
    "asks_again",
    "hears_date",
    "blamed",
    "pushed_away",
    "confirms",
    "does_not_know",
    "satisfied_end",
    "gives_up_end",
]  # the fields of StockLines


class Heard(Frozen):
    """What one turn of the agent did, as the judge read it.

    `about` is the fact that it asks about; `closes` says that the agent ends the call.
    """

    events: tuple[Event, ...] = ()
    about: str | None = None
    closes: bool = False


class CallState(Frozen):
    """The customer after some turns.

    `mood` runs from 0 (furious) to 10 (content); `met` counts the events met so far; `told` holds the ids of the facts
    told.
    """

    turns: int = 0
    mood: float = Field(ge=LOWEST, le=HIGHEST)
    patience: int = Field(ge=0)
    told: tuple[str, ...] = ()
    met: dict[Event, int] = {}
    idle: int = 0  # turns in a row in which nothing was recognised
    cues: tuple[Manner, ...] = ()
    ended: Ending = ""

    @property
    def solved(self) -> frozenset[Event]:
        """The kinds of solution that the agent has given so far."""
        return SOLVES & set(self.met)


class Cue(Frozen):
    """What the customer says next: the manner, and the one fact that they tell, if any."""

    manner: Manner
    fact: str | None = None


class MoodChange(Frozen):
    """How much one event moved the mood."""

    event: Event
    by: float


class Step(NamedTuple):
    """The state after a turn, the customer's reply, and what moved the mood (before the limits of one turn)."""

    state: CallState
    cue: Cue
    changes: tuple[MoodChange, ...] = ()


def begin(persona: Persona) -> Step:
    """The state before the agent has spoken, and the cue of the customer's first words."""
    state = CallState(mood=float(persona.mood), patience=persona.patience, cues=("opening",))
    return Step(state, Cue(manner="opening"))


def step(persona: Persona, state: CallState, heard: Heard) -> Step:
    """Applies a turn of the agent.

    A hidden fact is told only if `heard.about` names it. Raises ValueError if the call is over.
    """
    if state.ended:
        raise ValueError("the call is over")
    changes = _changes(persona, state, heard.events)
    mood = _mood(persona, state, changes)
    met = {**state.met, **{event: state.met.get(event, 0) + 1 for event in heard.events}}
    about = heard.about if heard.about in {fact.id for fact in persona.facts} else None
    idle = _is_idle(persona, state, heard, about)
    moved = state.model_copy(
        update={
            "turns": state.turns + 1,
            "mood": mood,
            "met": met,
            "patience": _patience(persona, state, idle, heard.events, any(one.by < 0 for one in changes)),
            "idle": state.idle + 1 if idle else 0,
        }
    )
    moved = moved.model_copy(update={"ended": _ending(persona, state, moved, heard)})
    cue = _cue(persona, moved, heard, about)
    told = moved.told if cue.fact is None or cue.fact in moved.told else (*moved.told, cue.fact)
    return Step(moved.model_copy(update={"told": told, "cues": (*state.cues, cue.manner)}), cue, changes)


def is_content(persona: Persona, state: CallState) -> bool:
    """Whether the customer has what they came for: a good mood, and two kinds of solution in hand.

    If fewer kinds would calm them, all of those are enough.
    """
    wanted = min(2, max(1, len(SOLVES & set(persona.calms))))
    return state.mood >= CONTENT and len(state.solved) >= wanted


def _changes(persona: Persona, state: CallState, events: Collection[Event]) -> tuple[MoodChange, ...]:
    """How much each event moves the mood; repeated kindness is worth half as much each time, an insult stays one."""
    calm = (
        MoodChange(event=event, by=persona.calms[event] / 2 ** state.met.get(event, 0))
        for event in events
        if event in persona.calms
    )
    angry = (MoodChange(event=event, by=-persona.enrages[event]) for event in events if event in persona.enrages)
    return (*calm, *angry)


def _mood(persona: Persona, state: CallState, changes: Collection[MoodChange]) -> float:
    moved = max(-MOST_DOWN, min(MOST_UP, sum(one.by for one in changes)))
    solved = state.solved or SOLVES & {one.event for one in changes}
    ceiling = HIGHEST if solved else max(TALK_ALONE, state.mood)
    return round(max(LOWEST, min(ceiling, state.mood + moved)), 2)


def _is_idle(persona: Persona, state: CallState, heard: Heard, about: str | None) -> bool:
    """Whether the turn brought the customer nothing new."""
    new = [event for event in heard.events if event in persona.calms and event not in state.met]
    asks = about is not None or ("asked" in heard.events and bool(_untold(persona, state)))
    return not new and not asks


def _patience(persona: Persona, state: CallState, idle: bool, events: Collection[Event], hurt: bool) -> int:
    """A turn that hurts costs one.

    A turn that brings nothing costs one too, unless it is the first in a row and does no harm: good replies are not
    always recognised.
    """
    lost = hurt + (idle and (hurt or state.idle > 0))
    gained = bool(SOLVES & set(events) & set(persona.calms) - set(state.met)) and not lost
    return max(0, min(persona.patience, state.patience - lost + gained))


def _ending(persona: Persona, before: CallState, now: CallState, heard: Heard) -> Ending:
    if is_content(persona, now):
        idle = not set(heard.events) - set(before.met) and heard.about is None and "asked" not in heard.events
        return "satisfied" if heard.closes or (idle and is_content(persona, before)) else ""
    if now.patience == 0 or (now.mood <= FURIOUS and now.patience <= persona.patience // 2):
        return "gave_up"
    if now.turns >= LONGEST:
        return "cut_off"
    return "gave_up" if heard.closes and before.cues[-1:] == ("asks_again",) else ""


def _cue(persona: Persona, state: CallState, heard: Heard, about: str | None) -> Cue:
    events = set(heard.events)
    if state.ended:
        return Cue(manner="satisfied_end" if state.ended == "satisfied" else "gives_up_end")
    if events & HURTS:
        return Cue(manner="blamed")
    if about is not None:
        return Cue(manner="calmer" if state.mood >= TALK_ALONE else "wants", fact=about)
    if heard.closes:
        return Cue(manner="asks_again" if not is_content(persona, state) else "calmer")
    if events & PUTS_OFF and not events & SOLVES:
        return Cue(manner="pushed_away")
    if events & {"date_given", "amount_given"}:
        return Cue(manner="hears_date")
    untold = _untold(persona, state)
    if "asked" in events:
        return Cue(manner="wants", fact=untold[0]) if untold else Cue(manner="does_not_know")
    if "ignored" in events:
        return Cue(manner="asks_again")
    if "summed_up" in events:
        return Cue(manner="confirms")
    if state.mood < 2:
        return Cue(manner="angry")
    if "wants" not in state.cues:
        return Cue(manner="wants")
    if untold:
        return Cue(manner="calmer" if state.mood >= TALK_ALONE else "asks_again", fact=untold[0])
    return Cue(manner="calmer" if events & set(persona.calms) else "asks_again")


def _untold(persona: Persona, state: CallState) -> list[str]:
    return [fact.id for fact in persona.facts if not fact.hidden and fact.id not in state.told]
