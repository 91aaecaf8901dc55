"""Providers by name: their addresses, their keys, and the way of asking that suits their models.

The way of asking follows from the model's name and never changes by itself; a prefix `decisions:`, `readout:` or
`structured:` selects another.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any, Literal

from evaluator.encoding import Frozen
from evaluator.judge.backends.vendor_langchain import SchemaMethod

Way = Literal["decisions", "readout", "structured"]
WAYS: tuple[Way, ...] = ("decisions", "readout", "structured")


class Provider(Frozen):
    """One vendor. `ways` maps patterns of model names to the way of asking; the first match counts."""

    base_url: str = ""  # empty: only LangChain can reach it
    key_variable: str | None = None  # None: no key needed
    ways: tuple[tuple[str, Way], ...]
    langchain: str = "openai"
    package: str = "langchain-openai"
    schema_method: SchemaMethod = "json_schema"
    token_limit_name: str = "max_tokens"
    extra: dict[str, Any] = {}  # fields of every request
    options: dict[str, Any] = {}  # how LangChain's model is configured
    caches_by_mark: bool = False

    def way_of(self, model: str) -> Way:
        """How models of this name are asked unless the user says otherwise."""
        return next(way for pattern, way in self.ways if fnmatchcase(model.lower(), pattern))

    @property
    def possible(self) -> tuple[Way, ...]:
        """The ways of asking that this provider supports."""
        return WAYS if self.base_url else ("structured",)


PROVIDERS: dict[str, Provider] = {
    "openai": Provider(
        base_url="https://api.openai.com/v1",
        key_variable="OPENAI_API_KEY",
        # Reasoning models (gpt-5 and later, o…) give no log-probabilities; Decisions serves one model so far.
        ways=(
            ("gpt-6-luna*", "decisions"),
            ("gpt-4*", "readout"),
            ("gpt-3.5*", "readout"),
            ("*", "structured"),
        ),
        token_limit_name="max_completion_tokens",
    ),
    "deepseek": Provider(
        base_url="https://api.deepseek.com",
        key_variable="DEEPSEEK_API_KEY",
        ways=(("*", "readout"),),
        schema_method="json_mode",
        extra={"thinking": {"type": "disabled"}},
        options={"temperature": 0},
    ),
    "dashscope": Provider(
        base_url="https://dashscope.aliyuncs.com/compatible-mode/v1",
        key_variable="DASHSCOPE_API_KEY",
        ways=(("*", "readout"),),
        schema_method="json_mode",
        extra={"enable_thinking": False},
        options={"temperature": 0},
    ),
    "moonshot": Provider(
        base_url="https://api.moonshot.cn/v1",
        key_variable="MOONSHOT_API_KEY",
        ways=(("*", "structured"),),
        schema_method="json_mode",
    ),
    "ollama": Provider(
        base_url="http://127.0.0.1:11434/v1",
        ways=(("*", "readout"),),
        options={"temperature": 0},
    ),
    "anthropic": Provider(
        key_variable="ANTHROPIC_API_KEY",
        ways=(("*", "structured"),),
        langchain="anthropic",
        package="langchain-anthropic",
        caches_by_mark=True,
    ),
    "google": Provider(
        key_variable="GOOGLE_API_KEY",
        ways=(("*", "structured"),),
        langchain="google_genai",
        package="langchain-google-genai",
        options={"temperature": 0},
    ),
}

ADDRESS = Provider(base_url="-", ways=(("*", "readout"),), options={"temperature": 0})
"""Any OpenAI-compatible server: `http://host:8000/v1#name`."""
