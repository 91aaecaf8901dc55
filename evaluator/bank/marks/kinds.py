"""The kind of question that a heading, a tag or a cell names."""

from __future__ import annotations

import re

from evaluator.bank.items import Kind
from evaluator.bank.marks.folding import fold

_KIND_WORDS: tuple[tuple[str, Kind], ...] = (
    (r"单项?选|single[- ](?:choice|answer|select)", "single_choice"),
    (r"多项?选|不定项|multiple[- ](?:response|answer|select)|select all", "multiple_choice"),
    (r"判断|是非|对错|true[ /-]*(?:or|and)?[ /-]*false|\bt/f\b", "true_false"),
    (r"排序|排列|ordering|sequenc", "ordering"),
    (r"行为|behaviou?ral", "behavioural"),
    (r"策略|方案设计|strateg", "strategy"),
    (
        r"情[景境]|场景|模拟|案例|角色扮演|role[- ]?play|scenario|case (?:study|analysis)|simulation",
        "scenario",
    ),
    (r"开放|简答|问答|论述|主观|open|essay|short[- ]answer|discussion", "open"),
)
_ANY_CHOICE = re.compile(r"选择题|multiple[- ]choice|choice questions", re.I)


def read_kind(text: str) -> Kind | None:
    """The kind that a heading or a cell names; None where it names none (or only "choice", which may be either)."""
    folded = fold(text)
    return next((kind for words, kind in _KIND_WORDS if re.search(words, folded, re.I)), None)


def names_some_choice(text: str) -> bool:
    """Whether a heading says "choice" without saying whether one option is right or several."""
    return bool(_ANY_CHOICE.search(fold(text)))
