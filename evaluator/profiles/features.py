"""What a fit may use besides the points: named numbers, each name a block and a part ("form/turns").

A fit learns one strength per block. The same functions serve calibration and grading, so at grading a profile sees
exactly the numbers that it was fitted on.

points/…   the machine's expected points by criterion        level/…    probabilities of the levels
check/…    predicates, key points                            form/…     counts that need no model
near-…/…   nearness to landmark sentences
grams…/…   hashed character n-grams                          e5-…/…     sentence embeddings of parts of
the dialogue
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from evaluator.encoding import Frozen
from evaluator.errors import InputError
from evaluator.scorecard import UngradedVerdict
from evaluator.transcript import Transcript

if TYPE_CHECKING:
    import pandas as pd

    from evaluator.scorecard import LevelShare, Scorecard

GRAM_BUCKETS = 2048


class SidedTurn(Frozen):
    """One side of a conversation: "customer", or "agent" for everybody else."""

    speaker: str
    text: str


def two_sided(transcript: Transcript) -> tuple[SidedTurn, ...]:
    """The turns of a transcript in the form from which text features are computed."""
    return tuple(
        SidedTurn(speaker="customer" if turn.role == "customer" else "agent", text=turn.text)
        for turn in transcript.turns
    )


class Spoken(Protocol):
    """A turn: anything with a speaker's role and a text."""

    @property
    def speaker(self) -> str | None: ...

    @property
    def text(self) -> str: ...


Embed = Callable[[list[str]], NDArray[np.float32]]


@dataclass(frozen=True)
class Features:
    """Features of n items: `matrix` has shape (n, p), gaps as NaN; `names` are its columns, `ids` its rows."""

    matrix: NDArray[np.float64]
    names: tuple[str, ...]
    ids: tuple[str, ...]

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Features:
        """Features from a table with one row per item; columns without a block get the block "readout"."""
        names = tuple(name if "/" in name else f"readout/{name}" for name in map(str, frame.columns))
        return cls(frame.to_numpy(float), names, tuple(map(str, frame.index)))

    def rows(self, ids: Sequence[str]) -> NDArray[np.float64]:
        """The rows for `ids`, shape (len(ids), p). Raises InputError for an id without features."""
        place = {item: index for index, item in enumerate(self.ids)}
        unknown = [item for item in ids if item not in place]
        if unknown:
            raise InputError("calibration_no_readout", item=unknown[0], count=len(unknown))
        return self.matrix[[place[item] for item in ids]]

    def keep(self, ids: Sequence[str]) -> Features:
        """The same columns for some items."""
        return Features(self.rows(ids), self.names, tuple(ids))

    def join(self, other: Features) -> Features:
        """Both sets of columns, for this object's items."""
        return Features(np.hstack([self.matrix, other.rows(self.ids)]), self.names + other.names, self.ids)

    def row(self, item: str) -> dict[str, float]:
        """One item's numbers by name, as required by `Profile.apply`."""
        return dict(zip(self.names, self.rows([item])[0].tolist(), strict=True))


def block_of(name: str) -> str:
    """The block of a column: the part before the first slash."""
    return name.split("/", 1)[0]


def read_scorecard(card: Scorecard) -> dict[str, float]:
    """Features of one grading: points and level probabilities of every criterion, key points, predicates.

    The points are the judge's own, even if a profile has changed them on the scorecard.
    """
    numbers: dict[str, float] = {}
    for verdict in card.verdicts:
        if isinstance(verdict, UngradedVerdict):
            continue
        own = verdict.points if card.profile is None else expected_points(verdict.distribution)
        numbers[f"points/{verdict.criterion}"] = own
        for index, share in enumerate(verdict.distribution):
            numbers[f"level/{verdict.criterion}.{index}"] = share.probability
    known = [point.probability for point in card.key_points if point.probability is not None]
    if known:
        numbers["check/key_points"] = sum(known) / len(known)
    numbers.update(_read_predicates(card.raw))
    return numbers


def expected_points(distribution: Sequence[LevelShare]) -> float:
    """The judge's own points of a verdict, rounded like a verdict's."""
    return round(sum(share.points * share.probability for share in distribution), 4)


def _read_predicates(raw: dict) -> dict[str, float]:
    """Probability of "yes" for every predicate in a record's raw answers, whatever form the answer has."""
    found = {}
    for question, answer in raw.items():
        shares = answer.get("probabilities", answer) if isinstance(answer, dict) else {}
        if isinstance(shares, dict) and isinstance(shares.get("yes"), int | float):
            found[f"check/{question}"] = float(shares["yes"])
    return found


def describe_form(turns: Sequence[Spoken]) -> dict[str, float]:
    """Counts that need no model: turns, log lengths, who has the last word, question and exclamation marks."""
    spoken = [turn for turn in turns if turn.text.strip()]
    last = spoken[-1] if spoken else None
    customer = [turn.text for turn in spoken if turn.speaker == "customer"]
    agent = [turn.text for turn in spoken if turn.speaker != "customer"]
    closing = customer[-1] if customer else ""
    return {
        "form/turns": float(len(spoken)),
        "form/customer_turns": float(len(customer)),
        "form/agent_length": math.log1p(sum(map(len, agent))),
        "form/customer_length": math.log1p(sum(map(len, customer))),
        "form/closing_length": math.log1p(len(closing)),
        "form/customer_last": float(last is not None and last.speaker == "customer"),
        "form/closing_asks": float(closing.count("?") + closing.count("？") > 0),
        "form/closing_cries": min(3.0, float(closing.count("!") + closing.count("！"))),
    }


def hash_grams(text: str, buckets: int = GRAM_BUCKETS) -> NDArray[np.float64]:
    """Character 1- to 3-grams, hashed into `buckets`, as log counts of length 1; the same on every machine (CRC-32)."""
    counts = Counter(text[i : i + n] for n in (1, 2, 3) for i in range(len(text) - n + 1))
    vector = np.zeros(buckets)
    for gram, count in counts.items():
        code = zlib.crc32(gram.encode())
        vector[code % buckets] += (1 if code & 0x80000000 else -1) * (1 + math.log(count))
    return vector / (np.linalg.norm(vector) or 1.0)


def cut_views(turns: Sequence[Spoken]) -> dict[str, str]:
    """The parts of a dialogue that are embedded, by name; a part is empty if nobody spoke in it."""
    spoken = [turn for turn in turns if turn.text.strip()]
    customer = [turn.text for turn in spoken if turn.speaker == "customer"]
    agent = [turn.text for turn in spoken if turn.speaker != "customer"]
    return {
        "e5-dialogue": "\n".join(turn.text for turn in spoken),
        "e5-customer": "\n".join(customer),
        "e5-agent": "\n".join(agent),
        "e5-closing": customer[-1] if customer else "",
        "e5-reply": agent[-1] if agent else "",
        "e5-last": spoken[-1].text if spoken else "",
    }


def embed_views(dialogues: Sequence[Sequence[Spoken]], embed: Embed) -> dict[str, NDArray[np.float64]]:
    """Embeddings by part, shape (dialogues, dimensions) each; an empty part is all zeros."""
    views = [cut_views(turns) for turns in dialogues]
    texts = sorted({text for view in views for text in view.values() if text})
    vectors = np.asarray(embed(texts), dtype=float)
    known = dict(zip(texts, vectors, strict=True))
    blank = np.zeros(vectors.shape[1] if texts else 1)
    return {part: np.array([known.get(view[part], blank) for view in views]) for part in views[0]}
