"""What comes below a line without a mark: it tells a question without a number from words about those below."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from evaluator.bank import marks
from evaluator.bank.grammar.reading import Reading

FAR = 40  # lines; the longest case in a paper is shorter
Found = Literal["answer", "number", "talk", ""]
_ASKS_ALOUD = re.compile(r"^\s*(?:问|q)\s*:", re.I)


def asks_aloud(text: str) -> bool:
    """Whether the line is a turn of a conversation, in which `答:` is no answer to a question of the paper."""
    return bool(_ASKS_ALOUD.match(marks.fold(text)))


def comes_first(at: Reading) -> Found:
    """What is nearest from this line on: an answer (or explanation, criteria), a number or talk; empty for none of these.

    A heading and the end are nearer than what stands behind them.
    """
    if asks_aloud(at.lines[at.place].text):
        return "talk"
    return next((found for text in at.texts_after(FAR) if (found := _found(text)) is not None), "")


@lru_cache(maxsize=4 * FAR)  # every line of a long text looks at the same lines below
def _found(text: str) -> Found | None:
    """What a line says to that; None where the next one must tell."""
    label = marks.read_label(text)
    if label and label[0] in ("answer", "explanation", "criteria"):
        return "answer"
    if marks.read_heading(text) or marks.is_answer_heading(text):
        return ""
    if asks_aloud(text):
        return "talk"
    return "number" if marks.read_header(text) else None
