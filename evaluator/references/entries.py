"""The entries of the reference store: texts with their source and digest."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Literal

from pydantic import Field, computed_field

from evaluator.encoding import Frozen
from evaluator.rubric import Rubric

_OF_BANK = re.compile(r"b[0-9a-f]{8}@")
EntryKind = Literal["reference_answer", "key_point", "explanation", "answer", "question"]


class Entry(Frozen):
    """One reference. `item` is the rubric or bank item that it belongs to, `id` is unique in the whole store.

    `context` is what the text is about (the question that an explanation explains): it is searched together with the
    text but never shown as a reference. `digest` is computed from the content and need not be given.
    """

    id: str = Field(min_length=1)
    item: str = Field(min_length=1)
    kind: EntryKind
    topic: str = ""
    text: str = Field(min_length=1)
    source: str = ""
    language: Literal["zh", "en"] = "zh"
    context: str = ""

    @property
    def bank(self) -> str:
        """The prefix of ids that marks the entry's bank; empty for the data folder's bank and for rubrics."""
        match = _OF_BANK.match(self.id)
        return match[0] if match else ""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def digest(self) -> str:
        """SHA-256 over everything but the id: the same content has the same digest wherever it is stored."""
        fields = (self.item, self.kind, self.topic, self.text, self.source, self.language, self.context)
        return hashlib.sha256("\x1f".join(fields).encode()).hexdigest()


def entry_text(entry: Entry) -> str:
    """All searchable text of an entry: topic, context and text."""
    return "\n".join(part for part in (entry.topic, entry.context, entry.text) if part)


def entries_of_rubric(rubric: Rubric) -> list[Entry]:
    """The rubric's reference answers, key points and explanations; ids begin with `rubric_prefix`."""
    shared: dict[str, Any] = {"item": rubric.id, "language": rubric.language, "topic": " ".join(rubric.topics)}
    found: list[Entry] = []
    for reference in rubric.references:
        named = {**shared, "source": reference.source or _own_source(rubric)}
        found.append(
            Entry(
                id=f"{rubric_prefix(rubric)}reference_answer/{reference.id}",
                kind="reference_answer",
                text=reference.text,
                context=rubric.task,
                **named,
            )
        )
        found += [
            Entry(
                id=f"{rubric_prefix(rubric)}key_point/{reference.id}/{point.id}",
                kind="key_point",
                text=point.text,
                **named,
            )
            for point in reference.key_points
        ]
    return found + [
        Entry(
            id=f"{rubric_prefix(rubric)}explanation/{principle.id}",
            kind="explanation",
            text=principle.text,
            source=principle.source or _own_source(rubric),
            **shared,
        )
        for principle in rubric.explanations
    ]


def rubric_prefix(rubric: Rubric) -> str:
    """The common prefix of a rubric's own entry ids; the bank may hold more references for the same item."""
    return f"rubric/{rubric.id}/"


def _own_source(rubric: Rubric) -> str:
    return f"{rubric.title} (v{rubric.version})"
