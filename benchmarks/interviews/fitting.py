"""Makes the weights of the alignment: maximum likelihood of the true states of some interviews, with a ridge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.interviews.corpus import Interview
from evaluator.encoding import write_yaml
from evaluator.interviews import chain
from evaluator.interviews.chain import FEATURES, States, Transition
from evaluator.interviews.finding import questions_of_texts
from evaluator.interviews.likeness import TurnLikeness, likeness, with_earlier


def seen_of(interview: Interview) -> tuple[TurnLikeness, list[bool]]:
    """What the alignment sees of an interview."""
    asks = [one.who == "I" for one in interview.said]
    questions = questions_of_texts(list(interview.questions.values()), interview.language)
    return likeness(interview.transcript.turns, questions, asks), asks


def true_states(interview: Interview) -> list[int]:
    """The state of every turn, as the chain numbers them."""
    order = list(interview.questions)
    states = States(len(order))
    found, last = [], states.start
    for one in interview.said:
        if len(one.questions) == 2:
            found.append(states.two)
            last = states.beside(order.index(one.questions[0]))
        elif one.questions:
            found.append(order.index(one.questions[0]))
            last = states.beside(found[-1])
        else:
            found.append(last)
    return found


def fit(interviews: Sequence[Interview], ridge: float) -> np.ndarray:
    """The weights, in the order of FEATURES."""
    from scipy.optimize import minimize

    prepared = [_prepare(one) for one in interviews]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = ridge * float(weights @ weights), 2 * ridge * weights
        for states, made, truth in prepared:
            _, pairwise, total = chain.marginals([step.score(weights) for step in made], states)
            before = [states.start, *truth[:-1]]
            for step, share, was, now in zip(made, pairwise, before, truth, strict=True):
                value -= float(step.features[was, now] @ weights)
                slope = slope - step.features[was, now] + share.ravel() @ step.features.reshape(-1, len(FEATURES))
            value += total
        return value, slope

    return minimize(loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B", options={"maxiter": 80}).x


def _prepare(interview: Interview) -> tuple[States, list[Transition], list[int]]:
    order = list(interview.questions)
    seen, asks = seen_of(interview)
    seen = with_earlier(seen, [[order.index(name) for name in one.questions] for one in interview.said])
    made = list(chain.steps(seen, asks, chain.pairs_of(seen)))
    return States(len(interview.questions)), made, true_states(interview)


def write(weights: np.ndarray, place: Path, ridge: float, unasked: float) -> None:
    """Writes the weights and their origin."""
    origin = f"python -m benchmarks.interviews --fit: maximum likelihood on the develop interviews, ridge {ridge:g}"
    rounded = {name: round(float(value), 4) for name, value in zip(FEATURES, weights, strict=True)}
    place.write_text(write_yaml({"origin": origin, "weights": {"unasked": unasked, **rounded}}), encoding="utf-8")
