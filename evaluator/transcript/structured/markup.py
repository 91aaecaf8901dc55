"""Conversations as language models are fed them: every message between control tokens that name its role."""

from __future__ import annotations

import re

from evaluator.transcript.segments import Layout
from evaluator.transcript.structured import fields
from evaluator.transcript.structured.messages import Message, written_out

_OPENING = re.compile(
    r"<\|im_start\|>[ \t]*(?P<role>\w{1,20})[^\r\n]{0,40}\r?\n|<\|start_header_id\|>[ \t]*(?P<head>\w{1,20})[ \t]*<\|end_header_id\|>"
)
_TOKEN = re.compile(r"<\|[a-z_]{2,30}\|>")


def read_markup(text: str) -> tuple[str, Layout] | None:
    """The messages written out; None unless at least two are opened by such tokens."""
    openings = list(_OPENING.finditer(text))
    if len(openings) < 2:
        return None
    messages = []
    for opening, following in zip(openings, [*openings[1:], None], strict=True):
        role = opening["role"] or opening["head"]
        words = _TOKEN.sub("", text[opening.end() : following.start() if following else len(text)]).strip()
        program = fields.is_program(role)
        messages.append(Message(role, words, role=fields.role_of("role", role), kind="system" if program else "speech"))
    above = _TOKEN.sub("", text[: openings[0].start()]).strip()
    return written_out("dialogue", [*([Message(None, above, kind="system")] if above else []), *messages])
