"""Reading a distribution over labels."""

from __future__ import annotations

import math

import pytest

from evaluator.judge.backends.asking import Prompt, ReadingFailed, TokenReading
from evaluator.judge.backends.embedded import CONTEXT_TOKENS
from evaluator.judge.backends.readout import ReadoutJudge, read_menu
from evaluator.judge.combined.cascade import CascadeJudge
from evaluator.judge.combined.memory import RememberingJudge, asking_again, question_key
from evaluator.judge.combined.panel import PanelJudge
from evaluator.judge.questions import Answer, Option, Question, State, Traits, Ungraded
from evaluator.scorecard import Usage
from evaluator.storage import AskMemo

QUESTION = Question(id="q", kind="predicate", text="?", options=(Option(id="no", text="n"), Option(id="yes", text="y")))
STATE = State(language="zh", task="t", text="x")


class FixedAsker:
    """Answers every prompt with the same log-probabilities, or fails with `failure`; counts what it is asked."""

    name = "fixed"
    traits = Traits()

    @property
    def stamp(self) -> dict[str, str]:
        """The same for all."""
        return {"model": "fixed"}

    def __init__(self, logprobs: dict[str, float] | None = None, failure: ReadingFailed | None = None) -> None:
        self.logprobs, self.failure, self.asked = logprobs or {}, failure, 0

    async def read(self, prompt: Prompt) -> TokenReading:
        """One reading."""
        self.asked += 1
        if self.failure:
            raise self.failure
        return TokenReading(model="fixed-1", logprobs=self.logprobs, usage=Usage(prompt_tokens=10, requests=1))


def test_spellings_of_a_label_are_added_up():
    """Labels such as " B" and "b" are B; anything but a label is left out of the menu."""
    answer = read_menu(
        QUESTION, ("A", "B"), {"A": math.log(0.2), " B": math.log(0.3), "b": math.log(0.3), "C": math.log(0.2)}
    )
    assert answer.probabilities == pytest.approx({"no": 0.25, "yes": 0.75})
    assert answer.menu_mass == pytest.approx(0.8)


def test_label_that_is_not_shown_gets_at_most_the_least_likely_one():
    """An endpoint that shows few alternatives still leaves an upper bound for the others."""
    answer = read_menu(QUESTION, ("A", "B"), {"A": math.log(0.9), "x": math.log(0.01)})
    assert answer.probabilities["yes"] == pytest.approx(0.01 / 0.91)


@pytest.mark.parametrize(
    "logprobs",
    [{}, {"A": math.nan}, {"x": math.log(0.9)}, {"A": math.inf}, {"A": 3.0}],
    ids=["empty", "nan", "off the menu", "infinite", "above one"],
)
def test_unreadable_distribution_is_ungraded(logprobs):
    """Anything but a distribution over the options earns no point."""
    assert isinstance(read_menu(QUESTION, ("A", "B"), logprobs), Ungraded)


async def test_failed_reading_is_ungraded_and_names_its_cause():
    """One prompt that fails leaves the others and says why."""
    reply = await ReadoutJudge(FixedAsker(failure=ReadingFailed("timeout", "30 s"))).decide(STATE, [QUESTION])
    assert reply.answers["q"] == Ungraded(question="q", cause="timeout", detail="30 s")


async def test_reply_counts_usage_and_names_the_model():
    """Usage adds up over the questions; the model is the one that answered."""
    other = QUESTION.model_copy(update={"id": "p"})
    reply = await ReadoutJudge(FixedAsker({"A": math.log(0.5), "B": math.log(0.5)})).decide(STATE, [QUESTION, other])
    assert reply.model == "fixed-1"
    assert (reply.usage.prompt_tokens, reply.usage.requests) == (20, 2)


async def test_nothing_is_asked_twice(tmp_path):
    """The same question about the same text is answered from the memo, and costs nothing."""
    asker = FixedAsker({"A": math.log(0.25), "B": math.log(0.75)})
    judge = RememberingJudge(ReadoutJudge(asker), AskMemo(tmp_path / "memo.db"))
    first = await judge.decide(STATE, [QUESTION])
    again = await judge.decide(STATE, [QUESTION])
    assert asker.asked == 1
    assert first.answers == again.answers
    assert again.usage == Usage()
    await judge.decide(STATE.model_copy(update={"text": "other"}), [QUESTION])
    assert asker.asked == 2


async def test_a_question_that_criteria_share_is_asked_once(tmp_path):
    """Two questions of one wording cost one; each answer stands under its own question."""
    asker = FixedAsker({"A": math.log(0.25), "B": math.log(0.75)})
    judge = RememberingJudge(ReadoutJudge(asker), AskMemo(tmp_path / "memo.db"))
    reply = await judge.decide(STATE, [QUESTION, QUESTION.model_copy(update={"id": "twin"})])
    assert asker.asked == 1
    assert {name: answer.question for name, answer in reply.answers.items()} == {"q": "q", "twin": "twin"}
    later = await judge.decide(STATE, [QUESTION.model_copy(update={"id": "third"})])
    assert (asker.asked, later.answers["third"].question) == (1, "third")


async def test_what_is_known_beforehand_is_not_asked(tmp_path):
    """An answer shipped with the product replaces the judge's; another text is asked about."""
    asker = FixedAsker({"A": math.log(0.25), "B": math.log(0.75)})
    answer = Answer(question="q", probabilities={"no": 0.5, "yes": 0.5}).model_dump()
    known = {question_key(ReadoutJudge(asker).stamp, STATE, QUESTION): {"model": "shipped", "answer": answer}}
    judge = RememberingJudge(ReadoutJudge(asker), AskMemo(tmp_path / "memo.db"), known)
    reply = await judge.decide(STATE, [QUESTION])
    assert (asker.asked, reply.model, reply.answers["q"].probabilities) == (0, "shipped", {"no": 0.5, "yes": 0.5})
    await judge.decide(STATE.model_copy(update={"text": "other"}), [QUESTION])
    assert asker.asked == 1


@pytest.mark.parametrize("stored", ["no answer", {"model": "m"}, {"model": "m", "answer": {"question": "q"}}, [1], 3])
async def test_what_the_memo_holds_in_another_shape_is_asked_again(tmp_path, stored):
    """An entry that is not an answer to the question, or has other options, is a miss and is rewritten."""
    asker, memo = FixedAsker({"A": math.log(0.5), "B": math.log(0.5)}), AskMemo(tmp_path / "memo.db")
    judge = RememberingJudge(ReadoutJudge(asker), memo)
    await memo.put(question_key(judge.stamp, STATE, QUESTION), stored)
    assert isinstance((await judge.decide(STATE, [QUESTION])).answers["q"], Answer)
    await judge.decide(STATE, [QUESTION])
    assert asker.asked == 1
    other = Answer(question="q", probabilities={"a": 0.5, "b": 0.5}).model_dump()
    await memo.put(question_key(judge.stamp, STATE, QUESTION), {"model": "m", "answer": other})
    await judge.decide(STATE, [QUESTION])
    assert asker.asked == 2


async def test_what_comes_along_is_found_for_points_too(tmp_path):
    """A question about a point is split elsewhere, but is the same question.

    Its answer has the key that `question_key` makes.
    """
    about_point = QUESTION.model_copy(update={"text": "有没有：道歉？", "point": "道歉"})
    asker, answer = FixedAsker(), Answer(question="q", probabilities={"no": 0.25, "yes": 0.75}).model_dump()
    known = {question_key(ReadoutJudge(asker).stamp, STATE, about_point): {"model": "shipped", "answer": answer}}
    judge = RememberingJudge(ReadoutJudge(asker), AskMemo(tmp_path / "memo.db"), known)
    assert (await judge.decide(STATE, [about_point])).model == "shipped" and asker.asked == 0


async def test_asking_again_asks_the_model_and_remembers_what_it_says_now(tmp_path):
    """Within `asking_again` the memo does not reply, but what was asked within it is not asked twice.

    The members of a panel are asked again too.
    """
    asker, memo = FixedAsker({"A": math.log(0.5), "B": math.log(0.5)}), AskMemo(tmp_path / "memo.db")
    other = FixedAsker({"A": math.log(0.5), "B": math.log(0.5)})
    other.name = "other"
    members = [RememberingJudge(ReadoutJudge(each), memo) for each in (asker, other)]
    judge = RememberingJudge(PanelJudge(members), memo)
    await judge.decide(STATE, [QUESTION])
    asker.logprobs = {"A": math.log(0.25), "B": math.log(0.75)}
    with asking_again():
        for _ in range(2):
            reply = await judge.decide(STATE, [QUESTION])
    assert (asker.asked, other.asked) == (2, 2)
    later = await judge.decide(STATE, [QUESTION])
    assert (asker.asked, later.answers["q"]) == (2, reply.answers["q"])
    assert later.answers["q"].probabilities["yes"] == pytest.approx(0.375)


async def test_failures_are_not_remembered(tmp_path):
    """What failed once is asked again."""
    asker = FixedAsker(failure=ReadingFailed("unreachable"))
    judge = RememberingJudge(ReadoutJudge(asker), AskMemo(tmp_path / "memo.db"))
    await judge.decide(STATE, [QUESTION])
    asker.failure, asker.logprobs = None, {"A": math.log(0.5), "B": math.log(0.5)}
    reply = await judge.decide(STATE, [QUESTION])
    assert isinstance(reply.answers["q"], Answer)


def test_what_wraps_a_judge_has_its_traits(tmp_path) -> None:
    """The embedded model cannot judge knowledge; a memo around it changes nothing, a model that can does.

    Several together have the room that the smallest of them has.
    """
    weak, strong = FixedAsker(), FixedAsker()
    weak.traits, strong.name = Traits(knows=False, context_tokens=CONTEXT_TOKENS), "strong"
    small, large = ReadoutJudge(weak), ReadoutJudge(strong)
    assert small.traits == Traits(anchored=True, knows=False, context_tokens=CONTEXT_TOKENS)
    assert large.traits == Traits(anchored=True)
    assert RememberingJudge(small, AskMemo(tmp_path / "memo.db")).traits == small.traits
    together = Traits(anchored=True, knows=True, context_tokens=CONTEXT_TOKENS, mixed=True)
    assert PanelJudge([small, large]).traits == CascadeJudge(large, small, 0.6).traits == together
