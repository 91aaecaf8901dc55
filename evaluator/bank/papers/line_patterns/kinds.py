"""The question kind named by a heading, a tag or a cell."""

from __future__ import annotations

import re

from evaluator.bank.items import ItemKind
from evaluator.bank.papers.line_patterns.folding import fold, remembered

_KIND_WORDS: tuple[tuple[str, ItemKind], ...] = (
    (r"单项?选|单项?选择|\bA[1-4](?:/A[1-4])?型|\b[AB]1?型题|single[- _]?(?:choice|answer|select)", "single_choice"),
    (r"多项?选|不定项|\bX型题|multiple[- _]?(?:response|answer|select)|select all", "multiple_choice"),
    (r"判断|是非|对错|true[ /-]*(?:or|and)?[ /-]*false|\bt/f\b", "true_false"),
    (r"排序|排列|ordering|sequenc", "ordering"),
    (r"填空|完形|fill[- ]?in|\bblanks?\b|cloze", "blank"),
    (r"连线|匹配|配对|配伍|matching", "matching"),
    (r"行为|behaviou?ral", "behavioural"),
    (r"策略|方案设计|strateg", "strategy"),
    (
        r"情[景境]|场景|模拟|案例|角色扮演|role[- ]?play|scenario|case (?:study|analysis)|simulation",
        "scenario",
    ),
    (r"开放|简答|问答|论述|主观|名词解释|open|essay|short[- ]answer|discussion", "open"),
)
_KINDS = tuple((re.compile(words, re.I), kind) for words, kind in _KIND_WORDS)
_ANY_CHOICE = re.compile(r"选择题|客观题|multiple[- ]choice|choice questions|\bmcqs?\b", re.I)
_PROSE = re.compile(r"(?:编程|计算|应用|综合|分析|实操|操作|改错|翻译|写作|作文|解答|证明|设计|实践|面试|阅读|材料)题$")


@remembered
def read_kind(text: str) -> ItemKind | None:
    """The kind named by a heading or a cell; None if there is none (or only "choice", which is ambiguous)."""
    folded = fold(text)
    return next((kind for words, kind in _KINDS if words.search(folded)), None)


@remembered
def names_some_choice(text: str) -> bool:
    """Whether a heading says "choice" without saying whether one or several options are right."""
    return bool(_ANY_CHOICE.search(fold(text)))


def names_prose(text: str) -> bool:
    """Whether a heading names questions answered in words that have no kind of their own (`编程题`, `计算题`)."""
    return bool(_PROSE.search(fold(text).strip()))
