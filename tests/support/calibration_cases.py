"""What tests of calibration share: scorecards made without a judge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from evaluator.errors import InputError
from evaluator.scorecard import LevelShare, RubricStamp, Scorecard, Verdict
from evaluator.transcript import Transcript, assemble

LEVELS = {"sorry": (0.0, 2.0), "plan": (0.0, 1.0, 3.0)}


def spoken(number: int) -> Transcript:
    """A call of its own for each number."""
    return assemble([("agent", None, f"第{number}件事马上安排，对不起。"), ("customer", None, f"好，编号{number}。")])


def make_verdict(criterion: str, lean: float) -> Verdict:
    """The highest level with the chance `lean`, the lowest with the rest."""
    levels = LEVELS[criterion]
    chances = [1 - lean, *[0.0] * (len(levels) - 2), lean]
    return Verdict(
        criterion=criterion,
        name=criterion,
        kind="score",
        points=round(levels[-1] * lean, 4),
        max_points=levels[-1],
        level=0,
        level_description="",
        distribution=tuple(
            LevelShare(points=value, description=f"{value:g}", probability=chance)
            for value, chance in zip(levels, chances, strict=True)
        ),
        confidence=0.5,
    )


def make_card(number: int, **changes: Any) -> Scorecard:
    """A grading of the text with that number; the judge's lean grows and falls with the number."""
    leans = {"sorry": (number * 5 % 14 + 1) / 16, "plan": (number * 3 % 14 + 1) / 16}
    verdicts = tuple(make_verdict(name, lean) for name, lean in leans.items())
    values = {
        "id": f"g{number:02}",
        "rubric": RubricStamp(id="leak", version=1, title="水管漏水", language="zh", digest="rubric-1"),
        "total": round(sum(one.points for one in verdicts), 4),
        "max_points": 5.0,
        "pass_mark": 3.0,
        "passed": None,
        "coverage": 1.0,
        "verdicts": verdicts,
        "review": False,
        "judge": {"model": "m1", "prompt_zh": "p"},
        "transcript_digest": spoken(number).digest,
        "created_at": "2026-11-21T00:00:00+00:00",
    }
    return Scorecard.model_validate({**values, **changes})


@contextmanager
def refused(code: str) -> Iterator[None]:
    """Expects an InputError of calibration with that code, and a sentence for it in both languages."""
    with pytest.raises(InputError) as caught:
        yield
    assert caught.value.code == f"calibration_{code}"
    assert caught.value.text("zh") and caught.value.text("en")
