"""Nearness of the dialogue to some twenty sentences that stand for ways to end a conversation.

With few labels a fit cannot find a direction among 384; it can find a sign for "problem solved, thanks". The sentences
are in `landmarks.yaml`. Vectors are compared minus the landmarks' common mean, because raw cosines hardly differ.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluator.encoding import read_yaml

Array = NDArray[np.float64]

# block of features -> (part of the dialogue, groups of landmarks)
NEAR = {
    "near-closing": ("e5-closing", ("closing",)),
    "near-reply": ("e5-reply", ("reply",)),
    "near-customer": ("e5-customer", ("closing",)),
    "near-last": ("e5-last", ("closing", "reply")),
}


@cache
def read_landmarks() -> dict[str, tuple[str, ...]]:
    """The sentences by group."""
    text = Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
    return {group: tuple(lines) for group, lines in read_yaml(text).items()}


def measure_nearness(parts: dict[str, Array], landmarks: dict[str, Array]) -> tuple[Array, tuple[str, ...]]:
    """Cosines to the landmarks, shape (n, columns), with names.

    `parts` are vectors by part, shape (n, dimensions), all zeros where nobody spoke, which yields 0; `landmarks` are
    vectors by group.
    """
    centre = np.vstack(list(landmarks.values())).mean(0)
    columns, names = [], []
    for block, (part, groups) in NEAR.items():
        marks = np.vstack([landmarks[group] for group in groups])
        spoken = np.abs(parts[part]).sum(1, keepdims=True) > 0
        near = _unit(parts[part] - centre) @ _unit(marks - centre).T * spoken
        columns.append(near)
        names += [f"{block}/{index}" for index in range(len(marks))]
    return np.hstack(columns), tuple(names)


def _unit(vectors: Array) -> Array:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
