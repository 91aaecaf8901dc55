"""Which rubrics fit a text? Those whose task it resembles more than the other tasks do.

The likenesses are those of the topic guard. Each is measured across the tasks, in standard deviations from their mean, and the
four are summed: nothing is fitted. Whether the best ones fit at all is the topic guard's probability. No model is asked.
`python -m benchmarks.unseen.proposing` measures it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from evaluator.grading.topic import (
    Seen,
    Topic,
    further_topics,
    library,
    likenesses,
    on_topic,
    see,
    task_words,
    topic_of,
)
from evaluator.grading.tuned import FITS_FROM, LEAST_USUAL_SPREAD
from evaluator.rubric import Rubric
from evaluator.transcript import Transcript

PROPOSED = 3


class Proposal(NamedTuple):
    """A rubric and the probability that the text deals with its task, 0 to 1."""

    rubric: Rubric
    probability: float

    @property
    def fits(self) -> bool:
        """Whether the text rather deals with the task than not."""
        return self.probability >= FITS_FROM


def propose_rubrics(transcript: Transcript, rubrics: Sequence[Rubric]) -> list[Proposal]:
    """The rubrics of the text's language that resemble it most, at most PROPOSED, best first.

    Empty for a text without words. A rubric for any topic is no candidate. The embedders run: seconds at first, then less
    than one.
    """
    seen = see(transcript)
    candidates = [one for one in rubrics if is_about_something(one) and one.language == _language(transcript)]
    if seen is None or not candidates:
        return []
    return [Proposal(one, on_topic(one, transcript)) for one in ranked(seen, candidates)[:PROPOSED]]


def is_about_something(rubric: Rubric) -> bool:
    """Whether a text can be on or off the rubric's topic."""
    return not rubric.any_topic and any(reference.text.strip() for reference in rubric.references)


def ranked(seen: Seen, candidates: Sequence[Rubric]) -> list[Rubric]:
    """The candidates, most similar first."""
    import numpy as np

    shipped = library()
    table = np.array([likenesses(seen, _topic(one), shipped) for one in candidates])
    apart = (table - table.mean(axis=0)) / (table.std(axis=0) + LEAST_USUAL_SPREAD)
    return [candidates[place] for place in np.argsort(-apart.sum(axis=1), kind="stable")]


def _topic(rubric: Rubric) -> Topic:
    """The shipped vectors if the rubric is as it was shipped; otherwise its text is embedded, once per process."""
    shipped = library().topics.get(rubric.id) or further_topics().get(rubric.id)
    return shipped if shipped is not None and shipped.words == task_words(rubric) else topic_of(rubric)


def _language(transcript: Transcript) -> str:
    """Chinese if at least a tenth of the characters are, otherwise English."""
    chinese = sum("\u4e00" <= char <= "\u9fff" for char in transcript.source)
    return "zh" if 10 * chinese >= len(transcript.source) else "en"
