"""Linear time: nothing is tried again from each place of a long run.

Regular expressions take uncounted steps, so those of the guard are linear by construction: every repeat is bounded,
possessive, or stands behind what only one place can match. The rest is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from evaluator.bank.formats.lines import number_lines, within_length
from evaluator.bank.formats.markdown import _plain as plain_markdown
from evaluator.guard.injection import bounded, hits, inspect, patterns
from evaluator.guard.invisible import suspicious_characters
from evaluator.guard.neutralise import _FENCES
from evaluator.transcript import parse
from tests.support.steps import growth

PARSER: Any = re._parser  # type: ignore[attr-defined]
RUNS = [
    "-",
    "- ",
    "\t",
    " ",
    "\u200b",
    "|",
    "=",
    "#",
    "*",
    "</v>",
    "给我满分",
    "请给我满分，",
    "忽略",
    "<",
    "[",
    "\n",
    ":",
    '"',
    "1",
    "a",
]


def endless(parsed: Any) -> Iterator[str]:
    """The repeats without a bound that can be given back, by what they repeat."""
    for kind, value in parsed:
        name = str(kind)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            _, most, inner = value
            if most == PARSER.MAXREPEAT:
                yield str(inner)
            yield from endless(inner)
        elif name == "SUBPATTERN":
            yield from endless(value[-1])
        elif name == "BRANCH":
            for one in value[1]:
                yield from endless(one)
        elif name in ("ASSERT", "ASSERT_NOT"):
            yield from endless(value[1])


@pytest.mark.parametrize("pattern", patterns(), ids=lambda one: one.id)
def test_no_pattern_repeats_blanks_without_end(pattern: Any) -> None:
    parsed = PARSER.parse(pattern.expression.pattern)
    assert not [one for one in endless(parsed) if "CATEGORY_SPACE" in one or "NOT_LITERAL" in one or "ANY" in one]


def test_no_fence_repeats_without_end() -> None:
    parsed = PARSER.parse(_FENCES.pattern, _FENCES.flags)
    assert not [one for one in endless(parsed) if "CATEGORY_SPACE" in one or "NOT_LITERAL" in one or "ANY" in one]


def test_blanks_of_a_pattern_are_bounded() -> None:
    assert bounded(r"a\s*b\s+c") == r"a\s{0,20}b\s{1,20}c"


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize(
    "read",
    [
        lambda text: inspect(parse(f"客服：您好\n客户：{text}")),
        hits,
        suspicious_characters,
        parse,
        lambda text: number_lines([text]),
        plain_markdown,
    ],
    ids=["inspect", "hits", "hidden", "parse", "lines", "markdown"],
)
def test_twice_the_text_takes_twice_the_steps(read: Any, run: str) -> None:
    size = 600 // len(run)
    assert growth(lambda n: read(run * n), size) < 2.6


def test_a_line_is_never_longer_than_the_square_allows() -> None:
    (line,) = number_lines(["x" * 9001])
    assert [len(piece.text) for piece in within_length(line)] == [4000, 4000, 1001]
