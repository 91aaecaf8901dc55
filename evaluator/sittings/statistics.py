"""Classical test theory over all who sat a paper.

It computes difficulty, discrimination, distractors, reliability, and which questions are weak. Formulas: Lord and
Novick 1968; Kuder and Richardson 1937 (KR-20); Cronbach 1951 (alpha); Kelley 1939 (27 %); the limits of Ebel 1979. No
package among the project's dependencies has them; tests pin them to published values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

from evaluator import messages
from evaluator.bank import ObjectiveGrade
from evaluator.encoding import Frozen
from evaluator.exams import ExamPaper, ExamQuestion, grade_by_key
from evaluator.reports import Block, Bullets, Paragraph, Table, Title
from evaluator.sittings.session import Sitting
from evaluator.sittings.tuned import GROUP_SHARE, TOO_EASY, TOO_FLAT, TOO_HARD

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

FEW = 10  # fewer sittings than this say little about a question
Weakness = Literal[
    "too_hard", "too_easy", "does_not_separate", "separates_wrongly", "dead_distractor", "distractor_draws_the_best"
]


class OptionFigures(Frozen):
    """How often an option was picked: share of all, of the upper and of the lower group."""

    label: str
    right: bool
    share: float
    upper: float
    lower: float


class ItemFigures(Frozen):
    """Figures of one question over n answers.

    `difficulty` is the mean share of points (1: everybody has full points). `discrimination` is the correlation of its
    points with the points of the rest of the paper; `upper_lower` the difference of mean shares of the upper and the
    lower 27 %. They are None if undefined (nobody differs).
    """

    question: str
    n: int
    difficulty: float | None
    discrimination: float | None
    upper_lower: float | None
    alpha_without: float | None
    options: tuple[OptionFigures, ...] = ()
    weak: tuple[Weakness, ...] = ()


class PaperFigures(Frozen):
    """Figures of a paper over n sittings.

    `alpha` is Cronbach's, and KR-20 where all questions are right or wrong; `standard_error` is of one total, in
    points.
    """

    n: int
    mean: float
    deviation: float | None
    alpha: float | None
    is_kr20: bool
    standard_error: float | None
    items: tuple[ItemFigures, ...]

    @property
    def few(self) -> bool:
        """Whether too few people sat it for the figures to be meaningful."""
        return self.n < FEW


def figures_of(paper: ExamPaper, sittings: Sequence[Sitting]) -> PaperFigures:
    """Figures over graded sittings of one paper.

    A sitting with an ungraded question is left out of that question's figures, and of the reliability.
    """
    import numpy as np

    points = np.array([[_points(one, question) for question in paper.questions] for one in sittings], dtype=float)
    points = points.reshape(len(sittings), len(paper.questions))
    whole = points[~np.isnan(points).any(axis=1)]
    totals = np.nansum(points, axis=1)
    alpha = alpha_of(whole)
    deviation = float(whole.sum(axis=1).std(ddof=1)) if len(whole) > 1 else None
    return PaperFigures(
        n=len(sittings),
        mean=float(totals.mean()) if len(totals) else 0.0,
        deviation=deviation,
        alpha=alpha,
        is_kr20=all(_is_dichotomous(points[:, place], one.points) for place, one in enumerate(paper.questions)),
        standard_error=None if alpha is None or deviation is None else deviation * math.sqrt(max(1 - alpha, 0.0)),
        items=tuple(
            _item(question, points, place, whole, sittings, totals) for place, question in enumerate(paper.questions)
        ),
    )


def alpha_of(points: Array) -> float | None:
    """Cronbach's alpha of points, shape (people, questions); KR-20 if every question is 0 or its maximum.

    It is None if undefined: fewer than two people or questions, or nobody differs.
    """
    import numpy as np

    if min(points.shape) < 2:
        return None
    return alpha_of_covariances(np.cov(points, rowvar=False, ddof=1))


def alpha_of_covariances(covariances: Array) -> float | None:
    """Cronbach's alpha of a covariance matrix of questions, shape (k, k): k / (k - 1) × (1 - trace / sum)."""
    k, total = len(covariances), float(covariances.sum())
    return k / (k - 1) * (1 - float(covariances.trace()) / total) if total > 1e-12 else None


def correlation(one: Array, other: Array) -> float | None:
    """Pearson's correlation; for a right-or-wrong question this is the point-biserial one.

    It is None if undefined.
    """
    import numpy as np

    if len(one) < 3 or np.ptp(one) < 1e-12 or np.ptp(other) < 1e-12:
        return None
    return float(np.corrcoef(one, other)[0, 1])


def groups(totals: Array) -> tuple[list[int], list[int]]:
    """Who is in the upper and the lower 27 %, at least one person in each; empty for fewer than two people."""
    size = max(1, round(len(totals) * GROUP_SHARE)) if len(totals) > 1 else 0
    order = sorted(range(len(totals)), key=lambda place: float(totals[place]))
    return order[len(order) - size :], order[:size]


def _item(
    question: ExamQuestion, points: Array, place: int, whole: Array, sittings: Sequence[Sitting], totals: Array
) -> ItemFigures:
    import numpy as np

    known = ~np.isnan(points[:, place])
    mine, rest = points[known, place], totals[known] - points[known, place]
    upper, lower = groups(totals[known])
    shares = mine / question.points
    options = _options(question, [one for one, ok in zip(sittings, known, strict=True) if ok], upper, lower)
    difficulty = float(shares.mean()) if len(shares) else None
    discrimination = correlation(mine, rest)
    figures = ItemFigures(
        question=question.id,
        n=int(known.sum()),
        difficulty=difficulty,
        discrimination=discrimination,
        upper_lower=float(shares[upper].mean() - shares[lower].mean()) if upper else None,
        alpha_without=alpha_of(np.delete(whole, place, axis=1)),
        options=options,
    )
    return figures.model_copy(update={"weak": tuple(_weaknesses(figures))})


def _weaknesses(item: ItemFigures) -> list[Weakness]:
    """What is wrong with a question that has enough answers."""
    if item.n < FEW or item.difficulty is None:
        return []
    found: list[Weakness] = []
    if item.difficulty < TOO_HARD:
        found.append("too_hard")
    if item.difficulty > TOO_EASY:
        found.append("too_easy")
    elif item.discrimination is not None and item.discrimination < 0:
        found.append("separates_wrongly")
    elif item.discrimination is not None and item.discrimination < TOO_FLAT:
        found.append("does_not_separate")
    wrong = [option for option in item.options if not option.right]
    if any(option.share == 0 for option in wrong):
        found.append("dead_distractor")
    if any(option.upper > option.lower and option.upper > 0.2 for option in wrong):
        found.append("distractor_draws_the_best")
    return found


def _options(
    question: ExamQuestion, sittings: Sequence[Sitting], upper: list[int], lower: list[int]
) -> tuple[OptionFigures, ...]:
    if question.kind not in ("single_choice", "multiple_choice") or not question.item.options or not sittings:
        return ()
    picked = [set(_grade(one, question).given) for one in sittings]

    def share(label: str, who: Sequence[int]) -> float:
        return sum(label in picked[place] for place in who) / len(who) if who else 0.0

    return tuple(
        OptionFigures(
            label=option.label,
            right=option.label in question.item.key_letters,
            share=share(option.label, range(len(picked))),
            upper=share(option.label, upper),
            lower=share(option.label, lower),
        )
        for option in question.item.options
    )


def _grade(sitting: Sitting, question: ExamQuestion) -> ObjectiveGrade:
    return grade_by_key(question, sitting.answers.get(question.id, ""))


def _points(sitting: Sitting, question: ExamQuestion) -> float:
    outcome = sitting.outcome(question.id)
    return math.nan if outcome is None or outcome.points is None else outcome.points


def _is_dichotomous(points: Array, most: float) -> bool:
    return all(math.isnan(value) or value in (0.0, most) for value in points.tolist())


def statistics_blocks(paper: ExamPaper, figures: PaperFigures, *, language: str | None = None) -> list[Block]:
    """The figures as a document, weak questions first."""
    say = partial(_say, language)
    blocks: list[Block] = [Title(say("statistics_of", title=paper.title))]
    reliability = say("kr20" if figures.is_kr20 else "alpha")
    about = [say("sat_by", count=figures.n, mean=_two(figures.mean), most=f"{paper.max_points:g}")]
    about.append(f"{reliability}: {_two(figures.alpha)}")
    about.append(say("standard_error", value=_two(figures.standard_error)))
    blocks.append(Paragraph("\n".join(about)))
    if figures.few:
        blocks.append(Paragraph(say("few", least=FEW)))
    names = {question.id: question for question in paper.questions}
    weak = [
        f"{names[one.question].number}. {names[one.question].text[:60]}: "
        + messages.say("ui.comma", language).join(say(f"weak_{code}") for code in one.weak)
        for one in figures.items
        if one.weak
    ]
    if weak:
        blocks += [Title(say("weak"), 2), Bullets(tuple(weak))]
    head = ("number", "question", "answered", "difficulty", "discrimination", "upper_lower", "alpha_without")
    rows = tuple(
        (
            names[one.question].number,
            names[one.question].text[:80],
            one.n,
            one.difficulty,
            one.discrimination,
            one.upper_lower,
            one.alpha_without,
        )
        for one in figures.items
    )
    blocks.append(Table(say("items"), tuple(say(f"column_{name}") for name in head), rows))
    options = tuple(
        (
            names[one.question].number,
            f"{option.label}{' ✓' if option.right else ''}",
            option.share,
            option.upper,
            option.lower,
        )
        for one in figures.items
        for option in one.options
    )
    if options:
        columns = ("number", "option", "share", "upper", "lower")
        blocks.append(Table(say("options"), tuple(say(f"column_{name}") for name in columns), options))
    return blocks


def _two(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _say(language: str | None, key: str, **values: object) -> str:
    return messages.say(f"paper.{key}", language, **values)
