"""Predicts which events a turn may hold, with a small classifier over sentence vectors.

There is one logistic regression per event, trained on the sentences of `events.yaml` and on labelled turns (`python -m
benchmarks.practice train`). It takes a millisecond per sentence.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from evaluator.references import universal_vectors

if TYPE_CHECKING:
    from evaluator.references import Vectors

FOLDER = Path(__file__).parent
WEIGHTS = FOLDER / "events.npz"


class Trained(NamedTuple):
    """The regressions: names (n,), weights (n, 512), constants (n,), and the probability from which an event counts."""

    names: tuple[str, ...]
    weights: Vectors
    constants: Vectors
    threshold: float
    texts: str  # digest of the sentences that it was trained on


def spot(agent: str) -> dict[str, float]:
    """Returns the probability of each event in a turn, the highest of its sentences.

    Blocks for a millisecond per sentence, and for a second the first time.
    """
    import numpy as np

    fitted = trained()
    scores = universal_vectors(sentences_of(agent)) @ fitted.weights.T + fitted.constants
    chances = (1 / (1 + np.exp(-scores))).max(axis=0)
    return dict(zip(fitted.names, map(float, chances), strict=True))


@cache
def trained() -> Trained:
    """The classifier that ships."""
    import numpy as np

    with np.load(WEIGHTS) as kept:
        names = tuple(map(str, kept["names"]))
        return Trained(names, kept["weights"], kept["constants"], float(kept["threshold"]), str(kept["texts"]))


def texts_digest() -> str:
    """The digest of the current training sentences; if it differs from `trained().texts`, train again."""
    return hashlib.sha256((FOLDER / "events.yaml").read_bytes()).hexdigest()


def sentences_of(text: str) -> list[str]:
    """The sentences of a turn; the turn itself if it has no sentence ends."""
    found = [part.strip() for part in re.split(r"(?<=[。！？!?；;])|(?<=\.)\s", text) if part.strip()]
    return found or [text.strip() or "…"]
