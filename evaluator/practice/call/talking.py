"""A call as it is stored: a tree of turns.

Every turn of the agent is stored before a model is asked, and every line of the customer as soon as it is said, so that
an interrupted call resumes where it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import cached_property
from typing import Any

from evaluator.encoding import Frozen
from evaluator.errors import InputError
from evaluator.judge import Judge, Writer
from evaluator.practice.call.hearing import hear
from evaluator.practice.call.phrasing import CustomerLine, LinePiece, phrase
from evaluator.practice.call.state import CallState, Cue, MoodChange, begin, step
from evaluator.practice.persona import Persona
from evaluator.rubric import Rubric
from evaluator.storage import CallTurn, PracticeCall, Records, TurnKind
from evaluator.transcript import Transcript, assemble

SPEAKS = ("agent", "customer")
LONGEST_TURN = 4000  # characters of one turn that a trainee may type


class Reaction(Frozen):
    """What is stored with a line of the customer.

    It is the state behind the line, why it moved, what the judge read in the agent's turn, and how the line came about.
    """

    state: CallState
    cue: Cue
    changes: tuple[MoodChange, ...] = ()
    chances: dict[str, float] = {}
    ungraded: tuple[str, ...] = ()
    line: CustomerLine


class Talk:
    """One call with all its branches, as it was when it was read.

    `Talk` objects do not change: read the call again after a turn.
    """

    def __init__(self, call: PracticeCall, turns: Sequence[CallTurn]) -> None:
        self.call, self.turns = call, tuple(turns)
        self.persona = Persona.model_validate(call.persona)
        self._by_id = {turn.id: turn for turn in turns}

    @property
    def id(self) -> str:
        return self.call.id

    @property
    def tip(self) -> CallTurn:
        """The id of the turn that was added last."""
        return self.turns[-1]

    def turn(self, turn_id: str) -> CallTurn:
        """Returns the turn with that id; raises InputError if it does not exist."""
        if turn_id not in self._by_id:
            raise InputError("storage_unknown_id", id=turn_id)
        return self._by_id[turn_id]

    def path(self, tip: str | None = None) -> list[CallTurn]:
        """From the customer's first words to `tip` (the last turn added, by default)."""
        found, here = [], self.turn(tip) if tip else self.tip
        while here:
            found.append(here)
            here = self._by_id[here.parent] if here.parent else None  # type: ignore[assignment]
        return found[::-1]

    def said(self, tip: str | None = None) -> list[CallTurn]:
        """The same, with spoken turns only."""
        return [turn for turn in self.path(tip) if turn.kind in SPEAKS]

    def state(self, tip: str | None = None) -> CallState:
        """The customer's state at `tip`."""
        last = next(turn for turn in reversed(self.path(tip)) if turn.kind == "customer")
        return reaction_of(last).state

    @cached_property
    def branches(self) -> list[CallTurn]:
        """The last thing said on every branch, in the order in which the branches were begun."""
        spoken = [turn for turn in self.turns if turn.kind in SPEAKS]
        parents = {ancestor.id for turn in spoken for ancestor in self.path(turn.id)[:-1]}
        return [turn for turn in spoken if turn.id not in parents]

    def transcript(self, tip: str | None = None) -> Transcript:
        """The call along one branch, with the trainee as the agent."""
        zh = self.persona.language == "zh"
        names = {"agent": "客服" if zh else "Agent", "customer": "客户" if zh else "Customer"}
        return assemble((turn.kind, names[turn.kind], turn.text) for turn in self.said(tip))  # type: ignore[misc]


def reaction_of(turn: CallTurn) -> Reaction:
    """What a line of the customer is stored with."""
    return Reaction.model_validate(turn.body)


def start(records: Records, owner: str, rubric: Rubric, persona: Persona, writer: str) -> Talk:
    """Begins a call: the customer says their first words, which need no model. Blocks for a moment."""
    if not persona.rubric == rubric.id:
        raise InputError("practice_other_rubric", persona=persona.id, rubric=rubric.id)
    call = records.calls.begin(owner, rubric, persona.model_dump(mode="json"), writer)
    state, cue, _ = begin(persona)
    words = persona.lines.opening[0]
    records.calls.add(
        call.id, None, "customer", words, _body(Reaction(state=state, cue=cue, line=CustomerLine(text=words)))
    )
    return load(records, owner, call.id)


def load(records: Records, owner: str, call_id: str) -> Talk:
    """Returns the stored call; raises InputError if `owner` has none with that id. Blocks for a moment."""
    call = records.calls.get(call_id, owner)
    return Talk(call, records.calls.turns(call.id))


def say(records: Records, talk: Talk, text: str, behind: str | None = None) -> CallTurn:
    """Stores a turn of the trainee after the turn `behind` (by default the last thing said).

    It starts a new branch if something was already said there. Raises InputError for an empty turn, or if the call is
    over.
    """
    if not text.strip():
        raise InputError("practice_say_something")
    if len(text) > LONGEST_TURN:
        raise InputError("practice_turn_too_long", most=LONGEST_TURN)
    place = talk.turn(behind) if behind else talk.path()[-1]
    if talk.state(place.id).ended:
        raise InputError("practice_call_over")
    if talk.said(place.id)[-1].kind == "agent":
        raise InputError("practice_not_your_turn")
    return records.calls.add(talk.id, place.id, "agent", text.strip(), {})


async def react(
    records: Records, talk: Talk, turn: CallTurn, judge: Judge, writer: Writer | None
) -> AsyncIterator[LinePiece]:
    """Yields the customer's reply to a stored turn of the trainee, piece by piece; the last piece stores it.

    Raises ModelError if the judge cannot work; the turn is kept, and `react` may be called again.
    """
    path = talk.said(turn.parent)
    customer = next(one for one in reversed(path) if one.kind == "customer")
    before = reaction_of(customer).state
    hearing = await hear(judge, talk.persona, before, customer.text, turn.text)
    state, cue, changes = step(talk.persona, before, hearing.heard)
    earlier = [one.text for one in path if one.kind == "customer"]
    told_before = state.model_copy(update={"told": before.told})
    async for words in phrase(talk.persona, told_before, cue, turn.text, earlier, writer):
        if words.line is not None:
            reaction = Reaction(
                state=state,
                cue=cue,
                changes=changes,
                chances={name: round(chance, 4) for name, chance in hearing.chances.items()},
                ungraded=hearing.ungraded,
                line=words.line,
            )
            await asyncio.to_thread(records.calls.add, talk.id, turn.id, "customer", words.line.text, _body(reaction))
        yield words


def waiting(talk: Talk) -> CallTurn | None:
    """The trainee's turn that the customer has not answered yet, because the program was interrupted."""
    last = talk.said()[-1]
    return last if last.kind == "agent" else None


def note(records: Records, talk: Talk, kind: TurnKind, body: dict[str, Any] | None = None) -> CallTurn:
    """Adds a hint, a pause, the end of a pause, or the attempt that was handed in."""
    return records.calls.add(talk.id, talk.path()[-1].id, kind, "", body or {})


def _body(reaction: Reaction) -> dict[str, Any]:
    return reaction.model_dump(mode="json")
