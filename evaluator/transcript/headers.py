"""Labels above the conversation that state who takes part: "Agent: Nick Miller" above "[00:03] Agent: Hello" is no turn."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evaluator.text import fold
from evaluator.transcript.heads import Head
from evaluator.transcript.names import is_honorific, is_person, is_phone, known_role

_NUMBER = re.compile(r"(?:工号\s?|no\.?\s?|id\s?)?[a-z]{0,3}\d{3,}号?", re.IGNORECASE)
_TWO_WORDS = re.compile(r"[A-Z][\w'’-]+ [A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*)?")
_CHINESE = re.compile(r"[\u3400-\u9fff*×某xX]{2,5}")


def without_header(heads: Sequence[Head], words: Sequence[str], blank: int) -> list[Head]:
    """The heads below such a header; `words` are those behind each head, `blank` is the first blank line below the text's top.

    A header is what has no time above heads that have one, or a block of labels whose values are names or numbers and
    which come back below it.
    """
    said = dict(zip(heads, words, strict=True))
    timed = [head.line for head in heads if head.time]
    if len(timed) > 1 and 2 * len(timed) > len(heads):
        above = {head for head in heads if not head.time and head.line < timed[0]}
        return [head for head in heads if head not in above or not _states(said[head])]
    block = [head for head in heads if head.line < blank]
    below = {fold(head.name) for head in heads[len(block) :]}
    stating = {head for head in block if known_role(head.name) and fold(head.name) in below}
    if len(block) > 1 and all(_states(said[head]) for head in stating):
        return [head for head in heads if head not in stating]
    return list(heads)


def _states(words: str) -> bool:
    """Whether the words are nothing but a person's name or number."""
    bare = words.split("(")[0].split("（")[0].strip()
    if is_phone(bare) or _NUMBER.fullmatch(bare):
        return True
    if _CHINESE.fullmatch(bare):
        return is_person(bare) or is_honorific(bare)
    return bool(_TWO_WORDS.fullmatch(bare))
