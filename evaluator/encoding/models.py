"""What every type has that is written as JSON and read back."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value that nobody changes; a changed one is a copy."""

    model_config = ConfigDict(frozen=True)


class Strict(Frozen):
    """A value that refuses fields it does not know: people write it, or a later version may have written it."""

    model_config = ConfigDict(extra="forbid")
