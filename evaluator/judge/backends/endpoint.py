"""Log-probabilities from any OpenAI-compatible chat model: one token is requested and its distribution read.

The shared part of a prompt comes first and is byte-identical for all questions about a text, so that providers and
local servers find it in their prompt cache. The first question of a prefix is sent alone and fills that cache; the
others follow together.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import re
from collections import OrderedDict
from typing import Any

from evaluator.errors import EndpointError
from evaluator.judge.backends.asking import Prompt, ReadingFailed, TokenReading
from evaluator.judge.backends.spending import Spending
from evaluator.judge.backends.thinking import answering_token, is_thought, soft_switch
from evaluator.judge.backends.transport import Limits
from evaluator.judge.backends.vendor_openai import Endpoint, OpenAIClient
from evaluator.judge.questions import Traits
from evaluator.scorecard import Usage

ALTERNATIVES = (20, 5)  # the maxima of OpenAI and of some other providers
PREFIXES_KEPT = 256
IMPOSSIBLE = -1e4  # some servers write a very low number for "no probability at all", others null


class EndpointAsker:
    """An `Asker` for one model behind an OpenAI-compatible endpoint; `traits` is what is known about the model."""

    def __init__(
        self,
        endpoint: Endpoint,
        spending: Spending | None = None,
        limits: Limits | None = None,
        traits: Traits | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.client = OpenAIClient(endpoint, spending, limits)
        self.alternatives = ALTERNATIVES[0]
        self.traits = (traits or Traits()).model_copy(update={"apart": True})
        self._has_read = False
        self._thinks = False
        self._prefixes: OrderedDict[str, None] = OrderedDict()
        self._filling: dict[str, asyncio.Future[None]] = {}

    @property
    def name(self) -> str:
        """How the user chose the model."""
        return self.endpoint.name

    @property
    def spending(self) -> Spending:
        """The account that pays for its requests."""
        return self.client.spending

    @property
    def stamp(self) -> dict[str, str]:
        """Model, address and way of asking, for the record."""
        return {
            "model": self.endpoint.model,
            "endpoint": self.endpoint.address,
            "method": "logprobs",
            "alternatives": "/".join(map(str, ALTERNATIVES)),
        }

    async def read(self, prompt: Prompt) -> TokenReading:
        """The distribution over the next token. Raises ReadingFailed for this prompt, EndpointError for all."""
        key = hashlib.sha256(f"{prompt.system}\0{prompt.shared}".encode()).hexdigest()
        await self._wait_for_prefix(key)
        if key in self._prefixes:
            return await self._read(prompt, key)
        self._filling[key] = asyncio.get_running_loop().create_future()
        try:
            return await self._read(prompt, key)
        finally:
            self._remember(key)

    async def _wait_for_prefix(self, key: str) -> None:
        filling = self._filling.get(key)
        if filling and filling.get_loop() is asyncio.get_running_loop():
            await asyncio.shield(filling)

    def _remember(self, key: str) -> None:
        """The prefix is in the provider's cache now, or its first question failed and the others need not
        wait."""
        self._prefixes[key] = None
        if len(self._prefixes) > PREFIXES_KEPT:
            self._prefixes.popitem(last=False)
        filling = self._filling.pop(key, None)
        if filling and not filling.done():
            filling.set_result(None)

    async def _read(self, prompt: Prompt, key: str) -> TokenReading:
        """Asks, with fewer alternatives if the endpoint allows no more, and after the thought of a thinking model."""
        spent = Usage()
        while True:
            asked, thinks = self.alternatives, self._thinks
            try:
                body = self._body(prompt, key, asked)
                reply, usage = await self.client.chat(body, self.endpoint.most_generated if thinks else 1)
            except EndpointError as error:
                if not _is_about_logprobs(error):
                    raise
                if not self._step_down(asked):
                    raise self._without_logprobs(error) from error
                continue
            spent = spent + usage
            if not thinks and is_thought(_first_choice(reply)):
                self._thinks = True  # this and all later questions are read after the thought
                continue
            return self._reading(reply, prompt, spent)

    def _without_logprobs(self, error: EndpointError) -> Exception:
        """Handles missing log-probabilities.

        If a model never returned any, no question can be read; if it did before, or forbids them for one request (403),
        only this question failed.
        """
        if self._has_read or error.values.get("status") == 403:
            return ReadingFailed("unreadable", "the endpoint gave no log-probabilities for this question")
        return EndpointError("judge_no_logprobs", model=self.name)

    def body_of(self, prompt: Prompt) -> dict[str, Any]:
        """A request as sent to the endpoint, for a provider that takes many of them in a file."""
        key = hashlib.sha256(f"{prompt.system}\0{prompt.shared}".encode()).hexdigest()
        limit = {self.endpoint.token_limit_name: 1}
        return {**self._body(prompt, key, self.alternatives), **limit, **self.endpoint.extra}

    def reading_of(self, reply: dict[str, Any], labels: tuple[str, ...]) -> TokenReading:
        """A reply from such a file, to a question with these labels.

        Raises ReadingFailed or EndpointError if it has no distribution.
        """
        return self._reading(reply, Prompt(system="", text="", question="", labels=labels), Usage())

    def _body(self, prompt: Prompt, key: str, alternatives: int) -> dict[str, Any]:
        body = {
            "model": self.endpoint.model,
            "messages": [
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": f"{prompt.shared}{prompt.asked}{self._switch()}"},
            ],
            "logprobs": True,
            "top_logprobs": alternatives,
            "temperature": 1,  # leaves the model's distribution unchanged, wherever a server applies it
        }
        return body | ({"prompt_cache_key": key[:32]} if self.endpoint.takes_cache_key else {})

    def _switch(self) -> str:
        """The words that ask a model known to think not to think, if it understands such words."""
        return soft_switch(self.endpoint.model) if self._thinks else ""

    def _step_down(self, asked: int) -> bool:
        """Uses the next smaller number of alternatives for this and all later questions; False if there is none."""
        lower = [number for number in ALTERNATIVES if number < asked]
        self.alternatives = min([self.alternatives, *lower[:1]])
        return bool(lower)

    def _reading(self, reply: dict[str, Any], prompt: Prompt, usage: Usage) -> TokenReading:
        choice = _first_choice(reply)
        message = choice.get("message")
        refusal = message.get("refusal") if isinstance(message, dict) else None
        if choice.get("finish_reason") == "content_filter" or refusal:
            raise ReadingFailed("refused", "the endpoint refused to answer")
        logprobs = self._alternatives(choice, prompt)
        self._has_read = True
        return TokenReading(model=str(reply.get("model") or self.endpoint.model), logprobs=logprobs, usage=usage)

    def _alternatives(self, choice: dict[str, Any], prompt: Prompt) -> dict[str, float]:
        """Tokens and log-probabilities, most likely first; an endpoint that never sends any cannot be read."""
        content = choice.get("logprobs")
        content = content.get("content") if isinstance(content, dict) else None
        if content is None and not self._has_read:
            raise EndpointError("judge_no_logprobs", model=self.name)
        tokens = [token for token in content if isinstance(token, dict)] if isinstance(content, list) else []
        if not tokens:
            raise ReadingFailed("unreadable", "no log-probabilities")
        place = answering_token(tokens, choice, prompt.labels) if self._thinks else 0
        return _distribution(tokens[place].get("top_logprobs"))


def _is_about_logprobs(error: EndpointError) -> bool:
    return error.code == "judge_request_rejected" and bool(
        re.search(r"log[ _-]?prob", f"{error.values.get('detail', '')}", re.I)
    )


def _first_choice(reply: dict[str, Any]) -> dict[str, Any]:
    choices = reply.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise ReadingFailed("unreadable", "a reply without choices")
    return choices[0]


def _distribution(entries: Any) -> dict[str, float]:
    """{token: natural logarithm of its probability}; any invalid probability makes the whole unreadable."""
    if not isinstance(entries, list) or not entries:
        raise ReadingFailed("unreadable", "an empty list of log-probabilities")
    found: dict[str, float] = {}
    for entry in entries:
        token, value = (entry.get("token"), entry.get("logprob")) if isinstance(entry, dict) else (None, None)
        if value in (None, -math.inf, "-inf", "-Infinity") and isinstance(token, str):
            value = IMPOSSIBLE
        if not isinstance(token, str) or isinstance(value, bool) or not isinstance(value, int | float):
            raise ReadingFailed("unreadable", "a log-probability without token or number")
        if abs(value) > 1e308 or not math.isfinite(value) or value > 1e-3:
            raise ReadingFailed("unreadable", f"{value} is no log-probability")
        found[token] = max(found.get(token, IMPOSSIBLE), min(float(value), 0.0))
    if sum(math.exp(value) for value in found.values()) > 1.01:
        raise ReadingFailed("unreadable", "probabilities that add up to more than 1")
    return dict(sorted(found.items(), key=lambda item: -item[1]))
