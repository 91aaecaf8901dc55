"""A linear-chain conditional random field over the turns of an interview (Lafferty, McCallum and Pereira 2001).

The states of a turn, for k questions: *in question q* (0 to k-1); *beside q* (k to 2k-1: an interruption or small talk
while q was the last question); *before any* (2k); *in two at once* (2k+1), meaning the two of `TurnLikeness.together`
of the last turn that had any. A step from one turn to the next has features by its meaning (a new question, a
follow-up, a return, …), the same for all questions, so that a few weights suffice for every list of questions. The
weights are in `weights.yaml`; `python -m benchmarks.interviews --fit` makes them and records from which interviews.

The running time is that of n steps between 2k + 2 states.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from evaluator.encoding import read_yaml
from evaluator.interviews.likeness import Together, TurnLikeness, with_earlier

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

BEAM = 64  # paths that are followed in parallel
_WEIGHTS = Path(__file__).with_name("weights.yaml")

_ASKED = ("meaning", "second", "contrast", "words of question", "words of turn")
FEATURES: tuple[str, ...] = (
    *(f"ask: {name}" for name in ("always", *_ASKED, "above the others", "in order", "length", "after an aside")),
    *(f"ask again: {name}" for name in ("always", "earlier words")),
    *(f"follow: {name}" for name in (*_ASKED, "the answer before", "length", "best other question")),
    *(f"return: {name}" for name in ("always", *_ASKED, "talk")),
    *(f"follow one of two: {name}" for name in ("always", "meaning", "second")),
    *(f"aside: {name}" for name in ("always", "go on", "talk", "talk second", "length", "the answer before")),
    *(f"two at once: {name}" for name in ("always", "weaker", "stronger", "above one", "go on")),
    *(f"answer: {name}" for name in _ASKED),
    *(f"answer to two: {name}" for name in ("always", "weaker", "length")),
    *(f"answerer moves: {name}" for name in ("to another question", "aside", "back")),
    *(f"answerer aside: {name}" for name in ("talk", "talk second", "length", "the question before")),
)
_AT = {name: place for place, name in enumerate(FEATURES)}


class States(NamedTuple):
    """How states are numbered for k questions."""

    k: int

    @property
    def number(self) -> int:
        return 2 * self.k + 2

    @property
    def start(self) -> int:
        return 2 * self.k

    @property
    def two(self) -> int:
        return 2 * self.k + 1

    def beside(self, question: int) -> int:
        """The state of an aside after that question."""
        return self.k + question


class Decoded(NamedTuple):
    """The decoded states of the turns.

    They hold for each turn the state of the best path, the probability of every state (n, states), and the two
    questions that "in two at once" means there.
    """

    path: list[int]
    probabilities: Array
    pairs: list[Together | None]


class Transition(NamedTuple):
    """The features of steps from one state (rows) to another (columns), (s, s, features), and which are possible."""

    features: Array
    possible: NDArray[np.bool_]

    def score(self, weights: Array) -> Array:
        """The weighted sum of features, (s, s); -inf where the step is impossible."""
        import numpy as np

        return np.where(self.possible, self.features @ weights, -np.inf)


def decode(
    seen: TurnLikeness, asks: Sequence[bool], weights: Array | None = None, unasked: float | None = None
) -> Decoded:
    """Finds the most probable state of every turn.

    A first reading determines which words belong to a question; the second compares later turns with them, since a
    follow-up may return to an earlier question without naming it.

    `unasked` is the cost of a listed question never being asked.
    """
    weights = weights_as_made() if weights is None else weights
    unasked = unasked_as_made() if unasked is None else unasked
    pairs, states = pairs_of(seen), States(seen.asked.shape[1])
    first = _read(seen, asks, weights, unasked, pairs)[0]
    places = [questions_of(state, pair, states) for state, pair in zip(first, pairs, strict=True)]
    again = with_earlier(seen, places)
    path, scores = _read(again._replace(asked_before=seen.asked_before), asks, weights, unasked, pairs)
    _charge(scores, path, asks, pairs, states, float(weights[_AT["ask again: always"]]))
    return Decoded(path, marginals(scores, states)[0], pairs)


def _read(
    seen: TurnLikeness, asks: Sequence[bool], weights: Array, unasked: float, pairs: Sequence[Together | None]
) -> tuple[list[int], list[Array]]:
    scores = [step.score(weights) for step in steps(seen, asks, pairs)]
    states, again = States(seen.asked.shape[1]), float(weights[_AT["ask again: always"]])
    return _best_path(scores, asks, pairs, states, again, unasked), scores


def questions_of(state: int, pair: Together | None, states: States) -> list[int]:
    """The numbers of the questions that a turn in this state belongs to."""
    if state < states.k:
        return [state]
    return [pair.first, pair.second] if state == states.two and pair is not None else []


def _best_path(
    scores: Sequence[Array],
    asks: Sequence[bool],
    pairs: Sequence[Together | None],
    states: States,
    again: float,
    unasked: float,
) -> list[int]:
    """A beam search, since the set of questions asked so far is more than a state can hold."""
    import numpy as np

    beam: list[_Way] = [_Way(0.0, states.start, 0, None)]
    for place, score in enumerate(scores):
        total = np.array([way.score for way in beam])[:, None] + score[[way.state for way in beam]]
        if asks[place]:
            total = total + again * np.array([_asked_again(way, pairs, place, states) for way in beam])
        order = np.argsort(total, axis=None)[::-1][: 6 * BEAM]
        kept: dict[tuple[int, int], _Way] = {}
        for flat in order.tolist():
            source, state = divmod(flat, states.number)
            value = float(total[source, state])
            if not np.isfinite(value) or len(kept) == BEAM:
                break
            way = beam[source]
            asked = way.asked | _bits(state, pairs[place], states)
            kept.setdefault((state, asked), _Way(value, state, asked, way))
        beam = list(kept.values())
    best: _Way | None = max(beam, key=lambda way: way.score + unasked * (states.k - way.asked.bit_count()))
    path = []
    while best is not None:
        path.append(best.state)
        best = best.before
    return path[::-1][1:]


class _Way(NamedTuple):
    """A path so far: its end, the questions asked on it (as bits), and its predecessor."""

    score: float
    state: int
    asked: int
    before: _Way | None


def _bits(state: int, pair: Together | None, states: States) -> int:
    return sum(1 << question for question in questions_of(state, pair, states))


def _asked_again(way: _Way, pairs: Sequence[Together | None], place: int, states: States) -> list[float]:
    """For each state, how many questions a step there would ask that were asked before and have been left since."""
    here = _here(way.state, pairs[place - 1] if place else None, states)
    left = way.asked & ~here
    costs = [float(left >> question & 1) for question in range(states.k)] + [0.0] * (states.k + 2)
    pair = pairs[place]
    if pair is not None:
        costs[states.two] = float((way.asked >> pair.first & 1) + (way.asked >> pair.second & 1))
        if way.state == states.two and pairs[place - 1] is pair:
            costs[states.two] = 0.0
    return costs


def _here(state: int, pair: Together | None, states: States) -> int:
    """The questions that this state is in or beside."""
    return 1 << state - states.k if states.k <= state < 2 * states.k else _bits(state, pair, states)


def _charge(
    scores: list[Array],
    path: Sequence[int],
    asks: Sequence[bool],
    pairs: Sequence[Together | None],
    states: States,
    again: float,
) -> None:
    """Adds the cost of asking a question again along this path to the scores, so that probabilities include it."""
    entered: dict[int, int] = {}
    for place, state in enumerate(path):
        bits = _bits(state, pairs[place], states)
        for question in range(states.k):
            if bits >> question & 1:
                entered.setdefault(question, place)
    for place, mine in enumerate(asks):
        for question in range(states.k) if mine else ():
            if entered.get(question, place) != place:
                free = [question, states.k + question]
                free += [states.two] if pairs[place] and question in (pairs[place] or ())[:2] else []
                score = scores[place].copy()
                score[:, question] += again
                score[free, question] -= again
                scores[place] = score


def marginals(scores: Sequence[Array], states: States) -> tuple[Array, list[Array], float]:
    """Probabilities of states (n, s) and of steps (n of (s, s)), and the logarithm of the sum over all paths."""
    import numpy as np

    first = np.full(states.number, -np.inf)
    first[states.start] = 0.0
    forward = [first]
    for score in scores:
        forward.append(_log_sum(forward[-1][:, None] + score, axis=0))
    total = float(_log_sum(forward[-1], axis=0))
    backward = np.zeros(states.number)
    alone, pairwise = [], []
    for score, before, after in zip(reversed(scores), reversed(forward[:-1]), reversed(forward[1:]), strict=True):
        alone.append(np.exp(after + backward - total))
        pairwise.append(np.exp(before[:, None] + score + backward[None, :] - total))
        backward = _log_sum(score + backward[None, :], axis=1)
    return np.array(alone[::-1]), pairwise[::-1], total


def _log_sum(values: Array, axis: int) -> Array:
    import numpy as np

    highest = values.max(axis=axis, keepdims=True)
    highest = np.where(np.isfinite(highest), highest, 0.0)
    with np.errstate(divide="ignore"):
        return np.log(np.exp(values - highest).sum(axis=axis)) + highest.squeeze(axis)


def pairs_of(seen: TurnLikeness) -> list[Together | None]:
    """What "in two at once" means at each turn: this turn's questions, or those of the last turn that had two."""
    found: list[Together | None] = []
    for own in seen.together:
        found.append(own or (found[-1] if found else None))
    return found


def steps(seen: TurnLikeness, asks: Sequence[bool], pairs: Sequence[Together | None]) -> Iterator[Transition]:
    """The steps to every turn, from the one before it (or from the start)."""
    for place, mine in enumerate(asks):
        yield _asker(seen, place, pairs) if mine else _answerer(seen, place, pairs)


def _asker(seen: TurnLikeness, place: int, pairs: Sequence[Together | None]) -> Transition:
    import numpy as np

    states = States(seen.asked.shape[1])
    k, asked = states.k, seen.asked[place]
    made = _nothing(states)
    step = made.features
    length, before = seen.length[place] / 4, seen.before[place]
    inside, beside = np.arange(k), k + np.arange(k)
    # a new question, from anywhere
    step[:, inside, _AT["ask: always"]] = 1.0
    for number, name in enumerate(_ASKED):
        step[:, inside, _AT[f"ask: {name}"]] = asked[:, number]
    others = _best_other(asked[:, :3].mean(axis=1))
    step[:, inside, _AT["ask: above the others"]] = asked[:, :3].mean(axis=1) - others
    step[:, inside, _AT["ask: length"]] = length
    step[:, inside, _AT["ask again: always"]] = seen.asked_before[place]
    step[:, inside, _AT["ask again: earlier words"]] = seen.earlier[place]
    step[np.ix_(np.append(beside, states.start), inside, np.array([_AT["ask: after an aside"]]))] = 1.0
    for question in range(1, k):
        step[[question - 1, k + question - 1], question, _AT["ask: in order"]] = 1.0
    if k:
        step[states.start, 0, _AT["ask: in order"]] = 1.0
    # the same question: a follow-up, or a return from an aside
    for question in range(k):
        row = np.zeros(len(FEATURES))
        for number, name in enumerate(_ASKED):
            row[_AT[f"follow: {name}"]] = asked[question, number]
        row[_AT["follow: the answer before"]], row[_AT["follow: length"]] = before, length
        row[_AT["follow: best other question"]] = others[question]
        step[question, question] = row
        row = np.zeros(len(FEATURES))
        row[_AT["return: always"]], row[_AT["return: talk"]] = 1.0, seen.talk[place].mean()
        for number, name in enumerate(_ASKED):
            row[_AT[f"return: {name}"]] = asked[question, number]
        step[k + question, question] = row
    # beside the questions
    aside = np.zeros(len(FEATURES))
    aside[_AT["aside: talk"]], aside[_AT["aside: talk second"]] = seen.talk[place]
    aside[_AT["aside: length"]], aside[_AT["aside: the answer before"]] = length, before
    _to_asides(made, states, aside, "aside: always", "aside: go on", pairs[place - 1] if place else None)
    _two_at_once(made, states, seen.together[place], pairs[place - 1] if place else None, asked)
    return made


def _answerer(seen: TurnLikeness, place: int, pairs: Sequence[Together | None]) -> Transition:
    import numpy as np

    states = States(seen.asked.shape[1])
    k, pair = states.k, pairs[place]
    made = _nothing(states)
    step = made.features
    inside = np.arange(k)
    answer = np.zeros((k, len(FEATURES)))
    for number, name in enumerate(_ASKED):
        answer[:, _AT[f"answer: {name}"]] = seen.asked[place][:, number]
    step[:, inside] = answer[None]
    step[:, inside, _AT["answerer moves: to another question"]] = 1.0
    for question in range(k):
        step[question, question] = answer[question]
        step[k + question, question] = answer[question]
        step[k + question, question, _AT["answerer moves: back"]] = 1.0
    aside = np.zeros(len(FEATURES))
    aside[_AT["answerer aside: talk"]], aside[_AT["answerer aside: talk second"]] = seen.talk[place]
    aside[_AT["answerer aside: length"]] = seen.length[place] / 4
    aside[_AT["answerer aside: the question before"]] = seen.before[place]
    _to_asides(made, states, aside, "answerer moves: aside", None, pair)
    made.possible[:, states.two] = False
    if pair is not None:
        made.possible[states.two, states.two] = True
        row = (answer[pair.first] + answer[pair.second]) / 2
        row[_AT["answer to two: always"]], row[_AT["answer to two: length"]] = 1.0, seen.length[place] / 4
        row[_AT["answer to two: weaker"]] = seen.asked[place][[pair.first, pair.second], :3].mean(axis=1).min()
        step[states.two, states.two] = row
    return made


def _nothing(states: States) -> Transition:
    import numpy as np

    size = (states.number, states.number)
    return Transition(np.zeros((*size, len(FEATURES))), np.ones(size, dtype=bool))


def _to_asides(
    made: Transition, states: States, aside: Array, leaving: str, going_on: str | None, pair: Together | None
) -> None:
    """Allows an aside only beside the question it comes from, so that the return is known."""
    k, (step, possible) = states.k, made
    possible[:, k : 2 * k + 1] = False
    sources = [*((question, k + question) for question in range(k))]
    sources += [(states.two, k + pair.first), (states.two, k + pair.second)] if pair is not None else []
    for source, target in sources:
        possible[source, target] = True
        step[source, target] = aside
        step[source, target, _AT[leaving]] = 1.0
    for state in range(k, 2 * k + 1):
        possible[state, state] = True
        step[state, state] = aside
        if going_on:
            step[state, state, _AT[going_on]] = 1.0


def _two_at_once(made: Transition, states: States, own: Together | None, before: Together | None, asked: Array) -> None:
    import numpy as np

    step, possible = made
    possible[:, states.two] = own is not None
    if own is not None:
        row = np.zeros(len(FEATURES))
        row[_AT["two at once: always"]] = 1.0
        row[_AT["two at once: weaker"]], row[_AT["two at once: stronger"]] = min(own.strengths), max(own.strengths)
        row[_AT["two at once: above one"]] = sum(own.strengths) / 2 - asked[:, :3].mean(axis=1).max()
        step[:, states.two] = row
    elif before is not None:
        possible[states.two, states.two] = True
        step[states.two, states.two, _AT["two at once: go on"]] = 1.0
    if before is not None:
        for question in {before.first, before.second}:
            row = np.zeros(len(FEATURES))
            row[_AT["follow one of two: always"]] = 1.0
            row[_AT["follow one of two: meaning"]], row[_AT["follow one of two: second"]] = asked[question, :2]
            step[states.two, question] = row


def _best_other(values: Array) -> Array:
    import numpy as np

    if len(values) < 2:
        return np.zeros(len(values))
    order = np.argsort(values)
    found = np.full(len(values), values[order[-1]])
    found[order[-1]] = values[order[-2]]
    return found


@cache
def weights_as_made() -> Array:
    """The weights that ship, in the order of FEATURES."""
    import numpy as np

    read = _made()["weights"]
    return np.array([float(read[name]) for name in FEATURES])


def unasked_as_made() -> float:
    """The shipped cost of a question never being asked; negative."""
    return float(_made()["weights"]["unasked"])


@cache
def _made() -> dict[str, Any]:
    return read_yaml(_WEIGHTS.read_text(encoding="utf-8"))
