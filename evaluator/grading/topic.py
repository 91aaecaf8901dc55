"""Does a text deal with its task? It does if it resembles the task more than texts of other tasks do.

Every customer service text resembles every customer service task a little, so a likeness alone says nothing. How much is usual
depends on the task: a rubric of three sentences resembles everything less than one of fifty. So the texts of the shipped tasks
are compared with the task first, and each of four likenesses (sentences by two embedders, the whole text, the share of its words)
is measured from their mean in units of their standard deviation. A logistic regression weighs the four, the length, and whether
the task asks for a written answer. `topic.npz` holds its coefficients, the vectors of the shipped tasks and how both were made.
`python -m benchmarks.unseen.topic --write` makes the file; without `--write` the command measures on tasks that were left out
(docs/unseen.md). No model is asked.

The result is shown and asks for a person. It moves no points.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from evaluator.grading.evidence import pieces_of
from evaluator.grading.tuned import LEAST_USUAL_SPREAD, SAME_TASK, TOPIC_NEAREST
from evaluator.references import tokens
from evaluator.rubric import ROLES_OF, Rubric
from evaluator.rubrics import with_key_points
from evaluator.transcript import Transcript, parse, spans_of

if TYPE_CHECKING:
    from evaluator.references import Vectors

MOST_PIECES = 400  # from a very long text, evenly spaced: enough to show its subject

_DATA = Path(__file__).with_name("topic.npz")
_FURTHER = Path(__file__).with_name("topics.npz")
LIKENESSES = ("sentences", "sentences by the second embedder", "whole text", "words")
FEATURES = (
    *(f"{name}, in deviations from texts of other tasks" for name in LIKENESSES),
    "log of the length",
    "the task asks for a written answer",
)


Likenesses = tuple[float, float, float, float]


class Topic(NamedTuple):
    """A task prepared for comparison: its statements by both embedders, task and first reference whole, its words."""

    first: Vectors  # (statements, 384)
    second: Vectors  # (statements, 512)
    whole: Vectors  # (1 or 2, 512)
    words: frozenset[str]


class Seen(NamedTuple):
    """A text prepared for comparison with tasks."""

    first: Vectors
    second: Vectors
    whole: Vectors  # (512,)
    words: frozenset[str]
    length: int  # letters and digits


class Usual(NamedTuple):
    """How much texts of other tasks resemble a task: mean and spread of each likeness."""

    mean: Likenesses
    spread: Likenesses


class Fit(NamedTuple):
    """The logistic regression: features are centred, scaled and weighted."""

    centre: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float

    def probability(self, features: Sequence[float]) -> float:
        """The probability that a text with these features deals with the task."""
        parts = zip(features, self.centre, self.scale, self.weights, strict=True)
        value = self.intercept + sum(weight * (feature - mean) / spread for feature, mean, spread, weight in parts)
        return 1 / (1 + math.exp(-max(min(value, 60.0), -60.0)))


class ShippedTasks(NamedTuple):
    """The shipped data: the tasks to contrast with, by rubric, the information of each word, and the fit."""

    topics: Mapping[str, Topic]
    frequency: Mapping[str, int]  # number of the library's documents that contain a word
    documents: int
    fit: Fit

    def information(self, words: Collection[str]) -> float:
        """The information of these words together: the sum of their inverse document frequencies, as in BM25."""
        return sum(_information(self.frequency.get(word, 0), self.documents) for word in words)


def on_topic(rubric: Rubric, transcript: Transcript, left_out: Sequence[tuple[str, int, int]] = ()) -> float:
    """The probability that the text deals with the rubric's task, 0 to 1.

    It is 1 if there is nothing to decide by: a rubric for any topic or without reference answers, or a text without
    words.
    """
    if rubric.any_topic or not any(reference.text.strip() for reference in rubric.references):
        return 1.0
    seen = see(transcript, left_out)
    if seen is None:
        return 1.0
    shipped = library()
    own = likenesses(seen, topic_of(rubric), shipped)
    return shipped.fit.probability(features_of(own, _usual_of(rubric), seen.length, answer=rubric.form == "answer"))


@lru_cache(maxsize=64)
def _usual_of(rubric: Rubric) -> Usual:
    """What texts of the shipped tasks reach by this rubric: the same for every text, so it is worked out once."""
    own = topic_of(rubric)
    return usual_likenesses(own, others_than(own, library()).values(), library())


def features_of(own: Likenesses, usual: Usual, length: int, *, answer: bool) -> list[float]:
    """The features of FEATURES, in that order. Written answers to different questions resemble each other more than calls do, so
    `answer` says whether the task asks for one."""
    apart = [(mine - mean) / spread for mine, mean, spread in zip(own, *usual, strict=True)]
    return [*apart, math.log(length + 1), float(answer)]


def usual_likenesses(own: Topic, others: Iterable[Topic], shipped: ShippedTasks) -> Usual:
    """How much the tasks and reference answers of `others`, read as texts, resemble the task."""
    import numpy as np

    texts = [Seen(other.first, other.second, other.whole[-1], other.words, 0) for other in others]
    table = np.array([likenesses(text, own, shipped) for text in texts])
    return Usual(tuple(table.mean(axis=0).tolist()), tuple((table.std(axis=0) + LEAST_USUAL_SPREAD).tolist()))


def others_than(own: Topic, shipped: ShippedTasks) -> dict[str, Topic]:
    """The library's tasks except the task itself, its translations and its near copies."""
    return {name: other for name, other in shipped.topics.items() if float(other.whole[0] @ own.whole[0]) < SAME_TASK}


def see(transcript: Transcript, left_out: Sequence[tuple[str, int, int]] = ()) -> Seen | None:
    """The text with everybody's words, prepared for comparison; None if there are no words."""
    from evaluator.references import passage_vectors, universal_vectors

    spans = spans_of(transcript, ROLES_OF["any"], left_out)
    if not spans:
        return None
    pieces = [piece for span in spans for piece in pieces_of(span.text)]
    pieces = pieces[:: len(pieces) // MOST_PIECES + 1]
    text = " ".join(span.text for span in spans)
    return Seen(
        passage_vectors(pieces),
        universal_vectors(pieces),
        universal_vectors([text[:4000]])[0],
        frozenset(tokens(text, function_words=False)),
        sum(char.isalnum() for char in text),
    )


@lru_cache(maxsize=64)
def topic_of(rubric: Rubric) -> Topic:
    """The task of a rubric: its wording, its reference answers and their key points."""
    from evaluator.references import passage_vectors, universal_vectors

    rubric = with_key_points(rubric)
    task = [piece for span in spans_of(parse(rubric.task), ROLES_OF["any"]) for piece in pieces_of(span.text)]
    said = [
        span.text
        for item in rubric.references
        for span in spans_of(parse(item.text, form=rubric.form), ROLES_OF["any"])
    ]
    points = [point.text for reference in rubric.references for point in reference.key_points]
    statements = [*task, *said, *points] or [rubric.task]
    whole = [rubric.task, *(reference.text[:4000] for reference in rubric.references[:1])]
    return Topic(
        passage_vectors(statements), universal_vectors(statements), universal_vectors(whole), task_words(rubric)
    )


def task_words(rubric: Rubric) -> frozenset[str]:
    """The words of a rubric's task, reference answers and key points."""
    references = with_key_points(rubric).references
    points = [point.text for reference in references for point in reference.key_points]
    words = " ".join((rubric.task, *(reference.text for reference in references), *points))
    return frozenset(tokens(words, function_words=False))


@cache
def library() -> ShippedTasks:
    """The data shipped in `topic.npz`."""
    import numpy as np

    with np.load(_DATA, allow_pickle=False) as file:
        told = json.loads(str(file["told"]))
        return ShippedTasks(_unpacked(file, told), told["frequency"], told["documents"], Fit(**told["fit"]))


@cache
def further_topics() -> dict[str, Topic]:
    """Shipped tasks that the fit has not seen, in `topics.npz`: prepared for comparison, no contrast for the guard.

    Without the file their texts are embedded when they are first needed.
    """
    import numpy as np

    if not _FURTHER.is_file():
        return {}
    with np.load(_FURTHER, allow_pickle=False) as file:
        return _unpacked(file, json.loads(str(file["told"])))


def write_library(
    topics: Mapping[str, Topic], frequency: Mapping[str, int], documents: int, fit: Fit, origin: str
) -> Path:
    """Writes the shipped data; `origin` describes the data of the fit."""
    told = {
        "origin": origin,
        "features": FEATURES,
        "fit": fit._asdict(),
        "frequency": dict(frequency),
        "documents": documents,
    }
    return _write_packed(_DATA, topics, told)


def write_further_topics(topics: Mapping[str, Topic]) -> Path:
    """Writes `topics.npz`."""
    return _write_packed(_FURTHER, topics, {})


def _write_packed(path: Path, topics: Mapping[str, Topic], told: dict[str, Any]) -> Path:
    import numpy as np

    told["topics"] = [
        {"rubric": name, "statements": len(item.first), "wholes": len(item.whole), "words": sorted(item.words)}
        for name, item in topics.items()
    ]
    stacked = {
        name: np.vstack([getattr(item, name) for item in topics.values()]) for name in ("first", "second", "whole")
    }
    halves = {name: values.astype(np.float16) for name, values in stacked.items()}
    arrays: dict[str, Any] = {"told": np.array(json.dumps(told, ensure_ascii=False)), **halves}
    np.savez_compressed(path, **arrays)
    return path


def _unpacked(file: Any, told: dict[str, Any]) -> dict[str, Topic]:
    first, second, whole = (file[name].astype("float32") for name in ("first", "second", "whole"))
    topics, at, whole_at = {}, 0, 0
    for entry in told["topics"]:
        rows, wholes = slice(at, at + entry["statements"]), slice(whole_at, whole_at + entry["wholes"])
        topics[entry["rubric"]] = Topic(first[rows], second[rows], whole[wholes], frozenset(entry["words"]))
        at, whole_at = rows.stop, wholes.stop
    return topics


def likenesses(seen: Seen, task: Topic, shipped: ShippedTasks) -> Likenesses:
    """How far a text resembles a task: the four values of LIKENESSES."""
    told = shipped.information(seen.words & task.words) / (shipped.information(seen.words) + 1e-6)
    first, second = (seen.first @ task.first.T).max(axis=1), (seen.second @ task.second.T).max(axis=1)
    return _nearest(first), _nearest(second), float((task.whole @ seen.whole).max()), told


@lru_cache(maxsize=4096)
def _information(count: int, documents: int) -> float:
    return math.log(1 + (documents - count + 0.5) / (count + 0.5))


def _nearest(best: Vectors) -> float:
    """The mean of the few highest values."""
    highest = sorted(best.tolist())[-TOPIC_NEAREST:]
    return sum(highest) / len(highest)
