"""OpenAI's Decisions API: the whole rubric in one request, a probability per option, refusals per question.

Questions are sent under our own names ("q1", …) and answers are matched by those names, never by order: an answer under
an unknown name is ignored.
"""

from __future__ import annotations

import asyncio
import math
from typing import Any, TypeGuard

from evaluator.errors import EndpointError
from evaluator.judge.backends.asking import ReadingFailed
from evaluator.judge.backends.spending import Spending
from evaluator.judge.backends.transport import Limits
from evaluator.judge.backends.vendor_openai import Endpoint, OpenAIClient
from evaluator.judge.prompts import template
from evaluator.judge.questions import Answer, Question, Reply, State, Traits, Ungraded
from evaluator.scorecard import UngradedCause, Usage

PROMPT = ("decisions", 1)
QUESTIONS_AT_ONCE = 400  # the API's limit
TOKENS_A_QUESTION = 64  # an upper bound on the size of an answer, for the spending limit


class DecisionsJudge:
    """A `Judge` over /decisions."""

    traits = Traits()  # its answers have no prior that would have to be removed

    def __init__(self, endpoint: Endpoint, spending: Spending | None = None, limits: Limits | None = None) -> None:
        self.endpoint = endpoint
        self.client = OpenAIClient(endpoint, spending, limits)

    @property
    def name(self) -> str:
        """The name that the user chose."""
        return self.endpoint.name

    @property
    def spending(self) -> Spending:
        """The account that pays for its requests."""
        return self.client.spending

    @property
    def stamp(self) -> dict[str, str]:
        """Model, address, prompt and way of asking, for the record."""
        digests = {f"prompt_{language}": template(*PROMPT, language).digest for language in ("zh", "en")}
        own = {"model": self.endpoint.model, "endpoint": self.endpoint.address, "method": "decisions"}
        return own | digests

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        """Answers all questions, with one request per 400."""
        parts = [questions[at : at + QUESTIONS_AT_ONCE] for at in range(0, len(questions), QUESTIONS_AT_ONCE)]
        replies = await asyncio.gather(*(self._decide(state, part) for part in parts))
        return Reply(
            model=", ".join(sorted({reply.model for reply in replies})) or self.endpoint.model,
            answers={key: answer for reply in replies for key, answer in reply.answers.items()},
            usage=sum((reply.usage for reply in replies), Usage()),
        )

    async def _decide(self, state: State, questions: list[Question]) -> Reply:
        named = {f"q{number}": question for number, question in enumerate(questions, start=1)}
        try:
            reply, usage = await self.client.decisions(
                self._body(state, named), most_generated=TOKENS_A_QUESTION * len(named)
            )
            given = _by_name(reply)
        except ReadingFailed as failed:
            return _all_ungraded(self.endpoint.model, questions, failed.cause, failed.detail)
        answers = {question.id: read_answer(question, given.get(name)) for name, question in named.items()}
        return Reply(model=str(reply.get("model") or self.endpoint.model), answers=answers, usage=usage)

    def _body(self, state: State, named: dict[str, Question]) -> dict[str, Any]:
        asked = [_question(name, question, state) for name, question in named.items()]
        wording = template(*PROMPT, state.language)
        text = wording.render("shared", state=state)
        shared = {"type": "input_text", "text": text, "prompt_cache_breakpoint": {"mode": "explicit"}}
        return {
            "model": self.endpoint.model,
            "input": [
                {"role": "developer", "content": wording.render("system")},
                {"role": "user", "content": [shared]},
            ],
            "questions": asked,
        }


def _question(name: str, question: Question, state: State) -> dict[str, Any]:
    """Our question in the API's form: levels and choices are labelled with our option ids."""
    body: dict[str, Any] = {
        "type": question.kind,
        "name": name,
        "instructions": template(*PROMPT, state.language).render("question", question=question),
    }
    if question.kind == "score":
        body["levels"] = [{"label": option.id, "description": option.text} for option in question.options]
    elif question.kind == "choice":
        body["choices"] = [{"value": option.id, "description": option.text} for option in question.options]
    return body


def _by_name(reply: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Answers by question name; a name that occurs twice counts as no answer."""
    entries = reply.get("answers")
    if not isinstance(entries, list):
        raise EndpointError("judge_no_decisions", model=str(reply.get("model", "")))
    found: dict[str, dict[str, Any]] = {}
    twice: set[str] = set()
    for entry in entries:
        name = entry.get("name") if isinstance(entry, dict) else None
        if isinstance(name, str):
            twice |= {name} & found.keys()
            found[name] = entry
    return {name: entry for name, entry in found.items() if name not in twice}


def read_answer(question: Question, entry: dict[str, Any] | None) -> Answer | Ungraded:
    """One API answer as ours; anything that is not exactly an answer to this question is Ungraded."""
    if entry is None:
        return Ungraded(question=question.id, cause="unreadable", detail="no answer under this question's name")
    if entry.get("type") == "refusal":
        return Ungraded(question=question.id, cause="refused", detail="the model declined this question")
    if entry.get("type") != question.kind:
        return Ungraded(question=question.id, cause="unreadable", detail=f"answered as {entry.get('type')!r}")
    shares = _predicate(question, entry) if question.kind == "predicate" else _shares(question, entry)
    total = math.fsum(shares.values()) if shares else 0.0
    if not shares or not 0.98 <= total <= 1.02:
        return Ungraded(question=question.id, cause="unreadable", detail="no distribution over its options")
    return Answer(
        question=question.id,
        probabilities={option.id: shares.get(option.id, 0.0) / total for option in question.options},
    )


def _predicate(question: Question, entry: dict[str, Any]) -> dict[str, float] | None:
    yes = entry.get("probability")
    if not _is_probability(yes):
        return None
    no_option, yes_option = question.options[:2]
    return {no_option.id: 1 - yes, yes_option.id: yes}


def _shares(question: Question, entry: dict[str, Any]) -> dict[str, float] | None:
    """{option id: probability}; None if a label is unknown, occurs twice or has no probability."""
    key = "label" if question.kind == "score" else "value"
    menu = {option.id for option in question.options}
    found: dict[str, float] = {}
    shares = entry.get("probabilities")
    for share in shares if isinstance(shares, list) else []:
        label, value = (share.get(key), share.get("probability")) if isinstance(share, dict) else (None, None)
        if not isinstance(label, str) or label not in menu or label in found or not _is_probability(value):
            return None
        found[label] = value
    return found


def _is_probability(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _all_ungraded(model: str, questions: list[Question], cause: UngradedCause, detail: str) -> Reply:
    answers: dict[str, Answer | Ungraded] = {
        item.id: Ungraded(question=item.id, cause=cause, detail=detail) for item in questions
    }
    return Reply(model=model, answers=answers)
