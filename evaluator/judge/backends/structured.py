"""A judge for models without log-probabilities: one request for all questions, answered as JSON.

The model states its reason before it picks an option; answers are matched by id. A missing or invalid answer is
requested again, a bounded number of times, and is then Ungraded. One sample puts all probability on the option picked;
with n samples the distribution is how often each option was picked.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

from evaluator.judge.backends.asking import ReadingFailed
from evaluator.judge.backends.replies import answers_in
from evaluator.judge.backends.spending import Spending
from evaluator.judge.backends.transport import Limits
from evaluator.judge.backends.vendor_langchain import ChatModel, ChatReply, ChatRequest, LangChainModel
from evaluator.judge.prompts import template
from evaluator.judge.questions import Answer, Question, Reply, State, Traits, Ungraded
from evaluator.scorecard import UngradedCause, Usage

PROMPT = ("structured", 1)
REPAIRS = 2


class Pick:
    """One answer of one sample: the option, and the reason stated before it."""

    def __init__(self, option: str, reason: str) -> None:
        self.option = option
        self.reason = reason


class SampledAnswers:
    """One complete set of answers, after repair: picks by question id, and why the others have none."""

    def __init__(self) -> None:
        self.picks: dict[str, Pick] = {}
        self.failed: dict[str, tuple[UngradedCause, str]] = {}
        self.models: set[str] = set()
        self.usage = Usage()


class StructuredJudge:
    """A `Judge` over any chat model that LangChain supports."""

    traits = Traits()  # its answers have no prior that would have to be removed

    def __init__(
        self,
        chat: ChatModel,
        spending: Spending | None = None,
        limits: Limits | None = None,
        *,
        samples: int = 1,
        repairs: int = REPAIRS,
    ) -> None:
        self.chat = chat
        self.model = LangChainModel(chat, spending, limits)
        self.samples = samples
        self.repairs = repairs

    @property
    def name(self) -> str:
        """How the user chose it."""
        return self.chat.name

    @property
    def spending(self) -> Spending:
        """The account that pays for its requests."""
        return self.model.spending

    @property
    def stamp(self) -> dict[str, str]:
        """Model, address, prompt, samples and way of asking, for the record."""
        digests = {f"prompt_{language}": template(*PROMPT, language).digest for language in ("zh", "en")}
        return digests | {
            "model": self.chat.model,
            "endpoint": self.model.address,
            "method": f"structured/{self.model.method}",
            "samples": str(self.samples),
            "repairs": str(self.repairs),
            "options": json.dumps(self.chat.options, sort_keys=True),
        }

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        """Answers all questions, `samples` times; the samples run side by side once the first has filled the
        cache."""
        samples = [await self._sample(state, questions)]
        samples += await asyncio.gather(*(self._sample(state, questions) for _ in range(self.samples - 1)))
        return Reply(
            model=", ".join(sorted({name for sample in samples for name in sample.models})) or self.chat.model,
            answers={question.id: combine(question, samples) for question in questions},
            usage=sum((sample.usage for sample in samples), Usage()),
        )

    async def _sample(self, state: State, questions: list[Question]) -> SampledAnswers:
        sample, complaint = SampledAnswers(), ""
        for _ in range(1 + self.repairs):
            open_questions = [item for item in questions if item.id not in sample.picks]
            if not open_questions:
                break
            try:
                written = await self._ask(state, open_questions, complaint)
            except ReadingFailed as failed:
                sample.failed = {item.id: (failed.cause, failed.detail) for item in open_questions}
                break
            sample.models.add(written.model)
            sample.usage = sample.usage + written.usage
            if written.refused:
                sample.failed = {item.id: ("refused", "the model declined") for item in open_questions}
                break
            complaint = _take(sample, written, open_questions, state.language)
        return sample

    async def _ask(self, state: State, questions: list[Question], complaint: str) -> ChatReply:
        wording = template(*PROMPT, state.language)
        prompt = ChatRequest(
            system=wording.render("system"),
            shared=wording.render("shared", state=state),
            questions=wording.render("questions", questions=questions, complaint=complaint),
        )
        return await self.model.write(prompt, schema_for(questions))


def schema_for(questions: list[Question]) -> dict[str, Any]:
    """The JSON schema of a reply: a list of {id, reason, option}, the reason before the option."""
    options = sorted({option.id for question in questions for option in question.options})
    answer = {
        "type": "object",
        "properties": {
            "id": {"type": "string", "enum": [question.id for question in questions]},
            "reason": {"type": "string"},
            "option": {"type": "string", "enum": options},
        },
        "required": ["id", "reason", "option"],
        "additionalProperties": False,
    }
    return {
        "title": "answers",
        "description": "One answer for every question.",
        "type": "object",
        "properties": {"answers": {"type": "array", "items": answer}},
        "required": ["answers"],
        "additionalProperties": False,
    }


def _take(sample: SampledAnswers, written: ChatReply, questions: list[Question], language: str) -> str:
    """Stores the usable answers in `sample`; returns the complaint for the next attempt, empty if there is none."""
    entries = answers_in(written.text, cut_off=written.cut_off)
    if entries is None:
        detail = "the reply was cut off" if written.cut_off else "the reply was not the JSON asked for"
        sample.failed |= {item.id: ("unreadable", detail) for item in questions}
        return _COMPLAINTS["json"][language]
    given = _by_id(entries)
    for question in questions:
        _take_one(sample, question, given.get(question.id))
    missing = [item.id for item in questions if item.id not in sample.picks]
    return _COMPLAINTS["missing"][language].format(ids=", ".join(missing)) if missing else ""


def _take_one(sample: SampledAnswers, question: Question, entry: dict[str, Any] | None) -> None:
    option = entry.get("option") if entry else None
    picked = _on_the_menu(option, question) if isinstance(option, str) else None
    if picked is None:
        detail = "no answer under its id" if entry is None else f"{option!r} is not one of its options"[:200]
        sample.failed[question.id] = ("unreadable", detail)
        return
    sample.picks[question.id] = Pick(picked, entry["reason"] if entry else "")
    sample.failed.pop(question.id, None)


def _on_the_menu(option: str, question: Question) -> str | None:
    """The id of the intended option: an id, whatever its case and quotation marks, or the exact text of one option."""
    ids = [item.id for item in question.options]
    if option in ids:
        return option
    bare = option.strip(" \"'“”‘’`.").casefold()
    found = [item.id for item in question.options if bare in (item.id.casefold(), item.text.strip().casefold())]
    return found[0] if len(found) == 1 else None


def _by_id(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Answers by question id; two different answers to one question count as none."""
    found: dict[str, dict[str, Any]] = {}
    contradicted: set[str] = set()
    for entry in entries:
        key = entry.get("id")
        if not isinstance(key, str):
            continue
        if key in found and found[key].get("option") != entry.get("option"):
            contradicted.add(key)
        found[key] = entry
    return {key: entry for key, entry in found.items() if key not in contradicted}


def combine(question: Question, samples: list[SampledAnswers]) -> Answer | Ungraded:
    """The distribution over the samples; Ungraded if half of them or more have no answer to the question."""
    picks = [sample.picks[question.id] for sample in samples if question.id in sample.picks]
    if 2 * len(picks) <= len(samples):
        cause, detail = next(sample.failed[question.id] for sample in samples if question.id in sample.failed)
        return Ungraded(question=question.id, cause=cause, detail=detail)
    counts = Counter(pick.option for pick in picks)
    favourite = counts.most_common(1)[0][0]
    return Answer(
        question=question.id,
        probabilities={option.id: counts[option.id] / len(picks) for option in question.options},
        reason=next(pick.reason for pick in picks if pick.option == favourite) or None,
        samples=len(picks),
    )


_COMPLAINTS = {
    "json": {"zh": "它不是一个完整的 JSON 对象", "en": "it was not one complete JSON object"},
    "missing": {
        "zh": "这些题没有答，或选了没有列出的选项：{ids}",
        "en": "these questions had no answer or an option that is not listed: {ids}",
    },
}
