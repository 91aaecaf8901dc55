"""What a model can do: a handful of questions with known answers, in Chinese and in English.

It shows whether name, key and address work, which ways of asking the model supports, in which languages it can be
trusted, how fast it is and what it costs. It is not a benchmark: a model that fails here cannot grade, and one that
passes may still disagree with people.
"""

from __future__ import annotations

import time
from typing import Any, Literal

from evaluator.encoding import Frozen, redact
from evaluator.errors import InputError, ModelError
from evaluator.judge.backends.providers import ADDRESS, PROVIDERS
from evaluator.judge.backends.spending import Price, price_of
from evaluator.judge.choose import choose, is_embedded, open_account, split
from evaluator.judge.combined import PREFIX
from evaluator.judge.knowledge import Knowledge, measure_knowledge
from evaluator.judge.questions import Answer, Judge, Option, Question, Reply, State
from evaluator.judge.tuned import UNDERSTOOD_FROM
from evaluator.messages import LANGUAGES, Language, say
from evaluator.scorecard import Usage
from evaluator.settings import Settings


class Known(Frozen):
    """A question and its right option."""

    question: Question
    right: str


class LanguageResult(Frozen):
    """How many questions in one language were answered correctly, and how many not at all."""

    asked: int
    right: int
    ungraded: int

    @property
    def enough(self) -> bool:
        """Whether the model can be trusted with this language, as far as so few questions show."""
        return self.right >= UNDERSTOOD_FROM * self.asked


class Ability(Frozen):
    """Whether the model supports one way of asking; `works` is None if it was not tried."""

    works: bool | None = None
    detail: str = ""


class ModelCheck(Frozen):
    """The results of one check."""

    name: str
    model: str  # the model's own name
    way: str  # the method in the judge's stamp
    log_probabilities: Ability
    json_schema: Ability
    languages: dict[Language, LanguageResult]
    seconds_per_question: float
    usage: Usage
    price: Price | None
    # Right and wrong answers that it recognised; only a local model is asked.
    knowledge: dict[Language, Knowledge] = {}

    @property
    def knows(self) -> bool:
        """Whether it may be asked about knowledge: it knew right from wrong in every language that it understands."""
        understood = [language for language in self.knowledge if self.languages[language].enough]
        return bool(understood) and all(self.knowledge[language].enough for language in understood)

    @property
    def fit(self) -> bool:
        """Whether it passed in at least one language."""
        return any(result.enough for result in self.languages.values())


async def check(name: str, settings: Settings) -> ModelCheck:
    """Asks the model called `name`; raises what `choose` and the model raise if nothing works at all."""
    account = open_account(settings)
    judge = choose(name, settings, account)
    started = time.monotonic()
    replies: dict[str, Reply] = {
        language: await judge.decide(state_in(language), _questions(language)) for language in LANGUAGES
    }
    seconds = time.monotonic() - started
    method, asked = judge.stamp.get("method", ""), name.removeprefix(PREFIX)
    inside = is_embedded(asked)
    knowledge = {language: await measure_knowledge(judge, language) for language in LANGUAGES} if inside else {}
    usage = sum((reply.usage for reply in replies.values()), Usage())
    return ModelCheck(
        name=redact(judge.name),
        model=", ".join(sorted({reply.model for reply in replies.values()})),
        way=method,
        log_probabilities=await _ability(asked, "readout", method in ("readout", "logprobs"), replies, settings),
        json_schema=await _ability(asked, "structured", method.startswith("structured"), replies, settings),
        languages={language: _result(language, replies[language]) for language in LANGUAGES},
        seconds_per_question=seconds / sum(len(_questions(language)) for language in LANGUAGES),
        usage=usage,
        price=price_of(_billed_as(judge, asked), account.prices),
        knowledge=knowledge,
    )


def lines(found: ModelCheck, language: str | None = None) -> list[tuple[str, str]]:
    """The findings for people, as pairs of a label and a result."""

    def text(key: str, /, **values: Any) -> str:
        return say(f"judge.{key}", language, **values)

    rows = [
        (text("check_model"), found.model),
        (text("check_way"), _way(found.way, text)),
        (text("check_logprobs"), _ability_text(found.log_probabilities, text)),
        (text("check_json"), _ability_text(found.json_schema, text)),
    ]
    rows += [(text(f"check_language_{each}"), _result_text(found.languages[each], text)) for each in LANGUAGES]
    for each, told in found.knowledge.items():
        values = {"right": told.right, "wrong": told.wrong, "asked": told.asked}
        rows.append((text(f"check_knowledge_{each}"), text("check_knowledge", **values)))
    if found.knowledge:
        rows.append((text("check_knows"), text("check_knows_yes" if found.knows else "check_knows_no")))
    counts = {"prompt": found.usage.prompt_tokens, "cached": found.usage.cached_tokens}
    rows += [
        (text("check_speed"), text("check_seconds", seconds=f"{found.seconds_per_question:.2f}")),
        (text("check_tokens"), text("check_token_counts", generated=found.usage.generated_tokens, **counts)),
        (text("check_price"), _price_text(found, text)),
        (text("check_verdict"), _verdict(found, text)),
    ]
    return rows


async def _ability(
    name: str, way: Literal["readout", "structured"], is_own: bool, replies: dict[str, Reply], settings: Settings
) -> Ability:
    """Whether a way of asking works: known if it is the judge's own, otherwise tried with one question."""
    if is_own:
        return _from_replies(list(replies.values()))
    if is_embedded(name) or name.startswith(("panel:", "cascade:")):
        return Ability()
    _, vendor, model = split(name)
    if way not in PROVIDERS.get(vendor, ADDRESS).possible:
        return Ability(works=False, detail="–")
    try:
        other = choose(f"{way}:{vendor}{'#' if vendor.startswith('http') else ':'}{model}", settings)
        return _from_replies([await other.decide(state_in("zh"), _questions("zh")[:1])])
    except (ModelError, InputError) as error:
        return Ability(works=False, detail=error.text())


def _from_replies(replies: list[Reply]) -> Ability:
    answers = [answer for reply in replies for answer in reply.answers.values()]
    failed = next((answer for answer in answers if not isinstance(answer, Answer)), None)
    works = any(isinstance(answer, Answer) for answer in answers)
    return Ability(works=works, detail="" if works or failed is None else f"{failed.cause}: {failed.detail}")


def _result(language: str, reply: Reply) -> LanguageResult:
    right = ungraded = 0
    for known in KNOWN[language]:
        answer = reply.answers.get(known.question.id)
        if not isinstance(answer, Answer):
            ungraded += 1
        elif max(answer.probabilities, key=lambda option: answer.probabilities[option]) == known.right:
            right += 1
    return LanguageResult(asked=len(KNOWN[language]), right=right, ungraded=ungraded)


def _billed_as(judge: Judge, name: str) -> str:
    """The model's name in the price list: without a prefixed way of asking."""
    if is_embedded(name) or name.startswith(("panel:", "cascade:")):
        return judge.name
    _, vendor, model = split(name)
    return f"{vendor}#{model}" if vendor.startswith("http") else f"{vendor}:{model}"


def _way(method: str, text: Any) -> str:
    kind = "logprobs" if method == "readout" else method.partition("/")[0]
    known = ("decisions", "logprobs", "structured", "panel", "cascade")
    return text(f"check_way_{kind}") if kind in known else text("check_way_other", way=method)


def _ability_text(ability: Ability, text: Any) -> str:
    if ability.works is None:
        return text("check_not_asked")
    return text("check_yes") if ability.works else text("check_no", detail=ability.detail)


def _result_text(result: LanguageResult, text: Any) -> str:
    values = {"right": result.right, "asked": result.asked}
    if result.ungraded:
        return text("check_right_ungraded", ungraded=result.ungraded, **values)
    return text("check_right", **values)


def _price_text(found: ModelCheck, text: Any) -> str:
    price = found.price
    if price is None:
        return text("check_price_unknown")
    if not (price.input or price.output):
        return text("check_price_free")
    rates = {"input": f"{price.input:g}", "output": f"{price.output:g}", "as_of": price.as_of.isoformat()}
    return text("check_price_of", cost=f"{found.usage.cost or 0.0:.6f}", **rates)


def _verdict(found: ModelCheck, text: Any) -> str:
    if all(result.ungraded == result.asked for result in found.languages.values()):
        return text("check_verdict_silent")
    weak = [each for each in LANGUAGES if not found.languages[each].enough]
    if not weak:
        return text("check_verdict_good")
    return " · ".join(text("check_verdict_language", language=text(f"language_{each}")) for each in weak)


def state_in(language: Literal["zh", "en"]) -> State:
    """The short conversation that the questions are about."""
    return _STATES[language]


def _questions(language: str) -> list[Question]:
    return [known.question for known in KNOWN[language]]


def _known(key: str, kind: Any, text: str, right: str, **options: str) -> Known:
    offered = tuple(Option(id=name, text=meaning) for name, meaning in options.items())
    return Known(question=Question(id=key, kind=kind, text=text, options=offered), right=right)


_STATES: dict[str, State] = {
    "zh": State(
        language="zh",
        form="dialogue",
        task="顾客来电说新买的电饭煲坏了，请看客服处理得怎么样。",
        text="t1 客户：我昨天到货的电饭煲，插上电灯都不亮。\n"
        "t2 客服：实在对不起，让您白等了一场。我现在就给您换一台新的，今天下午寄出，来回的邮费都算我们的。\n"
        "t3 客户：那行，谢谢，我等新的。",
    ),
    "en": State(
        language="en",
        form="dialogue",
        task="A customer calls because a new rice cooker does not work. Look at how the agent handles it.",
        text="t1 Customer: The rice cooker that came yesterday is dead, not even the light goes on.\n"
        "t2 Agent: I am truly sorry about that. I am sending you a new one this afternoon, and we pay the "
        "postage both ways.\n"
        "t3 Customer: All right, thanks, I will wait for the new one.",
    ),
}

KNOWN: dict[str, tuple[Known, ...]] = {
    "zh": (
        _known("sorry", "predicate", "客服有没有向客户道歉？", "yes", no="没有道歉", yes="道歉了"),
        _known("postage", "predicate", "邮费是不是要客户自己出？", "no", no="不用客户出", yes="要客户出"),
        _known("content", "predicate", "客户最后接受了这样的安排吗？", "yes", no="没有接受", yes="接受了"),
        _known(
            *("handling", "score", "客服处理到了哪一步？", "done"),
            none="没有给出任何办法",
            vague="有办法，但没说什么时候办",
            done="有明确的办法，也说了什么时候办",
        ),
        _known(
            *("problem", "choice", "客户遇到的是什么问题？", "broken"),
            lost="包裹没有收到",
            broken="商品用不了",
            invoice="发票开错了",
        ),
    ),
    "en": (
        _known(
            "sorry",
            "predicate",
            "Is there an apology?",
            "yes",
            no="No apology",
            yes="The agent apologises",
        ),
        _known(
            *("postage", "predicate", "Must the customer pay the postage?", "no"),
            no="The customer pays nothing",
            yes="The customer has to pay it",
        ),
        _known(
            *("content", "predicate", "Does the customer accept the solution in the end?", "yes"),
            no="It is not accepted",
            yes="It is accepted",
        ),
        _known(
            *("handling", "score", "How far does the agent get?", "done"),
            none="Offers nothing",
            vague="Offers a solution but no time for it",
            done="Offers a clear solution and says when",
        ),
        _known(
            *("problem", "choice", "What is the customer's problem?", "broken"),
            lost="A parcel never came",
            broken="The goods do not work",
            invoice="An invoice is wrong",
        ),
    ),
}
