"""The real embedded model, when its weights are on disk (the test command fetches them)."""

from __future__ import annotations

import pytest

from evaluator.grading import grade, open_judge
from evaluator.grading.material import empty_state, state_for
from evaluator.judge.choose import choose
from evaluator.judge.questions import Answer, Option, Question, State
from evaluator.resources import resource_dir
from evaluator.rubrics import find
from evaluator.rubrics.questions import plan_key_points
from evaluator.settings import load_settings
from evaluator.transcript import parse
from tests.support.embedded import NEEDS_WEIGHTS

pytestmark = NEEDS_WEIGHTS


def predicate(name: str, text: str, no: str, yes: str) -> Question:
    """A yes/no question."""
    return Question(
        id=name, kind="predicate", text=text, options=(Option(id="no", text=no), Option(id="yes", text=yes))
    )


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    """The embedded judge with an empty memo; the weights are loaded once a process."""
    settings = load_settings(data_dir=tmp_path_factory.mktemp("model"), cache_dir=load_settings().model_dir)
    return open_judge(settings, "embedded")


async def test_reads_chinese_and_keeps_the_prefix(judge):
    """A plain fact in a Chinese text is read correctly, and the second question reads only its own words."""
    state = State(language="zh", task="处理漏水投诉。", text="客服：对不起，师傅下午三点上门。", form="dialogue")
    sorry = predicate("sorry", "客服道歉了吗？", "没有道歉", "道歉了")
    rude = predicate("rude", "客服骂客户了吗？", "没有骂人", "骂了客户")
    first, second = await judge.decide(state, [sorry]), await judge.decide(state, [rude])
    apology, insult = first.answers["sorry"], second.answers["rude"]
    assert isinstance(apology, Answer)
    assert isinstance(insult, Answer)
    assert apology.probabilities["yes"] > insult.probabilities["yes"]
    assert apology.menu_mass > 0.5
    assert second.usage.cached_tokens > second.usage.prompt_tokens / 2


async def test_order_and_history_do_not_matter():
    """In reverse order, and after another text, the same questions get the same answers to the last digit."""
    rubric, asker = find("cross-border-wrong-item"), choose("embedded", load_settings())
    text = (resource_dir("examples") / rubric.id / "good.txt").read_text(encoding="utf-8")
    state = state_for(rubric, parse(text, form=rubric.form), [], None).state
    questions = plan_key_points(rubric)[-2:]
    first = (await asker.decide(state, questions)).answers
    await asker.decide(empty_state(rubric), questions[:1])
    assert (await asker.decide(state, questions[::-1])).answers == first


async def test_reads_english(judge):
    """The same in English."""
    state = State(
        language="en", task="Handle a complaint.", text="Agent: I am sorry. The fitter comes at three.", form="dialogue"
    )
    answers = (
        await judge.decide(
            state,
            [
                predicate("time", "Does the agent name a time?", "no time named", "a time is named"),
                predicate("refund", "Does the agent offer a refund?", "no refund", "a refund is offered"),
            ],
        )
    ).answers
    assert answers["time"].probabilities["yes"] > answers["refund"].probabilities["yes"]


async def test_good_example_is_graded_above_the_poor_one(judge):
    """One rubric's examples through the whole path: a good answer above a poor one, every quotation exact."""
    rubric = find("staff-shortage")
    totals = {}
    for name in ("good", "poor"):
        text = (resource_dir("examples") / rubric.id / f"{name}.txt").read_text(encoding="utf-8")
        transcript = parse(text, form=rubric.form)
        card = await grade(transcript, rubric, judge, [], lambda _: None)
        totals[name] = card.total
        for verdict in card.verdicts:
            assert all(transcript.turn(item.turn).text[item.start : item.end] == item.text for item in verdict.evidence)
    assert totals["good"] > totals["poor"] + 0.1 * rubric.max_points


def test_wrong_file_is_one_sentence(tmp_path):
    """A file that is not a model is refused with what to do, and does not crash."""
    from evaluator.errors import ModelError

    own = tmp_path / "own.gguf"
    own.write_bytes(b"not a model at all")

    async def ask():
        state = State(language="zh", task="t", text="x")
        await choose("embedded", load_settings(model_file=own)).decide(state, [predicate("q", "?", "n", "y")])

    import asyncio

    with pytest.raises(ModelError, match=r"own\.gguf"):
        asyncio.run(ask())
