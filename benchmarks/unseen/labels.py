"""The value of a few graded answers to the same question.

    python -m benchmarks.unseen.labels DATA [--draws 10]

Of each of the twelve questions 3, 5, 10 or 20 answers are drawn as labelled, the rest is measured. Ways, on the same
draws:

    no label   the product without a model, as it ships
    own        `calibration fit` on the labels of the question alone, which needs ten
    pooled     `calibration fit` on as many labels of every question of the set
    words      ridge regression on character n-grams, the labels of the question alone
    mean       the mean of the labels, for everybody

Pearson within a question and the mean absolute error on a scale of 10, means over draws and then over questions, with a
bootstrap interval over questions. The product's cuts of likeness were chosen on nine of these questions
(`benchmarks.unseen.knowledge` measures without that), so the rows are to be compared with each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import pandas as pd
import typer
from numpy.typing import NDArray

from benchmarks.unseen.knowledge import Answer, pearson, read
from benchmarks.vectors import kept_vectors
from evaluator.calibration.data.grades import Grades
from evaluator.calibration.fit import fit
from evaluator.errors import InputError
from evaluator.grading.tuned import FULL_GIST, FULL_WORDS
from evaluator.profiles.features import Features

SIZES = (3, 5, 10, 20)
LEAST_TEST = 10
FEATURES = ("points/all", "check/coverage", "check/gist", "check/words")
Array = NDArray[np.float64]
Way = Callable[["Draw"], Array | None]


class Question(NamedTuple):
    """The answers of one question: features (answers, 4), human points of 10, and the texts."""

    name: str
    features: Array
    human: Array
    texts: tuple[str, ...]

    @property
    def set(self) -> str:
        return self.name.split()[0]


class Draw(NamedTuple):
    """A question with the places that are labelled, and the same of all questions of its set."""

    question: Question
    labelled: Array
    beside: tuple[tuple[Question, Array], ...]

    @property
    def rest(self) -> Array:
        return np.setdiff1d(np.arange(len(self.question.human)), self.labelled)


def as_question(name: str, answers: Iterable[Answer]) -> Question:
    """The answers as a fit sees them, with the cuts that ship."""
    answers = list(answers)
    cut = [one.share(FULL_GIST, FULL_WORDS) for one in answers]
    rows = [(10 * share, one.coverage, one.gist, one.words) for share, one in zip(cut, answers, strict=True)]
    return Question(name, np.array(rows), np.array([10 * one.human for one in answers]), tuple(x.text for x in answers))


def by_no_label(draw: Draw) -> Array:
    return draw.question.features[draw.rest, 0]


def by_mean(draw: Draw) -> Array:
    return np.full(len(draw.rest), draw.question.human[draw.labelled].mean())


def by_words(draw: Draw) -> Array:
    """Ridge on character TF-IDF."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import RidgeCV

    known, asked = ([draw.question.texts[place] for place in some] for some in (draw.labelled, draw.rest))
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    model = RidgeCV(np.logspace(-2, 2, 9)).fit(vectorizer.fit_transform(known), draw.question.human[draw.labelled])
    return np.clip(model.predict(vectorizer.transform(asked)), 0, 10)


def by_own_fit(draw: Draw) -> Array | None:
    return _fitted(draw, ((draw.question, draw.labelled),))


def by_pooled_fit(draw: Draw) -> Array | None:
    return _fitted(draw, draw.beside)


def _fitted(draw: Draw, told: Iterable[tuple[Question, Array]]) -> Array | None:
    """Points of the rest by a profile; None where the fit is refused."""
    rows, points, groups = [], [], {}
    for question, places in told:
        for place in places:
            groups[f"{question.name} {place}"] = question.name
            rows.append(question.features[place])
            points.append(question.human[place])
    table = pd.DataFrame({"item": list(groups), "grader": "mean", "criterion": "all", "points": points})
    try:
        profile = fit(Features(np.array(rows), FEATURES, tuple(groups)), Grades(table), groups=groups).profile
    except InputError:
        return None
    columns = [FEATURES.index(name) for name in profile.columns]
    return profile.predict(draw.question.features[draw.rest][:, columns])[0][:, 0]


WAYS: dict[str, Way] = {
    "no label": by_no_label,
    "own": by_own_fit,
    "pooled": by_pooled_fit,
    "words": by_words,
    "mean": by_mean,
}


def draws_of(questions: list[Question], size: int, seed: int) -> list[Draw]:
    """One draw for every question that has enough answers."""
    rng = np.random.default_rng(seed)
    drawn = [
        (question, rng.permutation(len(question.human))[:size])
        for question in questions
        if len(question.human) >= size + LEAST_TEST
    ]
    return [
        Draw(question, places, tuple(one for one in drawn if one[0].set == question.set)) for question, places in drawn
    ]


def measure(questions: list[Question], size: int, draws: int) -> dict[str, Array]:
    """By way, Pearson and mean absolute error of each question, shape (questions, 2).

    A way that is refused is left out.
    """
    found: dict[str, dict[str, list[tuple[float, float]]]] = defaultdict(lambda: defaultdict(list))
    for seed in range(draws):
        for draw in draws_of(questions, size, seed):
            human = draw.question.human[draw.rest]
            for name, way in WAYS.items():
                points = way(draw)
                if points is not None:
                    error = float(np.abs(points - human).mean())
                    found[name][draw.question.name].append((pearson(list(points), list(human)), error))
    return {
        name: np.array([np.mean(rows, axis=0) for rows in by_question.values()]) for name, by_question in found.items()
    }


def main(
    data: Annotated[Path, typer.Argument(help="Folder with sets of graded answers.")],
    draws: Annotated[int, typer.Option(help="Draws of labels for each question and size.")] = 10,
) -> None:
    """Prints agreement and error by number of labels."""
    with kept_vectors():
        answers = read(data)
    questions = [as_question(name, own) for name, own in answers.items()]
    rng = np.random.default_rng(0)
    print(f"{'labels':>6}  {'way':9} questions  Pearson             error of 10")
    for size in SIZES:
        for name, table in measure(questions, size, draws).items():
            means = table[rng.integers(0, len(table), (2000, len(table)))].mean(axis=1)
            low, high = np.percentile(means, (2.5, 97.5), axis=0)
            r, error = table.mean(axis=0)
            print(
                f"{size:6}  {name:9} {len(table):9}  {r:4.2f} [{low[0]:4.2f}, {high[0]:4.2f}]  "
                f"{error:4.2f} [{low[1]:4.2f}, {high[1]:4.2f}]",
                flush=True,
            )


if __name__ == "__main__":
    typer.run(main)
