"""What a turn of the agent did to the customer, read by a judge through typed questions.

Asking a small model about every event after every turn takes longer than anybody waits on the telephone. So a
classifier (`spotting.py`) first says what is likely. A model in this process is asked only about the few events that
may or may not have happened, and its answer is added to the classifier's. A judge that takes all questions at once is
asked about everything, and decides alone.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple, get_args

from evaluator.encoding import Frozen, read_yaml
from evaluator.judge import Answer, Judge, Option, Question, State, Ungraded
from evaluator.practice.call import spotting
from evaluator.practice.call.state import CallState, Heard
from evaluator.practice.persona import Event, Fact, Persona
from evaluator.practice.tuned import ABOUT_NEAR, ABOUT_OPEN, JUDGED, NEUTRAL, OFFENDS, TOLD, UNSURE
from evaluator.references import universal_vectors
from evaluator.text import fold

NO, YES = "no", "yes"
CLOSES, ABOUT = "closes", "about:"
EVENTS: tuple[Event, ...] = get_args(Event)
MOST_ASKED = 6  # questions about one turn to a model in this process: some 25 tokens each
LONGEST_TURN = 1200  # characters of a turn that the judge reads: the last ones


class Wording(Frozen):
    """One event in one language."""

    question: str
    yes: str
    no: str
    examples: tuple[str, ...]


class Asked(NamedTuple):
    """A question, and the probability of "yes" before the judge is asked."""

    question: Question
    chance: float


class Hearing(NamedTuple):
    """The effects of a turn, with the probability of each thing that was asked about."""

    heard: Heard
    chances: Mapping[str, float]
    ungraded: tuple[str, ...] = ()  # questions that the judge could not answer; they count as "no"


@cache
def wordings(language: str) -> dict[str, Wording]:
    """Returns the events, and `closes`, by name."""
    found = read_yaml(Path(__file__).with_name("events.yaml").read_text(encoding="utf-8"))
    return {name: Wording.model_validate(words[language]) for name, words in found.items()}


def questions_for(persona: Persona) -> list[Question]:
    """Everything that could be asked about a turn: the persona's events, `asked`, `closes`, and each hidden fact."""
    moved = [event for event in EVENTS if event in persona.calms or event in persona.enrages or event == "asked"]
    known = wordings(persona.language)
    events = [_question(name, known[name]) for name in (*moved, CLOSES)]
    return [*events, *(_about(persona, fact) for fact in persona.hidden)]


def state_of(persona: Persona, customer: str, agent: str) -> State:
    """What the judge reads: the customer's last words and the turn that answers them."""
    zh = persona.language == "zh"
    names = ("客户", "客服", "：") if zh else ("Customer", "Agent", ": ")
    task = "看客服最后说的这一段话做了什么。" if zh else "Look at what the agent's last turn does."
    text = f"{names[0]}{names[2]}{customer.strip()}\n{names[1]}{names[2]}{agent.strip()[-LONGEST_TURN:]}"
    return State(language=persona.language, task=task, text=text, form="dialogue")


async def hear(judge: Judge, persona: Persona, state: CallState, customer: str, agent: str) -> Hearing:
    """Returns what the agent's turn did. Raises ModelError if the judge cannot work at all."""
    everything = _takes_all(judge)
    expected = await asyncio.to_thread(expect, persona, state, agent)
    asked = expected if everything else unsure(expected)
    chances = {} if everything else {one.question.id: one.chance for one in expected if _is_event(one.question)}
    questions = [one.question for one in asked]
    reply = await judge.decide(state_of(persona, customer, agent), questions) if questions else None
    neutral = await neutral_odds(judge, persona, questions) if questions else {}
    ungraded = []
    for one in asked:
        answer = reply.answers.get(one.question.id) if reply else None
        if isinstance(answer, Answer):
            chances[one.question.id] = chance_of(answer, one.chance, neutral.get(one.question.id))
        else:
            ungraded.append(one.question.id)
    heard = _heard(persona, agent, chances, TOLD if everything else OFFENDS)
    if heard.about is None and "asked" in heard.events:
        heard = heard.model_copy(update={"about": await asyncio.to_thread(nearest_open_fact, persona, agent)})
    return Hearing(heard, chances, tuple(ungraded))


async def prepare(judge: Judge, persona: Persona) -> None:
    """Asks what can be asked before the agent has spoken, so that the first turn waits less."""
    await asyncio.to_thread(expect, persona, CallState(mood=5, patience=1), "…")
    await neutral_odds(judge, persona, questions_for(persona))


def expect(persona: Persona, state: CallState, agent: str) -> list[Asked]:
    """Everything that could be asked about a turn with the classifier's probability, likeliest first.

    An event counts from .5. A hidden fact that was already told is left out. Blocks for a millisecond per sentence.
    """
    told = {f"{ABOUT}{fact}" for fact in state.told}
    questions = [one for one in questions_for(persona) if one.id not in told]
    shift = _odds(spotting.trained().threshold)
    spotted = {name: _share(_odds(chance) - shift) for name, chance in spotting.spot(agent).items()}
    near = _nearness(persona, [one for one in questions if not _is_event(one)], agent)
    asked = [Asked(one, near[one.id] if one.id in near else spotted[one.id]) for one in questions]
    return sorted(asked, key=lambda one: -one.chance)


def unsure(expected: Sequence[Asked]) -> list[Asked]:
    """The few questions for a model in this process: events between yes and no, and the nearest hidden fact."""
    low, high = UNSURE
    events = [one for one in expected if _is_event(one.question) and low <= one.chance <= high]
    about = [one for one in expected if not _is_event(one.question) and one.chance >= ABOUT_NEAR][:1]
    return [*events[: MOST_ASKED - len(about)], *about]


def nearest_open_fact(persona: Persona, agent: str) -> str | None:
    """The open fact that a question of the turn is nearest to; None if it is near none."""
    facts = [fact for fact in persona.facts if not fact.hidden]
    asking = [sentence for sentence in spotting.sentences_of(agent) if asks(sentence, persona.language)]
    if not facts or not asking:
        return None
    near = universal_vectors([fact.says for fact in facts]) @ universal_vectors(asking).T
    best = int(near.max(axis=1).argmax())
    return facts[best].id if near[best].max() >= ABOUT_OPEN else None


async def neutral_odds(judge: Judge, persona: Persona, questions: Sequence[Question]) -> dict[str, float]:
    """The log-odds of "yes" for a turn that says nothing, for judges whose probabilities carry a prior.

    A judge that remembers is asked once.
    """
    if not judge.traits.anchored or judge.traits.mixed:  # several judges: each needs its own
        return {}
    empty = "嗯，您好。" if persona.language == "zh" else "Mm, hello."
    reply = await judge.decide(state_of(persona, "……" if persona.language == "zh" else "…", empty), list(questions))
    return {name: log_odds(answer) for name, answer in reply.answers.items() if isinstance(answer, Answer)}


def chance_of(answer: Answer, expected: float, neutral: float | None) -> float:
    """The probability that it happened. Without a neutral reading (a judge that needs none), it is the judge's own."""
    if neutral is None:
        return answer.probabilities[YES]
    return _share(_odds(expected) + JUDGED * (log_odds(answer) - neutral - NEUTRAL))


def log_odds(answer: Answer | Ungraded) -> float:
    """Natural log-odds of "yes", between -10 and 10; 0 without an answer."""
    if not isinstance(answer, Answer):
        return 0.0
    return _odds(answer.probabilities[YES])


def _odds(share: float) -> float:
    bounded = min(max(share, 5e-5), 1 - 5e-5)
    return math.log(bounded / (1 - bounded))


def _share(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, odds))))


def _is_event(question: Question) -> bool:
    return not question.id.startswith(ABOUT)


def _nearness(persona: Persona, questions: Sequence[Question], agent: str) -> dict[str, float]:
    """How near a sentence of the turn that asks something comes to the subject of each hidden fact: cosine, 0 to 1."""
    asking = [sentence for sentence in spotting.sentences_of(agent) if asks(sentence, persona.language)]
    if not questions or not asking:
        return dict.fromkeys((one.id for one in questions), 0.0)
    topics = [persona.fact(one.id.removeprefix(ABOUT)).asked_about for one in questions]
    near = (universal_vectors(topics) @ universal_vectors(asking).T).max(axis=1)
    return {one.id: max(0.0, float(value)) for one, value in zip(questions, near, strict=True)}


def asks(agent: str, language: str) -> bool:
    """Whether a turn has the form of a question or request, which is required before anything hidden is told."""
    if re.search(r"[?？]", agent):
        return True
    words = _ASKING_ZH if language == "zh" else _ASKING_EN
    return bool(words.search(fold(agent)))


_ASKING_ZH = re.compile(r"吗|呢|什么|怎么|哪|多少|几|谁|是不是|有没有|能不能|麻烦|请问|说说|讲讲|告诉|报一下|核实|确认")
_ASKING_EN = re.compile(
    r"\b(what|when|where|which|who|why|how|did|do|does|is|are|was|were|can|could|would|have|has|tell|give|confirm)\b"
)


def _heard(persona: Persona, agent: str, chances: Mapping[str, float], offends: float) -> Heard:
    least = {event: offends if event in persona.enrages else TOLD for event in EVENTS}
    events = tuple(event for event in EVENTS if chances.get(event, 0.0) >= least[event])
    about = max((name for name in chances if name.startswith(ABOUT)), key=lambda name: chances[name], default="")
    hidden = about.removeprefix(ABOUT) if about and chances[about] >= TOLD and asks(agent, persona.language) else None
    return Heard(events=events, about=hidden, closes=chances.get(CLOSES, 0.0) >= TOLD)


def _takes_all(judge: Judge) -> bool:
    """Whether all questions may be asked: together in one request, or side by side."""
    return judge.traits.apart or not judge.traits.anchored


def _question(name: str, words: Wording) -> Question:
    options = (Option(id=NO, text=words.no), Option(id=YES, text=words.yes))
    return Question(id=name, kind="predicate", text=words.question, options=options)


def _about(persona: Persona, fact: Fact) -> Question:
    if persona.language == "zh":
        text, no, yes = f"客服在问“{fact.asked_about}”吗？", "没有问到", "在问这个"
    else:
        text, no, yes = f"Is the agent asking “{fact.asked_about}”?", "not asking that", "asking that"
    options = (Option(id=NO, text=no), Option(id=YES, text=yes))
    return Question(id=f"{ABOUT}{fact.id}", kind="predicate", text=text, options=options)
