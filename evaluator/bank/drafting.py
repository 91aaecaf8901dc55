"""From a question with scoring criteria to a draft rubric whose levels are proposals until a person reviews them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

from evaluator import messages
from evaluator.bank.items import OBJECTIVE_KINDS, Item
from evaluator.bank.items import ScoringLine as PaperCriterion
from evaluator.bank.references import language_of
from evaluator.bank.tuned import LEVEL_SHARES, PASS_SHARE
from evaluator.errors import InputError
from evaluator.rubric import Criterion, Explanation, KeyPoint, Level, ReferenceAnswer, Rubric


def draft_rubric(item: Item, rubric_id: str | None = None) -> Rubric:
    """A rubric with the item's criteria and points, its answer and explanation; InputError if it has no criteria.

    Every level is a proposal (`Level.proposed`). Points that are not multiples of .5, or that the paper does not state,
    are rounded or shared out; `out_of` keeps the paper's own figure, so that lint shows the difference.
    """
    if item.kind in OBJECTIVE_KINDS or not item.criteria:
        raise InputError("bank_no_criteria", id=item.id)
    language = language_of(item)
    criteria = tuple(_criterion(criterion, item, language) for criterion in item.criteria)
    total = sum(criterion.points for criterion in criteria)
    return Rubric(
        id=rubric_id or item.id,
        version=1,
        title=_title(item.text),
        language=language,
        task="\n".join(piece for piece in (item.background, item.requirements, item.text) if piece),
        form=_form(item.text),
        pass_mark=_half(total * PASS_SHARE),
        out_of=item.points or None,
        criteria=criteria,
        references=tuple(_references(item)),
        explanations=_explanations(item),
        topics=(item.paper,) if item.paper else (),
    )


def plain_rubric(item: Item, rubric_id: str | None = None) -> Rubric:
    """A rubric of one criterion for an open item without scoring criteria: how far the answer does what the question asks,
    measured by its reference answer where it has one. Its levels are proposals too."""
    language = language_of(item)
    text = messages.say("bank.whole_answer", language)
    whole = item.model_copy(update={"criteria": (PaperCriterion(number=1, text=text, points=item.points or 10.0),)})
    return draft_rubric(whole, rubric_id)


def _criterion(criterion: PaperCriterion, item: Item, language: str) -> Criterion:
    points = max(0.5, _half(criterion.points if criterion.points is not None else _share(item)))
    return Criterion(
        id=f"c{criterion.number}",
        name=_title(criterion.text),
        description=criterion.text,
        points=points,
        levels=propose_levels(criterion.text, points, language),
    )


def propose_levels(text: str, points: float, language: str) -> tuple[Level, ...]:
    """Up to four levels from 0 to `points`, in halves; fewer if the points leave no room between them."""
    steps = [_half(points * share) for share in LEVEL_SHARES]
    kept = [0, *(place for place, (low, high) in enumerate(pairwise(steps), start=1) if high > low)]
    if kept[-1] != len(LEVEL_SHARES) - 1:  # the highest level keeps its wording, whatever was rounded together
        kept[-1] = len(LEVEL_SHARES) - 1
    return tuple(
        Level(
            points=steps[place],
            description=messages.say(f"bank.proposed_level_{place}", language, text=text),
            proposed=True,
        )
        for place in kept
    )


def _share(item: Item) -> float:
    """Points for a criterion without any: an equal part of what the others leave, or 1."""
    without = sum(criterion.points is None for criterion in item.criteria)
    left = (item.points or 0) - sum(criterion.points or 0 for criterion in item.criteria)
    return left / without if without and left > 0 else 1.0


def _references(item: Item) -> list[ReferenceAnswer]:
    source = f"{item.source.file}:{item.source.start}" if item.source else ""
    answers = []
    for number, answer in enumerate(item.references, start=1):
        points = tuple(
            KeyPoint(id=f"a{number}p{part.number}", text=f"{part.title}：{part.text}" if part.title else part.text)
            for part in answer.parts
        )
        answers.append(ReferenceAnswer(id=f"a{number}", text=answer.text, key_points=points, source=source))
    return answers


def _explanations(item: Item) -> tuple[Explanation, ...]:
    source = f"{item.source.file}:{item.source.start}" if item.source else ""
    return (Explanation(id="e1", text=item.explanation, source=source),) if item.explanation.strip() else ()


def _form(text: str) -> Literal["dialogue", "answer", "email"]:
    """What candidates hand in, inferred from the question; a person can change it."""
    if re.search(r"(?:写|回复|撰写|邮件)[^。]{0,6}邮件|邮件回复|\be-?mail\b", text, re.I):
        return "email"
    return "dialogue" if re.search(r"模拟[^。]{0,8}(?:通话|对话|电话)|role[- ]?play|simulate", text, re.I) else "answer"


def _title(text: str) -> str:
    first = re.split(r"[。！？!?;；\n]", text.strip(), maxsplit=1)[0].strip() or text.strip()
    return first if len(first) <= 40 else f"{first[:39]}…"


def _half(value: float) -> float:
    return round(value * 2) / 2
