"""Answers to questions of knowledge, each question by itself: the product without a model beside shared words alone.

    python -m benchmarks.unseen.knowledge DATA

Nothing is fitted to a question, and the three cuts of likeness were chosen on the first nine of the twelve. So each question is
measured with cuts that were chosen on the other eleven: of a few cuts around those that ship, those with the highest mean
correlation over the other questions. Pearson and quadratic weighted kappa with the humans' mean, and the mean over questions
with its bootstrap interval.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer

from benchmarks.agreement.cases import read_set
from benchmarks.vectors import kept_vectors
from evaluator.grading.evaluation import compare
from evaluator.grading.similarity import Likeness

SETS = ("short_answer_zh", "rubric_answers_en")
GISTS, WORDS = (0.6, 0.7, 0.8), (0.2, 0.3, 0.4)


class Answer(NamedTuple):
    """What the witnesses see of one answer, uncut, and the humans' share of the points."""

    coverage: float
    gist: float
    words: float
    human: float
    text: str

    def share(self, gist: float, words: float) -> float:
        """The mean of the witnesses, gist and words cut."""
        return (self.coverage + min(self.gist / gist, 1.0) + min(self.words / words, 1.0)) / 3


def read(data: Path) -> dict[str, list[Answer]]:
    """The answers by question."""
    found = defaultdict(list)
    for name in SETS:
        human = read_set(data / name)
        points = human.grades.table.groupby("item")["points"].mean()
        for case in human.cases:
            matcher = compare(case.rubric, case.transcript)["agent"].matcher
            likeness = Likeness(case.rubric, matcher, full_gist=1.0, full_words=1.0)  # uncut: cut elsewhere below
            seen = [likeness.witnesses(criterion) for criterion in case.rubric.criteria]
            worth = [criterion.points for criterion in case.rubric.criteria]
            known = [(one, weight) for one, weight in zip(seen, worth, strict=True) if one]
            if known:
                mean = np.average([one for one, _ in known], axis=0, weights=[weight for _, weight in known])
                share = points[case.id] / (case.item.max_points or 10)
                found[f"{name} {case.item.question_id}"].append(
                    Answer(*map(float, mean), float(share), case.item.answer)
                )
    return dict(found)


def pearson(first: list[float], second: list[float]) -> float:
    """Returns 0 where one of the two does not vary, since that says nothing."""
    return float(np.corrcoef(first, second)[0, 1]) if np.std(first) > 0 and np.std(second) > 0 else 0.0


def main(data: Annotated[Path, typer.Argument(help="Folder with sets of graded answers.")]) -> None:
    """Prints agreement by question, each measured with cuts chosen on the others."""
    from sklearn.metrics import cohen_kappa_score

    with kept_vectors():
        answers = read(data)
    found = []
    print(f"{'question':26} {'n':>4}  words  product  QWK    cuts")
    for question, own in answers.items():
        others = [some for name, some in answers.items() if name != question]
        cuts = max(itertools.product(GISTS, WORDS), key=lambda cut: sum(_order(some, *cut) for some in others))
        shares, human = [one.share(*cuts) for one in own], [one.human for one in own]
        words = pearson([one.words for one in own], human)
        tenths = ([round(10 * x) for x in some] for some in (human, shares))
        kappa = float(cohen_kappa_score(*tenths, labels=range(11), weights="quadratic"))
        found.append((words, pearson(shares, human), kappa))
        print(f"{question:26} {len(own):4}  {words:5.2f}  {found[-1][1]:7.2f}  {kappa:5.2f}  {cuts}")
    table, rng = np.array(found), np.random.default_rng(0)
    means = table[rng.integers(0, len(table), (2000, len(table)))].mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5), axis=0)
    for name, column in (("words alone", 0), ("product", 1), ("QWK", 2)):
        middle = table[:, column].mean()
        print(f"{name:12} mean over questions {middle:.2f} [{low[column]:.2f}, {high[column]:.2f}]")


def _order(some: list[Answer], gist: float, words: float) -> float:
    return pearson([one.share(gist, words) for one in some], [one.human for one in some])


if __name__ == "__main__":
    typer.run(main)
