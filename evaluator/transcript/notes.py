"""Which notes in brackets belong to a name: "Agent (Tom)" and "Agent (Amy)" are two people, "Agent (calm)" is a mood.

A single head does not show it; all heads with the same name before their brackets do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from evaluator.text import fold
from evaluator.transcript.heads import Head
from evaluator.transcript.names import hinted_role, is_honorific, is_letter, is_person, is_phone, known_role

_ACCOUNT = re.compile(r"\d{5,}|\S*@\S*|(?=\S*[\d_])[a-z][\w.-]{4,}", re.IGNORECASE)
_PRONOUNS = re.compile(r"(?:he|she|they|him|her)(?:/\w+){1,2}")
_NUMBER = re.compile(r"(?:工号|no\.?|id)?\s?[a-z]{0,2}\d{1,8}号?", re.IGNORECASE)


def with_notes(heads: Sequence[Head]) -> list[Head]:
    """The heads of one shape, each with the note as part of its name where the note tells people apart."""
    notes: dict[str, list[str]] = {}
    for head in heads:
        notes.setdefault(fold(head.name), []).append(fold(head.note or ""))
    kept = {name: _kept(found) for name, found in notes.items()}
    return [
        head._replace(name=head.noted) if head.noted and fold(head.note or "") in kept[fold(head.name)] else head
        for head in heads
    ]


def _kept(notes: Sequence[str]) -> set[str]:
    """The notes that belong to the name, of all notes behind the same name; "" where a head has none."""
    counts = Counter(note for note in notes if note and not _PRONOUNS.fullmatch(note))
    if all(map(_ACCOUNT.fullmatch, counts)):
        return set(counts) if len(counts) > 1 else set()
    if len(counts) == 1:
        return set(counts) if "" not in notes and (len(notes) > 1 or _identifies(next(iter(counts)))) else set()
    if len(counts) > 2 and max(counts.values()) == 1:  # people come back, moods need not
        return set()
    return {note for note in counts if _identifies(note)}


def _identifies(note: str) -> bool:
    person = is_person(note) or is_person(note.title()) or is_honorific(note) or is_phone(note) or is_letter(note)
    return person or bool(_NUMBER.fullmatch(note) or known_role(note) or hinted_role(note))
