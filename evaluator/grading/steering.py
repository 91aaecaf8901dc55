"""Detects sentences that speak to the grader, and claims about one's own performance, with a fitted detector.

It does not look for phrases. A sentence is ordinary, an *order* (it speaks to whoever or whatever grades, or forges a
result) or a *claim* (it says that things were done well instead of doing them: praise, summaries, stage directions, a
customer who vouches for the agent). A linear discriminant tells the three apart by the sentence's vector (from the
quick embedder), a few signs of its form, and whether it lies nearer to how the rubric describes performance than to how
a speaker would perform. Before that, disguised text is decoded and split text is joined (`guard.decoding`).

The fit was made on two thirds of the families of attacks, chosen by a hash; docs/trust.md states how many of the others
it finds and how often it accuses innocent texts. `python -m benchmarks.attacks.fitting --write` makes `steering.npz`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from evaluator.grading.tuned import STEERING_LETTERS
from evaluator.guard import Reading, is_graded, readings
from evaluator.rubric import ROLES_OF, Role, Rubric
from evaluator.scorecard import Guard
from evaluator.transcript import Span, Transcript, Turn, evidence_of, parse, spans_of

if TYPE_CHECKING:
    from evaluator.references import Vectors

CLASSES = ("ordinary", "order", "claim")
LONGEST = 400  # characters of a sentence that are read
MOST_SENTENCES = 600  # of one text, evenly spaced if there are more

_DATA = Path(__file__).with_name("steering.npz")
_CLAUSE_ENDS = re.compile(r"[，,、;；:：]")
_SIGNS: tuple[re.Pattern[str], ...] = (
    re.compile(r"^\s*[(（\[【〔*<{#/|=\-\"]"),
    re.compile(r"[)）\]】〕*>}|=\-\"]\s*$"),
    re.compile(r"[:：=]"),
    re.compile(r"[?？]"),
    re.compile(r"[{}<>|=_#\\]"),
    re.compile(r"\d"),
    re.compile(r"我|咱|\b(?:I|my|me|I'm|I've)\b"),
    re.compile(r"你|您|\b(?:you|your)\b", re.IGNORECASE),
    re.compile(r"客服|坐席|座席|\b(?:agent|he|she)\b", re.IGNORECASE),
    re.compile(r"客户|顾客|\bcustomers?\b", re.IGNORECASE),
    re.compile(r"[已过了]|\b(?:have|has|was|were|ed)\b"),
    re.compile(r"✓|√|★|👍|💯"),
)

Place = tuple[tuple[Turn, int, int], ...]


class Sentence(NamedTuple):
    """Something that is said: its words as they are read, the speaker, and the places they come from."""

    text: str
    role: Role
    pieces: Place


class Discriminant(NamedTuple):
    """The discriminant.

    `weights` (3, features) apply to centred and scaled features, with `intercept` (3,). Two thresholds on the
    probability of not being ordinary say from where a sentence is named, and from where it is left out of what counts.
    """

    centre: Vectors
    scale: Vectors
    weights: Vectors
    intercept: Vectors
    named_from: float
    left_out_from: float


def steering(rubric: Rubric, transcript: Transcript) -> list[Guard]:
    """Returns the guards that the detector raises, each with the exact words and the highest probability.

    They are "steering" or "steering_by_other" for orders that do not count, and "possible_steering" and "possible_claims" where
    the points stay.
    """
    fit, said = shipped(), sentences(transcript)
    chances: Iterable[Vectors] = probabilities(fit, features(rubric, said)) if said else []
    found: dict[str, list[tuple[float, Sentence]]] = {}
    for sentence, chance in zip(said, chances, strict=True):
        if 1 - chance[0] >= fit.named_from:
            code = _code_of(fit, chance, sentence)
            found.setdefault(code, []).append((float(1 - chance[0]), sentence))
    return [_guard(code, items) for code, items in found.items()]


def _code_of(fit: Discriminant, chance: Vectors, sentence: Sentence) -> str:
    """Orders are left out of what counts where the detector is precise enough; all else is only shown.

    Claims are never left out: of 210 honest texts two were greetings without punctuation ("happy to serve you").
    """
    kind = "steering" if chance[1] >= chance[2] else "claims"
    if kind == "claims" or 1 - chance[0] < fit.left_out_from:
        return f"possible_{kind}"
    return kind if is_graded(sentence.pieces[0][0]) else f"{kind}_by_other"


def _guard(code: str, items: Sequence[tuple[float, Sentence]]) -> Guard:
    places = dict.fromkeys(piece for _, sentence in items for piece in sentence.pieces)
    evidence = tuple(evidence_of(Span(*place), "against", 1.0) for place in places)
    return Guard(
        code=code, detail="fitted", evidence=evidence, probability=round(max(chance for chance, _ in items), 4)
    )


def sentences(transcript: Transcript) -> list[Sentence]:
    """What is inspected: every sentence, and whatever reads differently once decoded or joined."""
    plain = [Sentence(span.text, span.turn.role, (tuple(span),)) for span in spans_of(transcript, ROLES_OF["any"])]  # type: ignore[arg-type]
    plain = plain[:: len(plain) // MOST_SENTENCES + 1]
    other = [_of_reading(reading) for reading in readings(transcript) if not reading.certain]
    return [
        one for one in (*plain, *other[:MOST_SENTENCES]) if sum(char.isalpha() for char in one.text) >= STEERING_LETTERS
    ]


def _of_reading(reading: Reading) -> Sentence:
    return Sentence(reading.text, reading.pieces[0][0].role, reading.pieces)


def features(rubric: Rubric, said: Sequence[Sentence]) -> Vectors:
    """Returns the features of sentences, (sentences, features).

    They are the vector, how near it lies to the rubric's descriptions and to its spoken examples, signs of form, and
    whose words they are.
    """
    import numpy as np

    from evaluator.references import universal_vectors

    vectors = universal_vectors([sentence.text[:LONGEST] for sentence in said])
    near = [(vectors @ side.T).max(axis=1) for side in _sides(rubric)]
    signs = np.array([_signs(sentence) for sentence in said], dtype=np.float32)
    return np.hstack([vectors, np.column_stack([*near, near[0] - near[1]]), signs]).astype(np.float32)


def _signs(sentence: Sentence) -> list[float]:
    text = sentence.text
    clauses = [clause for clause in _CLAUSE_ENDS.split(text) if clause.strip()]
    letters = sum(char.isalpha() for char in text)
    return [
        *(float(bool(sign.search(text))) for sign in _SIGNS),
        math.log(len(text) + 1),
        math.log(len(clauses) + 1),
        len(text) / max(len(clauses), 1) / 40,
        letters / max(len(text), 1),
        float(sentence.role == "customer"),
        float(sentence.role == "other"),
    ]


@lru_cache(maxsize=64)
def _sides(rubric: Rubric) -> tuple[Vectors, Vectors]:
    """Vectors of how the rubric describes performance, and of how a speaker would say it."""
    from evaluator.references import universal_vectors

    described, spoken = [], []
    for criterion in rubric.criteria:
        described += [criterion.description or criterion.name, *(level.description for level in criterion.levels)]
        described += [check.yes for check in criterion.checks]
        spoken += [check.example for check in criterion.checks]
    for reference in rubric.references:
        described += [point.text for point in reference.key_points]
        spoken += [point.example for point in reference.key_points]
        spoken += [span.text for span in spans_of(parse(reference.text, form=rubric.form), {"agent"})]
    spoken = [text for text in spoken if text] or [rubric.task]
    return universal_vectors(described or [rubric.task]), universal_vectors(spoken)


def probabilities(fit: Discriminant, rows: Vectors) -> Vectors:
    """(sentences, 3): the probability of each of CLASSES."""
    import numpy as np

    values = ((rows - fit.centre) / fit.scale).astype(np.float64) @ fit.weights.T.astype(np.float64) + fit.intercept
    raw = np.exp(values - values.max(axis=1, keepdims=True))
    found: Vectors = raw / raw.sum(axis=1, keepdims=True)
    return found


@cache
def shipped() -> Discriminant:
    """The fit that ships in `steering.npz`."""
    import numpy as np

    with np.load(_DATA, allow_pickle=False) as file:
        centre, scale, weights, intercept = (file[name].astype(np.float32) for name in Discriminant._fields[:4])
        told = json.loads(str(file["told"]))
        return Discriminant(centre, scale, weights, intercept, float(told["named_from"]), float(told["left_out_from"]))


def write(fit: Discriminant, origin: str) -> Path:
    """Writes the fit that ships; `origin` says in words what it was fitted on."""
    import numpy as np

    said = {"origin": origin, "classes": CLASSES, "named_from": fit.named_from, "left_out_from": fit.left_out_from}
    told = json.dumps(said, ensure_ascii=False)
    arrays: dict[str, Any] = {
        name: np.asarray(getattr(fit, name), dtype=np.float32) for name in Discriminant._fields[:-2]
    }
    np.savez_compressed(_DATA, told=np.array(told), **arrays)
    shipped.cache_clear()
    return _DATA
