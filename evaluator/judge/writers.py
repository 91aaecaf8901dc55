"""Text generation with the judging model, used where prose is wanted, never for points."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from evaluator.judge.backends.asking import Prompt
from evaluator.judge.backends.embedded import EmbeddedAsker
from evaluator.judge.backends.endpoint import EndpointAsker
from evaluator.judge.backends.readout import ReadoutJudge
from evaluator.judge.backends.vendor_langchain import LangChainModel
from evaluator.judge.backends.vendor_openai import OpenAIClient
from evaluator.judge.choose import choose, is_embedded
from evaluator.judge.combined import PREFIX, MaskingJudge, MaskingWriter
from evaluator.judge.questions import Judge
from evaluator.judge.writer import Writer
from evaluator.settings import Settings

ROOM_TO_THINK = 1000  # tokens


def open_writer(settings: Settings, name: str | None = None) -> Writer:
    """The writer over the model chosen by the settings (or `name`).

    For several judges it is the first of a panel or the second of a cascade. Raises what `choose` raises.
    """
    chosen = _one_of((name or settings.model).strip())
    if is_embedded(chosen):
        return EmbeddedWriter(EmbeddedAsker(settings, chosen))
    if chosen == "scripted":
        from evaluator.judge.scripted import scripted_writer

        return scripted_writer()
    judge = choose(chosen, settings)
    if isinstance(judge, MaskingJudge):
        writer = _writer_of(judge.judge)
        return MaskingWriter(writer, settings.lang or "zh", orders=settings.mask_order_numbers)
    return _writer_of(judge)


def _writer_of(judge: Judge) -> Writer:
    if isinstance(judge, ReadoutJudge) and isinstance(judge.asker, EndpointAsker):
        return EndpointWriter(judge.asker.client)
    client = getattr(judge, "client", None)
    return EndpointWriter(client) if isinstance(client, OpenAIClient) else LangChainWriter(judge.model)  # type: ignore[attr-defined]


class EmbeddedWriter:
    """The local model."""

    def __init__(self, asker: EmbeddedAsker) -> None:
        self._asker = asker
        self.name = asker.name

    async def prepare(self, system: str) -> None:
        """Loads the weights and reads `system`."""
        await self._asker.prepare(Prompt(system=system, text="", question="", labels=()))

    def write(self, system: str, user: str, most: int) -> AsyncGenerator[str, None]:
        """The likeliest continuation."""
        return self._asker.stream(system, user, most)


class EndpointWriter:
    """Any model behind an OpenAI-compatible address."""

    def __init__(self, client: OpenAIClient) -> None:
        self._client = client
        self.name = client.endpoint.name

    async def prepare(self, system: str) -> None:
        """Nothing: the endpoint keeps what it wants to keep."""

    def write(self, system: str, user: str, most: int) -> AsyncGenerator[str, None]:
        """The reply; a thinking model gets room for its thought."""
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        body = {"model": self._client.endpoint.model, "messages": messages, "temperature": 0.7}
        return self._client.stream(body, most + ROOM_TO_THINK)


class LangChainWriter:
    """Any chat model that LangChain supports."""

    def __init__(self, model: LangChainModel) -> None:
        self._model = model
        self.name = model.chat.name

    async def prepare(self, system: str) -> None:
        """Nothing: the vendor keeps what it wants to keep."""

    def write(self, system: str, user: str, most: int) -> AsyncGenerator[str, None]:
        """The reply."""
        return self._model.stream(system, user)


def _one_of(name: str) -> str:
    if name.startswith("panel:"):
        name = name.removeprefix("panel:").split("+")[0].strip()
    elif name.startswith("cascade:"):
        name = name.removeprefix("cascade:").split(">")[-1].strip()
    return name.removeprefix(PREFIX)
