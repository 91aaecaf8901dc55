"""What a run costs: tokens and money by model, and a limit that stops it before it is exceeded.

A request is sent only if the money spent, plus the most that requests in progress could cost, plus the most that this
one could cost, stays within the limit. The most is an upper bound, not an estimate: a byte-level tokenizer never makes
more tokens than the text has UTF-8 bytes, and the request limits the number of generated tokens.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from pydantic import Field, ValidationError

from evaluator.encoding import Frozen, Malformed, Strict, read_yaml
from evaluator.errors import BudgetExceeded, InputError
from evaluator.files import read_bounded
from evaluator.judge.backends.transport import Signal
from evaluator.scorecard import Usage

MAX_PRICE_BYTES = 1_000_000

OVERHEAD_TOKENS = 200  # roles, separators and a schema's frame, which are not in the counted text


class Price(Strict):
    """US dollars per million tokens, on the day `as_of`."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)
    cache_write: float | None = Field(default=None, ge=0)
    as_of: date

    def of(self, tokens: TokenCounts) -> float:
        """The cost of these tokens in US dollars."""
        plain = tokens.prompt - tokens.cached - tokens.written
        dollars = max(plain, 0) * self.input + tokens.generated * self.output
        dollars += tokens.cached * _or(self.cached, self.input) + tokens.written * _or(self.cache_write, self.input)
        return dollars / 1_000_000

    def most(self, prompt_bytes: int, generated: int) -> float:
        """The highest cost of a request with `prompt_bytes` UTF-8 bytes and up to `generated` tokens, in US dollars."""
        dearest = max(self.input, _or(self.cache_write, self.input))
        return ((prompt_bytes + OVERHEAD_TOKENS) * dearest + generated * self.output) / 1_000_000


class TokenCounts(Frozen):
    """Tokens of one request as the endpoint counted them; `cached` and `written` are part of `prompt`."""

    prompt: int = Field(default=0, ge=0)
    cached: int = Field(default=0, ge=0)
    written: int = Field(default=0, ge=0)
    generated: int = Field(default=0, ge=0)


def price_of(model: str, own: Path | None = None) -> Price | None:
    """The price of `model` ("openai:gpt-6-luna"), from the user's file or ours; None if neither has it."""
    for path in (own, Path(__file__).with_name("prices.yaml")):
        table = _prices(path) if path else {}
        keys = [key for key in table if fnmatchcase(model, key)]
        if keys:
            return table[max(keys, key=len)]
    return None


@cache
def _prices(path: Path) -> dict[str, Price]:
    try:
        entries = read_yaml(read_bounded(path, MAX_PRICE_BYTES).decode("utf-8")) or {}
        return {str(key): Price.model_validate(value) for key, value in entries.items()}
    except FileNotFoundError as missing:
        raise InputError("file_missing", path=str(path)) from missing
    except (OSError, UnicodeDecodeError, Malformed, ValidationError, AttributeError) as wrong:
        raise InputError("judge_prices_unreadable", path=str(path)) from wrong


class Booking:
    """One request in progress: what it may cost at most until it is booked."""

    def __init__(self, model: str, price: Price | None, most: float) -> None:
        self.model = model
        self.price = price
        self.most = most
        self.usage: Usage | None = None

    def book(self, tokens: TokenCounts, seconds: float = 0.0) -> Usage:
        """Replaces the maximum by the endpoint's count; returns it as Usage."""
        self.usage = Usage(
            prompt_tokens=tokens.prompt,
            cached_tokens=tokens.cached,
            generated_tokens=tokens.generated,
            requests=1,
            seconds=seconds,
            cost=self.price.of(tokens) if self.price else None,
        )
        return self.usage

    def drop(self) -> None:
        """Records that the request cost nothing: it was refused before any model saw it."""
        self.usage = Usage(requests=1, cost=0.0 if self.price else None)


class Spending:
    """The account of one run. `limit_usd` None means no limit; `spent` continues the account of an earlier run."""

    def __init__(self, limit_usd: float | None = None, prices: Path | None = None, spent: Usage | None = None) -> None:
        self.limit_usd = limit_usd
        self.prices = prices
        self.total = spent or Usage()
        self.by_model: dict[str, Usage] = {}
        self._open: set[Booking] = set()
        self._settled = Signal()

    @contextlib.asynccontextmanager
    async def entry(self, model: str, prompt_bytes: int, generated: int) -> AsyncIterator[Booking]:
        """A context around one request.

        Raises BudgetExceeded before it is sent if the limit could be exceeded, and InputError if there is a limit but
        no price. A request that is neither booked nor dropped counts with its highest possible cost: a late reply is
        billed all the same.
        """
        price = price_of(model, self.prices)
        if price is None and self.limit_usd is not None:
            raise InputError("judge_price_unknown", model=model)
        entry = Booking(model, price, price.most(prompt_bytes, generated) if price else 0.0)
        await self._let_through(entry)
        try:
            yield entry
        finally:
            self._settle(entry)

    @property
    def spent_usd(self) -> float:
        """US dollars spent so far, by the endpoints' token counts."""
        return self.total.cost or 0.0

    async def _let_through(self, entry: Booking) -> None:
        """Waits while requests in progress may still turn out cheaper than their maximum."""
        while not self._fits(entry):
            if not any(other.most for other in self._open):
                raise BudgetExceeded("judge_budget", limit=f"{self.limit_usd:.2f}", spent=f"{self.spent_usd:.4f}")
            await self._settled.wait()
        self._open.add(entry)

    def _fits(self, entry: Booking) -> bool:
        if self.limit_usd is None or entry.most == 0.0:
            return True
        return self.spent_usd + sum(other.most for other in self._open) + entry.most <= self.limit_usd

    def _settle(self, entry: Booking) -> None:
        self._open.discard(entry)
        usage = entry.usage or Usage(requests=1, cost=entry.most if entry.price else None)
        self.total = self.total + usage
        self.by_model[entry.model] = self.by_model.get(entry.model, Usage()) + usage
        self._settled.wake()


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
