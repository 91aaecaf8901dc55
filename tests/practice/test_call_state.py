"""The customer as a state machine: what must hold for every persona and every course of a call."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.practice import find_persona, persona_files
from evaluator.practice.call import Heard, begin, step
from evaluator.practice.call.hearing import EVENTS
from evaluator.practice.call.state import HIGHEST, LONGEST, LOWEST, SOLVES
from evaluator.practice.tuned import MOST_DOWN, MOST_UP, TALK_ALONE

NAMES = sorted(persona_files())
TURNS = st.lists(
    st.tuples(st.sets(st.sampled_from(EVENTS), max_size=5), st.integers(-1, 6), st.booleans()), max_size=LONGEST + 5
)


def course(persona, turns):
    """All steps until the call ends."""
    found = [begin(persona)]
    for events, about, closes in turns:
        if found[-1].state.ended:
            break
        ids = [fact.id for fact in persona.facts]
        heard = Heard(events=tuple(sorted(events)), about=ids[about % len(ids)] if about >= 0 else None, closes=closes)
        found.append(step(persona, found[-1].state, heard))
    return found


@given(name=st.sampled_from(NAMES), turns=TURNS)
@settings(max_examples=60, deadline=None)
def test_bounds_hold_and_hidden_facts_wait_for_the_question(name, turns):
    """Mood and patience keep their limits, and every call comes to an end.

    No turn moves the mood further than allowed, with nothing settled it stays within "talk alone", and a hidden fact is told
    only when it was asked about.
    """
    persona = find_persona(name)
    steps = course(persona, turns)
    for (events, about, _), before, after in zip(turns, steps, steps[1:], strict=False):
        state = after.state
        assert LOWEST <= state.mood <= HIGHEST and 0 <= state.patience <= persona.patience
        assert -MOST_DOWN - 1e-6 <= state.mood - before.state.mood <= MOST_UP + 1e-6
        if not state.solved:
            assert state.mood <= max(TALK_ALONE, persona.mood)
        new = set(state.told) - set(before.state.told)
        ids = [fact.id for fact in persona.facts]
        asked = ids[about % len(ids)] if about >= 0 else None
        assert new <= {after.cue.fact} and all(not persona.fact(one).hidden or one == asked for one in new)
        if events <= set(persona.enrages):
            assert state.mood <= before.state.mood
    assert len(steps) <= LONGEST + 1
    if len(turns) >= LONGEST and len(steps) == LONGEST + 1:
        assert steps[-1].state.ended


@given(name=st.sampled_from(NAMES), turns=TURNS)
@settings(max_examples=20, deadline=None)
def test_same_turns_same_course(name, turns):
    persona = find_persona(name)
    assert course(persona, turns) == course(persona, turns)


def test_a_call_that_is_over_takes_no_turn():
    persona = find_persona("telecom-bill.impatient")
    state = begin(persona).state.model_copy(update={"ended": "gave_up"})
    with pytest.raises(ValueError, match="over"):
        step(persona, state, Heard())


@pytest.mark.parametrize("name", NAMES)
def test_solutions_satisfy_and_brush_offs_end_the_call(name):
    """Each persona is content with an agent that settles everything, and gives up on one that puts them off."""
    persona = find_persona(name)
    good = [tuple(sorted({event, "heard"})) for event in sorted(persona.calms)] * 3
    state = begin(persona).state
    for events in good:
        state = step(persona, state, Heard(events=events, closes=events == good[-1] or state.mood >= 7)).state
        if state.ended:
            break
    assert state.ended == "satisfied"
    state = begin(persona).state
    for _ in range(LONGEST):
        state = step(persona, state, Heard(events=("pushed_away", "vague"))).state
        if state.ended:
            break
    assert state.ended == "gave_up" and state.turns <= persona.patience


def test_kindness_wears_off_and_insults_do_not():
    persona = find_persona("telecom-bill.impatient")
    first = step(persona, begin(persona).state, Heard(events=("heard",)))
    second = step(persona, first.state, Heard(events=("heard",)))
    assert second.changes[0].by == first.changes[0].by / 2
    one = step(persona, begin(persona).state, Heard(events=("blamed",)))
    two = step(persona, one.state, Heard(events=("blamed",)))
    assert one.changes == two.changes and one.cue.manner == "blamed"


def test_solutions_are_events():
    assert set(EVENTS) >= SOLVES
