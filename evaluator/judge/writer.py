"""The interface of a model that writes prose."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol


class Writer(Protocol):
    """A model that writes, piece by piece."""

    @property
    def name(self) -> str:
        """The name that the user chose."""
        ...

    async def prepare(self, system: str) -> None:
        """Reads a system message in advance, if that makes the first piece arrive sooner."""
        ...

    def write(self, system: str, user: str, most: int) -> AsyncGenerator[str, None]:
        """The reply to a system and a user message, of at most `most` tokens, in pieces as they arrive.

        Raises ModelError or ReadingFailed.
        """
        ...
