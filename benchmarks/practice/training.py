"""Trains the classifier of events that ships, and measures it.

    python -m benchmarks.practice train

Trained on the sentences of events.yaml and the odd turns of turns.yaml; the threshold is the one with the best F1 on the odd
turns for a model trained on the sentences alone; measured on the even turns. One person wrote and labelled all of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.practice.hearing import TURNS
from evaluator.encoding import read_yaml
from evaluator.practice.call import hearing, spotting
from evaluator.references import universal_vectors

PENALTY = 5.0  # scikit-learn's C


def _sentences() -> list[tuple[str, str]]:
    return [
        (name, text)
        for language in ("zh", "en")
        for name, words in hearing.wordings(language).items()
        for text in words.examples
    ]


def fit(turns: list[dict[str, Any]], *, penalty: float = PENALTY) -> tuple[list[str], Any, Any]:
    """Trains names, weights and constants on the sentences and these turns.

    In a turn with an event, the sentence nearest to the event's own sentences is positive; in a turn without it, all
    sentences are negative.
    """
    from sklearn.linear_model import LogisticRegression

    known = _sentences()
    vectors = universal_vectors([text for _, text in known])
    bags = [universal_vectors(spotting.sentences_of(turn["agent"])) for turn in turns]
    names, weights, constants = list(hearing.wordings("zh")), [], []
    for name in names:
        own = np.array([one == name for one, _ in known])
        rows, labels = [vectors], [own]
        for turn, bag in zip(turns, bags, strict=True):
            holds = name in true_of(turn)
            rows.append(bag[[int((bag @ vectors[own].T).max(axis=1).argmax())]] if holds else bag)
            labels.append(np.full(len(rows[-1]), holds))
        model = LogisticRegression(C=penalty, class_weight="balanced").fit(np.vstack(rows), np.concatenate(labels))
        weights.append(model.coef_[0])
        constants.append(model.intercept_[0])
    return names, np.array(weights, dtype=np.float32), np.array(constants, dtype=np.float32)


def true_of(turn: dict[str, Any]) -> set[str]:
    """The events of a labelled turn."""
    return {*turn["events"], *(["closes"] if turn.get("closes") else [])}


def chances(turns: list[dict[str, Any]], weights: Any, constants: Any) -> Any:
    """Probabilities, shape (turns, events)."""
    scores = [
        (universal_vectors(spotting.sentences_of(turn["agent"])) @ weights.T + constants).max(axis=0) for turn in turns
    ]
    return 1 / (1 + np.exp(-np.array(scores)))


def train() -> None:
    """Trains, writes the file that ships, and prints the figures."""
    turns = read_yaml(TURNS.read_text(encoding="utf-8"))
    odd, even = turns[0::2], turns[1::2]
    names, weights, constants = fit([])
    threshold = max(
        np.arange(0.1, 0.9, 0.05), key=lambda one: _figures(odd, names, chances(odd, weights, constants), one)[2]
    )
    names, weights, constants = fit(odd)
    found = chances(even, weights, constants)
    precision, recall, score = _figures(even, names, found, threshold)
    nearest = np.argsort(-found, axis=1)[:, : hearing.MOST_ASKED]
    reached = [names.index(name) in row for turn, row in zip(even, nearest, strict=True) for name in true_of(turn)]
    print(f"threshold {threshold:.2f}, chosen on {len(odd)} odd turns")
    print(
        f"{len(even)} even turns, {len(reached)} events: precision {precision:.2f}, recall {recall:.2f}, F1 {score:.2f}"
    )
    print(f"among the {hearing.MOST_ASKED} likeliest of all {len(names)}: {sum(reached)} of {len(reached)}")
    np.savez_compressed(
        spotting.WEIGHTS,
        names=np.array(names),
        weights=weights,
        constants=constants,
        threshold=threshold,
        texts=spotting.texts_digest(),
    )


def _figures(turns: list[dict[str, Any]], names: list[str], found: Any, threshold: float) -> tuple[float, float, float]:
    true = np.array([[name in true_of(turn) for name in names] for turn in turns])
    told = found >= threshold
    hits = (true & told).sum()
    precision, recall = hits / max(1, told.sum()), hits / true.sum()
    return float(precision), float(recall), float(2 * hits / (told.sum() + true.sum()))
