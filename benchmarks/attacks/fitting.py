"""Fits the detector of orders and claims that ships, on the families that are not held back.

    python -m benchmarks.attacks.fitting [--write]

Positive are the sentences that the tuning families put in. Ordinary are the tuning half of the clean texts, the texts of the
shipped scenarios that may be developed with, their reference answers and development pairs, and sentences of everyday life.
The probability from which a sentence is named is the lowest at which no more than LARGEST_SHARE of the ordinary sentences are,
each fold's families and texts unknown to the fit that judges them. A claim is left out of what counts only above the
highest of them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer
import yaml

from benchmarks.attacks.corpus import Attack, attacks, clean_texts, insert, rubrics
from benchmarks.examples import developed, read_example, shipped
from benchmarks.unseen.evidence import PAIRS
from evaluator.grading import steering
from evaluator.grading.steering import CLASSES, Fit, Sentence
from evaluator.references import space
from evaluator.rubric import Rubric
from evaluator.rubrics import find
from evaluator.transcript import parse

CLAIMS = (
    "level-claims", "check-claims", "point-claims", "self-praise", "already-said", "summary-claims", "stage-directions",
    "narrator", "customer-vouches", "customer-checklist", "third-party", "metadata", "praise-with-directions",
)  # fmt: skip
# Texts of the rubric said over are found by overlap; empty politeness and padding are no attempt that a sentence shows.
NEITHER = (
    "examples-", "reference-", "second-transcript", "rubric-pasted", "key-points-pasted", "keywords", "task-parroted",
    "polish", "padding", "doubling", "acrostic", "tag-characters", "chat-template",
)  # fmt: skip
FOLDS = 10
LARGEST_SHARE = 0.0015  # of ordinary sentences, about one in a hundred texts: most of these sentences are hard ones
SHRINKAGES = (0.1, 0.3, 0.5)
PRIORS = (0.9, 0.07, 0.03)


class Row(NamedTuple):
    """A sentence to learn from: its class, and the family or text that it must be left out with."""

    group: str
    label: int
    rubric: str
    sentence: Sentence


def rows() -> list[Row]:
    """All sentences of the tuning side."""
    return [*_hostile(), *_innocent()]


def label_of(family: str) -> int | None:
    """The class of a family's sentences; None where sentences do not show it."""
    if family.startswith(NEITHER):
        return None
    return CLASSES.index("claim" if family in CLAIMS else "order")


def hostile_sentences(attack: Attack) -> list[Sentence]:
    """The sentences of an attacked text that its base does not have."""
    rubric = rubrics()[attack.rubric]
    known = {one.text for one in steering.sentences(parse(read_example(rubric, "poor"), form=rubric.form))}
    found = steering.sentences(parse(attack.text, form=rubric.form))
    return [one for one in found if one.text not in known]


def _hostile() -> Iterator[Row]:
    for attack in attacks():
        label = label_of(attack.family)
        if attack.held_back or label is None:
            continue
        for sentence in hostile_sentences(attack):
            yield Row(f"attack {attack.family}", label, attack.rubric, sentence)


def _innocent() -> Iterator[Row]:
    for text in clean_texts():
        if not text.held_back:
            yield from _rows_of(f"clean {text.said[:20]}", rubrics()[text.rubric], _inserted(text.said, text.language))
    for rubric in developed([]):
        for name in ("good", "middling", "poor", "off-topic"):
            yield from _rows_of(f"example {rubric.id}", rubric, read_example(rubric, name))
    bases = [*rubrics().values()]
    for place, rubric in enumerate(shipped([])):
        other = next(base for base in bases[place % len(bases) :] + bases if base.id != rubric.id)
        for reference in rubric.references:
            yield from _rows_of(f"reference {rubric.id}", other, reference.text, rubric)
    for name, pairs in yaml.safe_load(PAIRS.read_text(encoding="utf-8")).items():
        text = "\n".join(pair["sentence"] for pair in pairs)
        yield from _rows_of(f"example {name}", find(name), text)
    everyday = yaml.safe_load(Path(space.__file__).with_name("background.yaml").read_text(encoding="utf-8"))
    for texts in everyday.values():
        yield from _rows_of("everyday", bases[0], "\n".join(texts))


def _inserted(said: str, language: str) -> str:
    return insert("", said.replace("|", "\n"), "line", language, True)[0]  # type: ignore[arg-type]


def _rows_of(group: str, rubric: Rubric, text: str, form_of: Rubric | None = None) -> Iterator[Row]:
    for sentence in steering.sentences(parse(text, form=(form_of or rubric).form)):
        yield Row(group, 0, rubric.id, sentence)


def features_of(found: list[Row]) -> np.ndarray:
    """The features of all rows, in their order; embedded a rubric at a time."""
    width, by_rubric = 0, {}
    for place, row in enumerate(found):
        by_rubric.setdefault(row.rubric, []).append(place)
    made: dict[int, np.ndarray] = {}
    for name, places in by_rubric.items():
        values = steering.features(find(name), [found[place].sentence for place in places])
        width = values.shape[1]
        made |= dict(zip(places, values, strict=True))
    return np.array([made[place] for place in range(len(found))]).reshape(len(found), width)


def fit_on(values: np.ndarray, labels: np.ndarray, shrinkage: float, named_from: float = 0.5, left_out_from: float = 0.5) -> Fit:
    """A linear discriminant of the three classes whose common covariance is shrunk (Ledoit and Wolf 2004)."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    centre, scale = values.mean(axis=0), values.std(axis=0) + 1e-3
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage, priors=PRIORS)
    model.fit((values - centre) / scale, labels)
    return Fit(centre, scale, model.coef_, model.intercept_, named_from, left_out_from)


def left_out(values: np.ndarray, labels: np.ndarray, groups: list[str], shrinkage: float) -> np.ndarray:
    """The probability that each row is not ordinary, its group unknown to the fit."""
    from sklearn.model_selection import GroupKFold

    chances = np.zeros(len(labels))
    for train, test in GroupKFold(FOLDS).split(values, labels, groups):
        chances[test] = 1 - steering.probabilities(fit_on(values[train], labels[train], shrinkage), values[test])[:, 0]
    return chances


def main(write: Annotated[bool, typer.Option(help="Write the fit that ships.")] = False) -> None:
    """Prints what is found at each strength of regularisation, and writes the best."""
    found = rows()
    values, labels = features_of(found), np.array([row.label for row in found])
    groups = [row.group for row in found]
    print(f"{len(found)} sentences, by class {np.bincount(labels).tolist()}, {len(set(groups))} groups")
    best = (0.0, 0.0, 0.0, 0.0)
    for shrinkage in SHRINKAGES:
        chances = left_out(values, labels, groups, shrinkage)
        ordinary = np.sort(chances[labels == 0])[::-1]
        named_from = float(ordinary[int(LARGEST_SHARE * len(ordinary))]) + 1e-6
        recall = float((chances[labels > 0] >= named_from).mean())
        print(
            f"  shrinkage {shrinkage}: named from {named_from:.6f}, {recall:.1%} of the hostile sentences of unknown families"
        )
        best = max(best, (recall, shrinkage, named_from, float(ordinary[0])))
    if write:
        recall, shrinkage, named_from, left_out_from = best
        origin = f"{len(found)} sentences of tuning families and clean texts (benchmarks/attacks/fitting.py), shrinkage {shrinkage}"
        print(steering.write(fit_on(values, labels, shrinkage, named_from, left_out_from), origin))


if __name__ == "__main__":
    typer.run(main)
