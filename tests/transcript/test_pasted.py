"""Copies and exports of many programs (`pasted.jsonl`): the exact turns, who is who, and whether a person is asked.

The conversations are invented; the layouts follow what these programs write.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluator.errors import InputError
from evaluator.transcript import parse

PASTED = [json.loads(line) for line in Path(__file__).with_name("pasted.jsonl").read_text("utf-8").split("\n") if line]
_SAID = ("speech", "written", "mail", "earlier_mail")


@pytest.mark.parametrize("pasted", PASTED, ids=lambda one: one["key"])
def test_a_pasted_text_gives_its_turns(pasted: dict[str, object]) -> None:
    """Nobody's words are somebody else's, and a guess is stated."""
    transcript = parse(str(pasted["text"]))
    said = [[turn.role, turn.speaker, turn.text] for turn in transcript.turns if turn.kind in _SAID]
    assert said == pasted["said"]
    assert bool(transcript.doubts) == pasted["asked"]


@pytest.mark.parametrize(
    "source",
    [
        '<?xml version="1.0"?><transcript><turn speaker="Agent">Hello</turn></transcript>',
        '{"messages":[{"role":"agent","content":"Hello"},{"role":"customer","content":"It lea',
    ],
)
def test_what_is_not_understood_is_refused(source: str) -> None:
    """XML and broken JSON are never read as prose."""
    with pytest.raises(InputError):
        parse(source)
