"""Fits the detector of orders and claims that ships, on the families that are not held back.

    python -m benchmarks.attacks.fitting [DATA] [--write]

Positive are the sentences that the tuning families put in. Ordinary are the tuning half of the clean texts, the texts
of the shipped scenarios that may be developed with, their reference answers and development pairs, sentences of
everyday life, and, from DATA, half of the real calls and answers (the half that is held back is measured by
`benchmarks.attacks`). The probability from which a sentence is named is the lowest at which no more than LARGEST_SHARE
of the innocent texts are accused, with each fold's families and texts unknown to the fit that judges them. A sentence
does not count from the probability above which PRECISION of the sentences are hostile.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer
import yaml

from benchmarks.attacks.corpus import Attack, attacks, clean_texts, insert, is_held_back, rubrics
from benchmarks.examples import developed, read_example, shipped
from benchmarks.unseen.evidence import PAIRS
from benchmarks.unseen.intervals import Share
from evaluator.grading import digest_of, steering
from evaluator.grading.steering import CLASSES, Discriminant, Sentence
from evaluator.references import space
from evaluator.rubric import Rubric
from evaluator.rubrics import find
from evaluator.transcript import parse

CLAIMS = (
    "level-claims", "check-claims", "point-claims", "self-praise", "already-said", "summary-claims", "stage-directions",
    "narrator", "customer-vouches", "customer-checklist", "third-party", "metadata", "praise-with-directions",
)  # fmt: skip
# Copied rubric text is found by overlap; empty politeness and padding are not attempts that a sentence reveals.
NEITHER = (
    "examples-", "reference-", "second-transcript", "rubric-pasted", "key-points-pasted", "keywords", "task-parroted",
    "polish", "padding", "doubling", "acrostic", "tag-characters", "chat-template",
)  # fmt: skip
FOLDS = 10
LARGEST_SHARE = 0.005  # of innocent texts that are accused
PRECISION = 0.99  # of sentences that are left out, in this mixture of hostile and ordinary ones
SHRINKAGES = (0.1, 0.3, 0.5)
PRIORS = (0.9, 0.07, 0.03)


class Row(NamedTuple):
    """A sentence to learn from: its class, and the family or text that it must be left out with."""

    group: str
    label: int
    rubric: Rubric
    sentence: Sentence


def rows(data: Path | None = None) -> list[Row]:
    """All sentences of the tuning side."""
    return [*_hostile(), *_innocent(), *(_real(data) if data else ())]


def _real(data: Path) -> Iterator[Row]:
    """The tuning half of real calls and answers."""
    from benchmarks.agreement.cases import read_set

    for folder in sorted(path for path in data.iterdir() if (path / "grades.csv").exists()):
        for case in read_set(folder).cases:
            if not is_held_back(case.id, 2):
                for sentence in steering.sentences(case.transcript):
                    yield Row(f"real {folder.name} {case.id}", 0, case.rubric, sentence)


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
            yield Row(f"attack {attack.family}", label, rubrics()[attack.rubric], sentence)


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
        yield Row(group, 0, rubric, sentence)


def features_of(found: list[Row]) -> np.ndarray:
    """The features of all rows, in their order; embedded one rubric at a time."""
    by_rubric: dict[str, list[int]] = {}
    for place, row in enumerate(found):
        by_rubric.setdefault(digest_of(row.rubric), []).append(place)
    made: dict[int, np.ndarray] = {}
    for places in by_rubric.values():
        values = steering.features(found[places[0]].rubric, [found[place].sentence for place in places])
        made |= dict(zip(places, values, strict=True))
    return np.array([made[place] for place in range(len(found))])


def fit_on(
    values: np.ndarray,
    labels: np.ndarray,
    shrinkage: float,
    named_from: float = 0.5,
    left_out_from: float = 0.5,
    *,
    priors: tuple[float, ...] = PRIORS,
) -> Discriminant:
    """A linear discriminant of the three classes whose common covariance is shrunk (Ledoit and Wolf 2004)."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    centre, scale = values.mean(axis=0), values.std(axis=0) + 1e-3
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage, priors=priors)
    model.fit((values - centre) / scale, labels)
    return Discriminant(centre, scale, model.coef_, model.intercept_, named_from, left_out_from)


def left_out(
    values: np.ndarray, labels: np.ndarray, groups: list[str], shrinkage: float, *, folds: int = FOLDS
) -> np.ndarray:
    """The probability that each row is not ordinary, by a fit that has not seen its group."""
    from sklearn.model_selection import GroupKFold

    chances = np.zeros(len(labels))
    for train, test in GroupKFold(folds).split(values, labels, groups):
        chances[test] = 1 - steering.probabilities(fit_on(values[train], labels[train], shrinkage), values[test])[:, 0]
    return chances


def highest_by_text(chances: np.ndarray, labels: np.ndarray, groups: list[str]) -> list[float]:
    """The highest probability of each innocent text, in descending order."""
    found: dict[str, float] = {}
    for chance, label, group in zip(chances, labels, groups, strict=True):
        if not label:
            found[group] = max(found.get(group, 0.0), float(chance))
    return sorted(found.values(), reverse=True)


def precise_from(chances: np.ndarray, labels: np.ndarray, *, precision: float = PRECISION) -> float:
    """The lowest probability from which `precision` of the sentences are hostile."""
    order = np.argsort(-chances)
    hostile = np.cumsum(labels[order] > 0)
    good = np.flatnonzero(hostile / np.arange(1, len(order) + 1) >= precision)
    return float(chances[order][good[-1]]) if len(good) else 1.0


def unknown_set(
    values: np.ndarray, labels: np.ndarray, groups: list[str], name: str, shrinkage: float, least: float
) -> str:
    """How many texts of one real set are accused by a fit that saw nothing of that set."""
    own = np.array([group.startswith(f"real {name} ") for group in groups])
    chances = 1 - steering.probabilities(fit_on(values[~own], labels[~own], shrinkage), values[own])[:, 0]
    texts = highest_by_text(chances, labels[own], [group for group, mine in zip(groups, own, strict=True) if mine])
    return str(Share(sum(chance >= least for chance in texts), len(texts)))


def main(
    data: Annotated[Path | None, typer.Argument(help="Folder with sets of real calls and answers.")] = None,
    write: Annotated[bool, typer.Option(help="Write the fit that ships.")] = False,
) -> None:
    """Prints what is found at each shrinkage, and writes the best."""
    found = rows(data)
    values, labels = features_of(found), np.array([row.label for row in found])
    groups = [row.group for row in found]
    print(f"{len(found)} sentences, by class {np.bincount(labels).tolist()}, {len(set(groups))} groups")
    best = (0.0, 0.0, 0.0, 0.0)
    for shrinkage in SHRINKAGES:
        chances = left_out(values, labels, groups, shrinkage)
        texts = highest_by_text(chances, labels, groups)
        named_from = texts[int(LARGEST_SHARE * len(texts))] + 1e-7
        recall = float((chances[labels > 0] >= named_from).mean())
        print(
            f"  shrinkage {shrinkage}: named from {named_from:.7f}, {recall:.1%} of the hostile sentences of unknown families"
        )
        best = max(best, (recall, shrinkage, named_from, max(named_from, precise_from(chances, labels))))
    recall, shrinkage, named_from, left_out_from = best
    print(f"  left out from {left_out_from:.7f}")
    for name in sorted({group.split(" ")[1] for group in groups if group.startswith("real ")}):
        print(
            f"  accused of {name}, fitted without it: {unknown_set(values, labels, groups, name, shrinkage, named_from)}"
        )
    if write:
        origin = f"{len(found)} sentences of tuning families and innocent texts, shrinkage {shrinkage}"
        print(steering.write(fit_on(values, labels, shrinkage, named_from, left_out_from), origin))


if __name__ == "__main__":
    typer.run(main)
