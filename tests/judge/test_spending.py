"""Tokens and money by run, and a limit that holds."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from evaluator.errors import BudgetExceeded, InputError
from evaluator.judge.backends.readout import ReadoutJudge
from evaluator.judge.backends.spending import Price, Spending, TokenCounts, price_of
from tests.support import fake_endpoint as fake
from tests.support.fake_endpoint import FakeEndpoint
from tests.support.judges import QUESTIONS, STATE, asker, decider, writer

PRICES = """
"openai:fake": {input: 1000, cached: 100, output: 2000, as_of: 2026-11-21}
"openai:free": {input: 0, output: 0, as_of: 2026-11-21}
"""


@pytest.fixture
def prices(tmp_path):
    path = tmp_path / "prices.yaml"
    path.write_text(PRICES, encoding="utf-8")
    return path


@pytest.fixture
def endpoint():
    with FakeEndpoint() as running:
        yield running


def test_a_price_counts_cached_and_written_tokens_apart():
    """1 million tokens of each kind at 2, .5, 3 and 10 dollars, by hand."""
    price = Price(input=2, cached=0.5, cache_write=3, output=10, as_of=date(2026, 1, 1))
    tokens = TokenCounts(prompt=3_000_000, cached=1_000_000, written=1_000_000, generated=1_000_000)
    assert price.of(tokens) == pytest.approx(2 + 0.5 + 3 + 10)


def test_the_most_is_an_upper_bound():
    """The upper bound is never below the cost of the same request, since tokens never outnumber bytes."""
    price = Price(input=2, cache_write=2.5, output=10, as_of=date(2026, 1, 1))
    text = "您好，请问有什么可以帮您？"
    worst = TokenCounts(prompt=len(text.encode()), written=len(text.encode()), generated=5)
    assert price.most(len(text.encode()), 5) >= price.of(worst)


def test_shipped_prices_are_found_by_pattern_and_the_own_file_wins(prices):
    """A dated model name finds its family's price; what the user writes comes first; the unknown is None."""
    assert price_of("openai:gpt-6-luna-2026-09-22").input == 0.10
    assert price_of("openai:fake", prices).input == 1000
    assert price_of("openai:gpt-6-luna", prices).input == 0.10
    assert price_of("nobody:knows") is None


@pytest.mark.parametrize("content", ["a: b", "- 1", "x: {input: -1, output: 1, as_of: 2026-01-01}", ": :", "\0"])
def test_a_wrong_price_list_is_one_sentence(tmp_path, content):
    """A price list that cannot be read names its path."""
    path = tmp_path / "p.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as wrong:
        price_of("a", path)
    assert str(path) in wrong.value.text("zh")


async def test_what_was_spent_is_counted_by_model(endpoint, prices):
    """100 tokens read, 60 of them from the cache, one written: 40·1000 + 60·100 + 1·2000 per million."""
    account = Spending(prices=prices)
    reading = await asker(endpoint, account).read(_prompt())
    assert reading.usage.cost == pytest.approx((40_000 + 6_000 + 2_000) / 1e6)
    assert account.spent_usd == pytest.approx(reading.usage.cost)
    assert account.by_model["openai:fake"].requests == 1


@pytest.mark.parametrize(
    "judge", [lambda *a: ReadoutJudge(asker(*a)), decider, writer], ids=["readout", "decisions", "json"]
)
async def test_the_limit_stops_before_it_is_passed(endpoint, prices, judge):
    """A request that could pass the limit is not sent at all."""
    with pytest.raises(BudgetExceeded):
        await judge(endpoint, Spending(limit_usd=0.0001, prices=prices)).decide(STATE, QUESTIONS)
    assert endpoint.requests == []


async def test_many_requests_never_pass_the_limit_together(endpoint, prices):
    """However many run at the same time, what is spent stays within the limit and part of it is used."""
    account = Spending(limit_usd=2.0, prices=prices)
    reader = asker(endpoint, account)
    results = await asyncio.gather(
        *(reader.read(_prompt(question=f"{number}\n")) for number in range(60)), return_exceptions=True
    )
    stopped = [result for result in results if isinstance(result, BudgetExceeded)]
    assert stopped and len(stopped) < 60
    assert 0 < account.spent_usd <= 2.0


async def test_a_limit_without_a_price_is_refused(endpoint):
    """A limit that cannot be enforced is not claimed."""
    with pytest.raises(InputError) as unknown:
        await asker(endpoint, Spending(limit_usd=1), name="nobody:knows").read(_prompt())
    assert unknown.value.code == "judge_price_unknown"
    assert endpoint.requests == []


async def test_a_free_model_needs_no_budget(endpoint, prices):
    """A limit of zero lets through what costs nothing."""
    await asker(endpoint, Spending(limit_usd=0, prices=prices), name="openai:free").read(_prompt())
    assert len(endpoint.requests) == 1


async def test_a_garbled_reply_counts_with_the_most_it_can_cost(endpoint, prices):
    """A generated reply may be billed even if it is unreadable; a request refused at the door is not."""
    endpoint.script = [fake.html]
    account = Spending(prices=prices)
    await asker(endpoint, account).read(_prompt())
    paid_for_garbage = account.spent_usd
    endpoint.script = [fake.status(429, "slow", {"Retry-After": "0"})]
    other = Spending(prices=prices)
    await asker(endpoint, other).read(_prompt())
    assert other.spent_usd == pytest.approx(48_000 / 1e6)
    assert paid_for_garbage > other.spent_usd


async def test_a_run_goes_on_with_what_was_spent_before(prices):
    """An account can start with what an interrupted run has spent."""
    first = Spending(prices=prices)
    async with first.entry("openai:fake", 10, 1) as entry:
        entry.book(TokenCounts(prompt=1000))
    second = Spending(limit_usd=1.0, prices=prices, spent=first.total)
    assert second.spent_usd == first.spent_usd == pytest.approx(1.0)
    with pytest.raises(BudgetExceeded):
        async with second.entry("openai:fake", 10, 1):
            pass


def _prompt(question="q\n"):
    from tests.support.judges import prompt

    return prompt(question=question)
