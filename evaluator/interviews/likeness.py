"""How far each turn of an interview resembles each question, and small talk: by two embedders and by words.

All arrays are by turn (n) and question (k). Nothing is decided here; `chain` weighs it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from evaluator.encoding import read_yaml
from evaluator.exams import ExamQuestion
from evaluator.references import kept_passage_vectors, passage_vectors, tokens, universal_vectors
from evaluator.transcript import Turn, cut_clauses, cut_sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.floating | np.integer]

LONGEST = 300  # characters of a turn or question that are embedded whole
MOST_SENTENCES = 12  # of one turn, from its beginning and its end, where a question usually is
MEASURES = (
    "meaning",
    "meaning by the second embedder",
    "meaning without what all questions of the list have in common",
    "words of the question",
    "words of the turn",
)
_TALK = Path(__file__).with_name("talk.yaml")


class Together(NamedTuple):
    """Two questions that one turn may hold: the first before `at` (an offset in the turn), the second after it."""

    first: int
    second: int
    at: int
    strengths: tuple[float, float]  # mean likeness of each part with its question


class TurnLikeness(NamedTuple):
    """Arrays over n turns and k questions; cosines and shares, about -0.2 to 1."""

    asked: Array  # (n, k, 5) MEASURES between a turn and a question
    earlier: Array  # (n, k) likeness to what was said to an earlier question that was left since; 0 in a first reading
    asked_before: Array  # (n, k) 1 where a question was asked before and left; only while weights are fitted
    whole: Array  # (n, 896) both vectors of a whole turn, length 1
    before: Array  # (n,) likeness to the nearest earlier turn of the other side
    talk: Array  # (n, 2) likeness to small talk, by both embedders
    length: Array  # (n,) logarithm of the number of letters
    together: tuple[Together | None, ...]  # for each turn of an interviewer


class _Topic(NamedTuple):
    """What represents a question: its sentences, whole wording and reference answers; vectors by both embedders."""

    first: Array
    second: Array
    words: frozenset[str]


def likeness(turns: Sequence[Turn], questions: Sequence[ExamQuestion], asks: Sequence[bool]) -> TurnLikeness:
    """Compares every turn with every question. `asks` says which turns are an interviewer's."""
    import numpy as np

    topics = [_topic(question) for question in questions]
    answers = [_topic(question, answer=True) for question in questions]
    weight = _weights([topic.words for topic in topics])
    pieces = [_pieces(turn.text) for turn in turns]
    flat = [piece for some in pieces for piece in some]
    first, second = passage_vectors(flat), universal_vectors(flat)
    owner = np.repeat(np.arange(len(turns)), [len(some) for some in pieces])
    asked = np.zeros((len(turns), len(questions), len(MEASURES)))
    apart = _Apart.of(topics)
    said_words = [frozenset(tokens(turn.text, function_words=False)) for turn in turns]
    for number, (topic, answer) in enumerate(zip(topics, answers, strict=True)):
        cosines = _best(first, topic.first), _best(second, topic.second)
        said = _best(first, answer.first), _best(second, answer.second)
        contrast = apart.likeness(first, second, topic)
        for place in range(len(turns)):
            mine = owner == place
            pair = cosines if asks[place] else (np.maximum(cosines[0], said[0]), np.maximum(cosines[1], said[1]))
            words = topic.words if asks[place] else topic.words | answer.words
            shares = _shared(said_words[place], words, weight)
            asked[place, number] = (pair[0][mine].max(), pair[1][mine].max(), contrast[mine].max(), *shares)
    starts = np.searchsorted(owner, np.arange(len(turns)))  # the first piece of a turn is the whole of it
    whole = np.hstack([first[starts], second[starts]]) / math.sqrt(2)
    return TurnLikeness(
        asked=asked,
        earlier=np.zeros(asked.shape[:2]),
        asked_before=np.zeros(asked.shape[:2]),
        whole=whole,
        before=_before(second[starts], asks),
        talk=_talk_likeness(first, second, owner, len(turns)),
        length=np.log1p([sum(char.isalnum() for char in turn.text) for turn in turns]),
        together=tuple(
            _together(turn, topics, apart) if asks[place] and len(questions) > 1 else None
            for place, turn in enumerate(turns)
        ),
    )


def with_earlier(seen: TurnLikeness, places: Sequence[Sequence[int]]) -> TurnLikeness:
    """Returns the same with the knowledge of a first reading.

    `places` has for each turn the numbers of its questions (none for an aside). A turn is compared with the turns of
    each earlier question, except those that lead up to it without a break.
    """
    import numpy as np

    earlier, asked_before = np.zeros_like(seen.earlier), np.zeros_like(seen.asked_before)
    so_far: dict[int, list[int]] = {}
    run: dict[int, int] = {}  # where the current stretch of a question began
    for place, questions in enumerate(places):
        run = {one: run.get(one, place) for one in questions} if questions else run
        for question, said in so_far.items():
            left = [at for at in said if at < run.get(question, place)]
            if left:
                earlier[place, question] = float((seen.whole[left] @ seen.whole[place]).max())
                asked_before[place, question] = float(question not in run or run[question] == place)
        for question in questions:
            so_far.setdefault(question, []).append(place)
    return seen._replace(earlier=earlier, asked_before=asked_before)


def split_points(turn: Turn, one: ExamQuestion, other: ExamQuestion) -> list[tuple[int, float]]:
    """Rates the sentence ends where an answer to both questions may pass from `one` to `other`.

    Each end offset comes with how well it fits: the higher the better.
    """
    import numpy as np

    spans = cut_sentences(turn.text)
    texts = [turn.text[start:end] for start, end in spans]
    first, second = passage_vectors(texts), universal_vectors(texts)
    topics = [(_topic(question), _topic(question, answer=True)) for question in (one, other)]
    weight = _weights([topic.words | answer.words for topic, answer in topics])
    scores = []
    for topic, answer in topics:
        cosines = np.maximum(_best(first, topic.first), _best(first, answer.first))
        cosines = cosines + np.maximum(_best(second, topic.second), _best(second, answer.second))
        words = [
            _shared(frozenset(tokens(text, function_words=False)), topic.words | answer.words, weight)[1]
            for text in texts
        ]
        scores.append(cosines + np.array(words))
    lean = scores[0] - scores[1]
    return [
        (spans[place][1], float(lean[: place + 1].sum() - lean[place + 1 :].sum())) for place in range(len(spans) - 1)
    ]


def _topic(question: ExamQuestion, *, answer: bool = False) -> _Topic:
    return _embedded(_answer_texts(question) if answer else _question_texts(question))


def _question_texts(question: ExamQuestion) -> tuple[str, ...]:
    texts = [question.text, *question.also, question.background]
    sentences = [text[start:end] for text in texts for start, end in cut_sentences(text)]
    return tuple(dict.fromkeys([*(text[:LONGEST] for text in texts if text.strip()), *sentences]))


def _answer_texts(question: ExamQuestion) -> tuple[str, ...]:
    rubric = question.rubric
    texts = [reference.text for reference in question.item.references]
    texts += [reference.text for reference in rubric.references] if rubric else []
    texts += [criterion.text for criterion in question.item.criteria]
    sentences = [text[start:end] for text in dict.fromkeys(texts) for start, end in cut_sentences(text)]
    return tuple(dict.fromkeys(sentences))[:40]


@lru_cache(maxsize=512)
def _embedded(texts: tuple[str, ...]) -> _Topic:
    words = frozenset(word for text in texts for word in tokens(text, function_words=False))
    return _Topic(kept_passage_vectors(list(texts)), universal_vectors(list(texts)), words)  # type: ignore[arg-type]


def _weights(topics: Sequence[frozenset[str]]) -> dict[str, float]:
    """How informative a word is: little if most questions have it (inverse document frequency)."""
    counts = Counter(word for topic in topics for word in topic)
    return {word: math.log(1 + (len(topics) - count + 0.5) / (count + 0.5)) for word, count in counts.items()}


def _shared(said: frozenset[str], topic: frozenset[str], weight: dict[str, float]) -> tuple[float, float]:
    """The share of the question's information that the turn has, and of the turn's that the question has."""
    rare = max(weight.values(), default=1.0)
    common = sum(weight.get(word, rare) for word in said & topic)
    return (
        common / (sum(weight.get(word, rare) for word in topic) + 1e-6),
        common / (sum(weight.get(word, rare) for word in said) + 1e-6),
    )


def _pieces(text: str) -> list[str]:
    """A turn as it is compared: whole, and sentence by sentence."""
    sentences = [text[start:end] for start, end in cut_sentences(text)]
    if len(sentences) > MOST_SENTENCES:
        sentences = [*sentences[: MOST_SENTENCES // 2], *sentences[-MOST_SENTENCES // 2 :]]
    return list(dict.fromkeys([text[:LONGEST] or " ", *sentences]))


def _best(pieces: Array, statements: Array) -> Array:
    """The highest cosine of each piece with any statement, (pieces,); 0 without statements."""
    import numpy as np

    return (pieces @ statements.T).max(axis=1) if len(statements) else np.zeros(len(pieces))


def _before(whole: Array, asks: Sequence[bool]) -> Array:
    import numpy as np

    found = np.zeros(len(asks))
    last: dict[bool, int] = {}
    for place, mine in enumerate(asks):
        if (not mine) in last:
            found[place] = float(whole[place] @ whole[last[not mine]])
        last[mine] = place
    return found


def _talk_likeness(first: Array, second: Array, owner: Array, turns: int) -> Array:
    import numpy as np

    talk = _embedded(_talk())
    found = np.zeros((turns, 2))
    for column, cosines in enumerate((_best(first, talk.first), _best(second, talk.second))):
        for place in range(turns):
            found[place, column] = cosines[owner == place].mean()
    return found


@lru_cache(maxsize=1)
def _talk() -> tuple[str, ...]:
    read = read_yaml(_TALK.read_text(encoding="utf-8"))
    return tuple(text for texts in read.values() for text in texts)


class _Apart(NamedTuple):
    """What all questions of a list share ("tell us about a time when …"), by both embedders, to be removed."""

    first: Array  # (384,)
    second: Array  # (512,)

    @classmethod
    def of(cls, topics: Sequence[_Topic]) -> _Apart:
        """The mean of the questions, shrunk for a short list, since it tells little about what is shared."""
        import numpy as np

        share = len(topics) / (len(topics) + 2)
        return cls(*(share * np.mean([vectors.mean(axis=0) for vectors in both], axis=0) for both in
                     ([one.first for one in topics], [one.second for one in topics])))  # fmt: skip

    def likeness(self, first: Array, second: Array, topic: _Topic) -> Array:
        """The highest cosine of each piece with the question, without the shared part; mean of both embedders."""
        one = _best(_unit(first - self.first), _unit(topic.first - self.first))
        other = _best(_unit(second - self.second), _unit(topic.second - self.second))
        return (one + other) / 2


def _unit(vectors: Array) -> Array:
    import numpy as np

    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def _together(turn: Turn, topics: Sequence[_Topic], apart: _Apart) -> Together | None:
    """The two questions that the turn most probably holds, one after the other; None for a turn of one clause."""
    import numpy as np

    cuts = [start for start, _ in cut_sentences(turn.text)][1:] or [start for start, _ in cut_clauses(turn.text)][1:]
    cuts = cuts[:MOST_SENTENCES]
    if not cuts:
        return None
    parts = [part for cut in cuts for part in (turn.text[:cut], turn.text[cut:])]
    pieces = [_pieces(part) for part in parts]
    flat = [piece for some in pieces for piece in some]
    first, second = passage_vectors(flat), universal_vectors(flat)
    near = [(_best(first, one.first) + _best(second, one.second)) / 4 for one in topics]
    near = [value + apart.likeness(first, second, one) / 2 for value, one in zip(near, topics, strict=True)]
    starts = np.cumsum([0, *(len(some) for some in pieces[:-1])])
    by_part = np.maximum.reduceat(np.stack(near, axis=1), starts, axis=0)
    found = [_two_of(by_part[2 * place], by_part[2 * place + 1], cut) for place, cut in enumerate(cuts)]
    return max(found, key=lambda one: sum(one.strengths))


def _two_of(left: Array, right: Array, cut: int) -> Together:
    """The best two different questions, the first by the words before the cut."""
    import numpy as np

    total = left[:, None] + right[None, :]
    np.fill_diagonal(total, -np.inf)
    one, other = divmod(int(total.argmax()), len(right))
    return Together(one, other, cut, (float(left[one]), float(right[other])))
