"""Checks whether what a scorecard shows as proof is proof, on sentences and statements that a person labelled.

    python -m benchmarks.unseen.evidence [--model NAME | --alone] [--write]

A pair counts as shown when the product would show its sentence as proof of its statement: the judge says of the whole
text that the statement holds, and the sentence lies nearer to it than to its denial (evaluator/grading/proof.py). With
`--alone`, and for sentences that belong to no text, resemblance decides alone, by its stricter threshold. Development
pairs (pairs.yaml) are measured with each rubric left out in turn, the frozen ones (benchmarks/frozen.py) with the fit
that ships. `--write` fits on all development pairs and writes what ships.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import typer
import yaml

from benchmarks.asking import open_memo_judge
from benchmarks.frozen import Pair, frozen_rubrics, read_pairs, read_text
from benchmarks.unseen.intervals import Share
from benchmarks.vectors import kept_vectors
from evaluator.grading import grade, proof
from evaluator.grading.tuned import PROVED_ALONE_FROM, PROVED_FROM
from evaluator.judge.questions import Judge
from evaluator.rubric import Rubric
from evaluator.rubrics import find
from evaluator.transcript import parse

PAIRS = Path(__file__).with_name("pairs.yaml")
FIT = Path(proof.__file__).with_name("proof.yaml")


class Told(NamedTuple):
    """A pair: its rubric, the person's label, and what the product decides by."""

    rubric: str
    label: str
    near: str | None
    features: list[float]
    met: bool | None


def development() -> list[Told]:
    """The pairs that the fit may see; none of their sentences is part of a text."""
    rows = yaml.safe_load(PAIRS.read_text(encoding="utf-8"))
    return [told for name, found in rows.items() for told in _told(find(name), (Pair(**row) for row in found), {})]


async def frozen(judge: Judge | None) -> list[Told]:
    """The frozen pairs, with what the judge says about the texts that contain their sentences."""
    found = []
    for rubric in frozen_rubrics():
        pairs = read_pairs(rubric.id)
        texts = {pair.text for pair in pairs if pair.text} if judge else set()
        met = {text: await _met(rubric, read_text(rubric.id, text), judge) for text in sorted(texts) if judge}
        found += _told(rubric, pairs, met)
    return found


def shown(told: Iterable[Told], fit: dict[str, Any]) -> list[bool]:
    """Whether the product shows each as proof."""
    needed = [PROVED_ALONE_FROM if one.met is None else PROVED_FROM for one in told]
    likely = [_probability(one.features, fit) for one in told]
    return [one.met is not False and p >= least for one, p, least in zip(told, likely, needed, strict=True)]


def show(told: list[Told], flags: list[bool]) -> None:
    """Precision and recall, and what the near misses came to."""
    support = [one.label == "support" for one in told]
    right = sum(flag and label for flag, label in zip(flags, support, strict=True))
    print(f"  {len(told)} pairs, {sum(support)} of them proof")
    print(f"  precision of what is shown as proof   {Share(right, sum(flags))}")
    print(f"  recall                                {Share(right, sum(support))}")
    print(f"  before: the nearest sentence as proof {Share(sum(support), len(told))}")
    for near in ("negated", "later", "other"):
        some = [flag for one, flag in zip(told, flags, strict=True) if one.near == near and one.label != "support"]
        print(f"    near miss, {near:10} shown as proof: {Share(sum(some), len(some))}")


def fit_on(told: list[Told], *, strength: float = 1.0) -> dict[str, Any]:
    """A logistic regression over the features of proof.yaml; `strength` is the inverse of its penalty."""
    from sklearn.linear_model import LogisticRegression

    features, truth = np.array([one.features for one in told]), np.array([one.label == "support" for one in told])
    centre, scale = features.mean(axis=0), features.std(axis=0) + 1e-9
    model = LogisticRegression(C=strength, max_iter=2000).fit((features - centre) / scale, truth)
    parts = {"centre": centre, "scale": scale, "weights": model.coef_[0]}
    return {name: [round(float(value), 6) for value in values] for name, values in parts.items()} | {
        "intercept": round(float(model.intercept_[0]), 6)
    }


def _told(rubric: Rubric, pairs: Iterable[Pair], met: dict[str, dict[str, bool | None]]) -> list[Told]:
    """What the customer says cannot prove anything for the agent, so it is not looked at here either."""
    found = []
    for pair in pairs:
        if pair.speaker == "agent" and pair.criterion is None:
            name, claim = claim_of(rubric, pair)
            said = met.get(pair.text or "", {}).get(name)
            found.append(Told(rubric.id, pair.label, pair.near, proof.features_of(pair.sentence, claim), said))
    return found


def claim_of(rubric: Rubric, pair: Pair) -> tuple[str, proof.Claim]:
    """A name for the statement of a pair within its rubric, and what a sentence has to prove."""
    if pair.key_point:
        points = (point for answer in rubric.references for point in answer.key_points)
        return pair.key_point, proof.claim_of_point(next(point for point in points if point.id == pair.key_point))
    criterion, name = (pair.check or "").split(".")
    checks = rubric.criterion(criterion).checks
    return pair.check or "", proof.claim_of_check(next(check for check in checks if check.id == name))


async def _met(rubric: Rubric, text: str, judge: Judge) -> dict[str, bool | None]:
    from evaluator.grading.plan import plan_of
    from evaluator.grading.verdicts import Answered, is_met
    from evaluator.judge import Subject

    plan = plan_of(rubric, judge.traits)
    card = await grade(parse(text, form=rubric.form), rubric, judge, [], lambda _: None)
    parts = {f"{v.criterion}.{part.id}": part.met for v in card.verdicts for part in getattr(v, "parts", ())}
    from evaluator.grading import read_anchors
    from evaluator.judge.questions import Answer

    anchors = await read_anchors(rubric, judge)
    answers = {name: Answer.model_validate(raw) for name, raw in card.raw.items() if "probabilities" in raw}
    ends = [found for name, found in anchors.items() if name != "empty"]
    answered = Answered(answers, anchors.get("empty"), ends)
    return parts | {point.id: is_met(Subject("key_point", name, point.id).id, answered) for name, point in plan.points}


def _probability(features: list[float], fit: dict[str, Any]) -> float:
    value = (np.array(features) - fit["centre"]) / np.array(fit["scale"]) @ np.array(fit["weights"]) + fit["intercept"]
    return float(1 / (1 + np.exp(-value)))


def main(
    model: Annotated[str, typer.Option(help="The model that judges the texts.")] = "embedded",
    alone: Annotated[bool, typer.Option(help="Resemblance alone, without asking a model.")] = False,
    write: Annotated[bool, typer.Option(help="Write the fit that ships, made on all development pairs.")] = False,
) -> None:
    """Prints how often what is shown as proof is proof."""
    with kept_vectors():
        told = development()
        print("development pairs, each rubric left out in turn")
        flags = [False] * len(told)
        for name in dict.fromkeys(one.rubric for one in told):
            own = fit_on([one for one in told if one.rubric != name])
            for place, flag in enumerate(shown(told, own)):
                flags[place] = flag if told[place].rubric == name else flags[place]
        show(told, flags)
        if write:
            lines = FIT.read_text(encoding="utf-8").splitlines()
            head = "\n".join(line for line in lines if line.startswith(("#", "features", "  - ")))
            FIT.write_text(head + "\n" + yaml.safe_dump(fit_on(told), sort_keys=False), encoding="utf-8")
        ships = yaml.safe_load(FIT.read_text(encoding="utf-8"))
        found = asyncio.run(frozen(None if alone else open_memo_judge(model)))
        for name, wanted in (("whose text the judge read", False), ("by resemblance alone", True)):
            some = [one for one in found if (one.met is None) == wanted]
            if some:
                print(f"the frozen pairs {name}")
                show(some, shown(some, ships))


if __name__ == "__main__":
    typer.run(main)
