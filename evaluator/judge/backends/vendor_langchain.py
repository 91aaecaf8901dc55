"""The only module that uses LangChain: any of its chat models, bound to a JSON schema, asked for text.

LangChain knows how each vendor wants a schema. Its own parser is not used: it completes truncated JSON, so that a level
cut off in the middle would read as another level.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncGenerator
from typing import Any, Literal
from weakref import WeakKeyDictionary

from pydantic import Field, SecretStr, ValidationError

from evaluator.encoding import Frozen, redact
from evaluator.errors import EndpointError, InputError
from evaluator.judge.backends.asking import ReadingFailed
from evaluator.judge.backends.faults import Passing, is_free
from evaluator.judge.backends.spending import Spending, TokenCounts
from evaluator.judge.backends.transport import MOST_GENERATED, Limits, Transport, mapped
from evaluator.scorecard import Usage
from evaluator.text import well_formed

SchemaMethod = Literal["json_schema", "function_calling", "json_mode", "plain"]
_METHODS: tuple[SchemaMethod, ...] = ("function_calling", "json_schema", "json_mode", "plain")  # the strictest first
_ABOUT_SCHEMA = re.compile(r"response_format|json_schema|json_object|json mode|structured|tool_choice|tools", re.I)


class ChatModel(Frozen):
    """A LangChain chat model: `provider` is LangChain's name for the vendor, `name` the user's."""

    name: str
    provider: str
    model: str
    base_url: str | None = None
    api_key: SecretStr | None = None
    schema_method: SchemaMethod = "json_schema"
    package: str = "langchain-openai"  # what to install if LangChain cannot find the vendor
    caches_by_mark: bool = False  # the vendor caches a prefix only if the request marks its end
    options: dict[str, Any] = {}  # temperature and the like, in this vendor's form
    extra_body: dict[str, Any] = {}  # OpenAI-compatible vendors: extra fields of every request
    token_limit_name: str = "max_completion_tokens"  # OpenAI-compatible vendors: many know only max_tokens
    billed_as: str = ""  # the name in the price list; `name` if empty
    most_generated: int = Field(default=MOST_GENERATED, ge=64)


class ChatRequest(Frozen):
    """One request. `shared` is the same for all requests about a text and precedes what differs."""

    system: str
    shared: str
    questions: str


class ChatReply(Frozen):
    """What the model wrote, and how it ended."""

    text: str
    model: str
    refused: bool = False
    cut_off: bool = False
    usage: Usage = Usage()


class LangChainModel:
    """Asks one chat model: paced, retried within limits, counted and charged to one account."""

    def __init__(self, chat: ChatModel, spending: Spending | None = None, limits: Limits | None = None) -> None:
        self.chat = chat
        self.spending = spending or Spending()
        self.transport = Transport(chat.name, self.address, limits)
        self.method: SchemaMethod = chat.schema_method
        self._models: WeakKeyDictionary[asyncio.AbstractEventLoop, Any] = WeakKeyDictionary()

    @property
    def address(self) -> str:
        """The model's location as shown in a record: the address without credentials, or the vendor's name."""
        return redact((self.chat.base_url or self.chat.provider).rpartition("@")[2])

    async def write(self, prompt: ChatRequest, schema: dict[str, Any]) -> ChatReply:
        """The model's reply to `prompt`, meant to fit `schema`; faults are those of `faults.py`."""
        size = len(f"{prompt.system}{prompt.shared}{prompt.questions}{schema}".encode())

        while True:
            method = self.method
            try:
                return await self._write(prompt, schema, size)
            except EndpointError as error:
                if not self._step_down(method, error):
                    raise

    def _step_down(self, method: SchemaMethod, error: EndpointError) -> bool:
        """Uses the next simpler way to request JSON, for this and all later requests; False if that does not apply.

        It applies if the endpoint complains about the current one and another exists.
        """
        about = error.code == "judge_request_rejected" and _ABOUT_SCHEMA.search(f"{error.values.get('detail', '')}")
        if not about or self.chat.provider != "openai" or method == _METHODS[-1]:
            return False
        if self.method == method:
            self.method = _METHODS[_METHODS.index(method) + 1]
        return True

    async def _write(self, prompt: ChatRequest, schema: dict[str, Any], size: int) -> ChatReply:
        model = self._model()  # before timing starts: the first import takes seconds
        bound = None if self.method == "plain" else self.method
        runnable = model.with_structured_output(schema, method=bound, include_raw=True) if bound else model

        async def ask() -> ChatReply:
            started = time.monotonic()
            async with self.spending.entry(
                self.chat.billed_as or self.chat.name, size, self.chat.most_generated
            ) as entry:
                try:
                    with mapped(self.chat.name, self.address):
                        answer = await runnable.ainvoke(self._messages(prompt))
                        message = answer["raw"] if bound else answer
                        written, tokens = _written(message, self.chat.model), _tokens(message)
                except (Passing, ReadingFailed, EndpointError) as fault:
                    if is_free(fault):
                        entry.drop()
                    raise
                return written.model_copy(update={"usage": entry.book(tokens, time.monotonic() - started)})

        return await self.transport.send(ask)

    async def stream(self, system: str, user: str) -> AsyncGenerator[str, None]:
        """The words of a reply as they come, without any schema."""
        model, started, generated = self._model(), time.monotonic(), 0
        size = len(f"{system}{user}".encode())
        async with self.spending.entry(self.chat.billed_as or self.chat.name, size, self.chat.most_generated) as entry:
            try:
                with mapped(self.chat.name, self.address):
                    async for chunk in model.astream([("system", system), ("human", user)]):
                        if text := chunk.text if isinstance(chunk.text, str) else chunk.text():
                            generated += 1
                            yield well_formed(text)
            except Passing as fault:
                raise ReadingFailed(fault.cause, fault.detail) from fault
            entry.book(TokenCounts(prompt=size // 3, generated=generated), time.monotonic() - started)

    def _messages(self, prompt: ChatRequest) -> list[Any]:
        """The shared part first, so that every vendor's prompt cache finds it; marked where the vendor wants
        a mark."""
        if not self.chat.caches_by_mark:
            return [("system", prompt.system), ("human", f"{prompt.shared}\n{prompt.questions}")]
        shared = {"type": "text", "text": prompt.shared, "cache_control": {"type": "ephemeral"}}
        content = [shared, {"type": "text", "text": prompt.questions}]
        return [("system", prompt.system), ("human", content)]

    def _model(self) -> Any:
        """One model per event loop, because its connections die with the loop in which they were opened."""
        loop = asyncio.get_running_loop()
        if loop not in self._models:
            self._models[loop] = open_model(self.chat, self.transport.limits.timeout_s)
        return self._models[loop]


def open_model(chat: ChatModel, timeout_s: float) -> Any:
    """LangChain's chat model. InputError says what to install if the vendor's package is missing."""
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {"timeout": timeout_s, "max_retries": 0, **chat.options}
    if chat.api_key:
        options["api_key"] = chat.api_key.get_secret_value()
    if chat.base_url:
        options["base_url"] = chat.base_url
    options |= _openai_options(chat, timeout_s) if chat.provider == "openai" else {"max_tokens": chat.most_generated}
    try:
        return init_chat_model(chat.model, model_provider=chat.provider, **options)
    except ImportError as missing:
        raise InputError("judge_package_missing", model=chat.name, package=chat.package) from missing
    except (ValueError, ValidationError) as wrong:
        raise InputError("judge_vendor_settings", model=chat.name) from wrong


def _openai_options(chat: ChatModel, timeout_s: float) -> dict[str, Any]:
    """Options for OpenAI-compatible vendors.

    They have connections for this event loop (LangChain would share one set among all loops, and a loop that has ended
    breaks it for the next), and the limit under the name that the endpoint knows, which LangChain would rewrite.
    """
    from evaluator.judge.backends.vendor_openai import open_http_client

    body = {**chat.extra_body, chat.token_limit_name: chat.most_generated}
    return {"http_async_client": open_http_client(timeout_s), "extra_body": body, "use_responses_api": False}


def _written(message: Any, asked_of: str) -> ChatReply:
    ending = message.response_metadata or {}
    finish = str(ending.get("finish_reason") or ending.get("stop_reason") or "").lower()
    text = message.text if isinstance(message.text, str) else message.text()
    for call in getattr(message, "tool_calls", None) or []:
        text = text or _as_json(call.get("args"))
    return ChatReply(
        text=well_formed(text),
        model=well_formed(str(ending.get("model_name") or ending.get("model") or asked_of)),
        refused=bool(message.additional_kwargs.get("refusal")) or finish in ("refusal", "content_filter", "safety"),
        cut_off=finish in ("length", "max_tokens"),
    )


def _as_json(arguments: Any) -> str:
    import json

    return json.dumps(arguments, ensure_ascii=False)


def _tokens(message: Any) -> TokenCounts:
    usage = message.usage_metadata or {}
    details = usage.get("input_token_details") or {}
    with contextlib.suppress(ValidationError):
        return TokenCounts(
            prompt=usage.get("input_tokens") or 0,
            cached=details.get("cache_read") or 0,
            written=details.get("cache_creation") or 0,
            generated=usage.get("output_tokens") or 0,
        )
    return TokenCounts()
