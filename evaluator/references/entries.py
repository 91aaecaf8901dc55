"""What the store of references holds: one piece of text that a grading can lean on, with its source and digest."""

from __future__ import annotations

import hashlib
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, computed_field

EntryKind = Literal["reference_answer", "key_point", "explanation", "answer"]


class Entry(BaseModel):
    """One reference. `item` is the rubric or bank item that it belongs to, `id` is unique in the whole store.

    `context` is what the text is about (the question that an explanation explains): it is searched together with the
    text, but never shown as a reference. `digest` follows from the content; it need not be given.
    """

    model_config = ConfigDict(frozen=True)

    id: str = Field(min_length=1)
    item: str = Field(min_length=1)
    kind: EntryKind
    topic: str = ""
    text: str = Field(min_length=1)
    source: str = ""
    language: Literal["zh", "en"] = "zh"
    context: str = ""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def digest(self) -> str:
        """SHA-256 over everything but the id: the same content has the same digest wherever it is stored."""
        fields = (self.item, self.kind, self.topic, self.text, self.source, self.language, self.context)
        return hashlib.sha256("\x1f".join(fields).encode()).hexdigest()
