"""The interviews: own texts, some written whole by hand, others assembled from banks of questions, answers and talk.

`develop` holds those that the weights of the alignment were made on, `report` those that are only measured. The two
share no sentence. The assembly is seeded, so that everybody measures the same interviews.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from evaluator.transcript import Role, Transcript, Turn

TEXTS = Path(__file__).with_name("texts")
WHO: dict[str, tuple[Role, dict[str, str]]] = {
    "I": ("other", {"zh": "面试官", "en": "Interviewer"}),
    "C": ("agent", {"zh": "候选人", "en": "Candidate"}),
}


class Said(NamedTuple):
    """A turn with its truth: the questions it belongs to, whole (`parts` empty) or sentence by sentence."""

    who: str
    questions: tuple[str, ...]
    text: str
    parts: tuple[tuple[str, str], ...] = ()  # (question, words) of an answer to several questions


class Interview(NamedTuple):
    """One interview. `questions` is the list that the interviewer had, by id; some were not asked."""

    id: str
    language: str
    by_hand: bool
    questions: dict[str, str]
    said: tuple[Said, ...]

    @property
    def asked(self) -> set[str]:
        """The questions that were asked."""
        return {question for one in self.said for question in one.questions}

    @property
    def transcript(self) -> Transcript:
        """Returns the interview as a transcript whose roles are known."""
        source, turns = "", []
        for number, one in enumerate(self.said, start=1):
            role, names = WHO[one.who]
            source += ("\n" if source else "") + f"{names[self.language]}："
            turns.append(
                Turn(
                    id=f"t{number}",
                    role=role,
                    speaker=names[self.language],
                    text=one.text,
                    start=len(source),
                    end=len(source) + len(one.text),
                )
            )
            source += one.text
        return Transcript(source=source, format="dialogue", turns=tuple(turns))


@cache
def develop() -> tuple[Interview, ...]:
    """Three written by hand and seven assembled."""
    banks = [("bank-dev-zh", 4), ("bank-dev-en", 3)]
    return (*_by_hand("hand-dev"), *_composed(banks, "talk-dev", seed=7))


@cache
def more() -> tuple[Interview, ...]:
    """Thirty-two more for the weights alone, assembled from the develop texts and two further banks."""
    banks = [("bank-dev-zh", 6), ("bank-dev-en", 6), ("bank-dev-zh-b", 10), ("bank-dev-en-b", 10)]
    return tuple(one._replace(id=f"more-{one.id}") for one in _composed(banks, "talk-dev", seed=3))


@cache
def report() -> tuple[Interview, ...]:
    """Nine written by hand and sixteen assembled."""
    banks = [(f"bank-test-{name}", 4) for name in ("zh-1", "zh-2", "en-1", "en-2")]
    return (*_by_hand("hand-test"), *_composed(banks, "talk-test", seed=11))


def _read(name: str) -> Any:
    return yaml.safe_load((TEXTS / f"{name}.yaml").read_text(encoding="utf-8"))


def _by_hand(name: str) -> Iterator[Interview]:
    for one in _read(name):
        space = " " if one["language"] == "en" else ""
        said = [_said(row, space) for row in one["turns"]]
        yield Interview(one["id"], one["language"], True, one["questions"], tuple(said))


def _said(row: list[Any], space: str) -> Said:
    who, *rest = row
    if isinstance(rest[0], list):
        parts = tuple((question, words) for question, words in rest)
        return Said(who, tuple(question for question, _ in parts), space.join(words for _, words in parts), parts)
    questions = () if rest[0] == "-" else tuple(rest[0].split())
    return Said(who, questions, rest[1])


def _composed(banks: list[tuple[str, int]], talk: str, seed: int) -> Iterator[Interview]:
    draw = random.Random(seed)
    around = _read(talk)
    for name, count in banks:
        bank = _read(name)
        for number in range(1, count + 1):
            yield _compose(f"{name}-{number}", bank, around[bank["language"]], draw)


def _compose(name: str, bank: dict[str, Any], talk: dict[str, Any], draw: random.Random) -> Interview:
    """Four questions or more, in any order, at most one of them not asked, at most two asked together."""
    space = " " if bank["language"] == "en" else ""
    listed = draw.sample(bank["questions"], draw.randint(5, len(bank["questions"])))
    questions = {f"q{place}": one["text"] for place, one in enumerate(listed, start=1)}
    order = list(zip(questions, listed, strict=True))
    if draw.random() < 0.6:
        draw.shuffle(order)
    if draw.random() < 0.5:
        order.pop(draw.randrange(len(order)))
    together = draw.randrange(len(order) - 1) if draw.random() < 0.7 else -1
    said: list[Said] = []
    if draw.random() < 0.85:
        said += _around(draw.choice(talk["opening"]))
    interrupted = draw.randrange(len(order))
    used: dict[str, int] = {}
    place = 0
    while place < len(order):
        if place == together:
            said += _put_together(order[place], order[place + 1], talk, space, draw)
            place += 2
        else:
            said += _one(order[place], talk, space, draw, place == interrupted, used)
            place += 1
    if draw.random() < 0.5:
        said += _come_back(order, talk, draw, used)
    if draw.random() < 0.85:
        said += _around(draw.choice(talk["closing"]))
    return Interview(name, bank["language"], False, questions, tuple(said))


def _around(exchange: list[list[str]]) -> list[Said]:
    return [Said(who, (), words) for who, words in exchange]


def _one(
    asked: tuple[str, dict[str, Any]],
    talk: dict[str, Any],
    space: str,
    draw: random.Random,
    interrupted: bool,
    used: dict[str, int],
) -> list[Said]:
    question, content = asked
    lead = draw.choice([*talk["transition"], "", ""])
    said = [Said("I", (question,), f"{lead}{space if lead else ''}{draw.choice(content['asks'])}")]
    said.append(Said("C", (question,), draw.choice(content["answers"])))
    if draw.random() < 0.25:
        said.append(Said("I", (question,), draw.choice(talk["backchannel"])))
        said.append(Said("C", (question,), draw.choice(content["answers"])))
        said[-1] = said[-1]._replace(text=_other(content["answers"], said[1].text, draw))
    if interrupted:
        said += _around(draw.choice(talk["interruption"]))
    used[question] = draw.randint(1 if interrupted else 0, 2)
    for asks, answers in content["follow"][: used[question]]:
        said += [Said("I", (question,), asks), Said("C", (question,), answers)]
    return said


def _other(answers: list[str], first: str, draw: random.Random) -> str:
    return draw.choice([one for one in answers if one != first])


def _put_together(
    one: tuple[str, dict[str, Any]],
    two: tuple[str, dict[str, Any]],
    talk: dict[str, Any],
    space: str,
    draw: random.Random,
) -> list[Said]:
    both = (one[0], two[0])
    words = space.join(
        [draw.choice(talk["both"]).strip(), draw.choice(one[1]["asks"]), draw.choice(talk["second"]).strip()]
    )
    asked = Said("I", both, f"{words}{space}{draw.choice(two[1]['asks'])}")
    parts = ((one[0], draw.choice(one[1]["answers"])), (two[0], draw.choice(two[1]["answers"])))
    return [asked, Said("C", both, space.join(text for _, text in parts), parts)]


def _come_back(
    order: list[tuple[str, dict[str, Any]]], talk: dict[str, Any], draw: random.Random, used: dict[str, int]
) -> list[Said]:
    """A follow-up to an earlier question, when others have been asked since; none that was asked already."""
    left = [(question, content) for question, content in order[:-1] if used.get(question, 0) < len(content["follow"])]
    if not left:
        return []
    question, content = draw.choice(left)
    asks, answers = content["follow"][-1]
    return [Said("I", (question,), f"{draw.choice(talk['back'])}{asks}"), Said("C", (question,), answers)]
