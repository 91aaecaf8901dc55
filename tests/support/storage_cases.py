"""A small rubric, transcript and scorecard for tests of what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluator.rubric import Criterion, Level, Rubric
from evaluator.scorecard import LevelShare, RubricStamp, Scorecard, UngradedVerdict, Verdict, WhyUngraded
from evaluator.settings import Settings, load_settings
from evaluator.storage import Records, new_id, open_records
from evaluator.transcript import Transcript, Turn

LEVELS = (Level(points=0, description="不理会"), Level(points=3, description="逐句回应"))


def settings_in(folder: Path) -> Settings:
    """Settings whose data folder is below `folder`."""
    return Settings(data_dir=folder / "data", database_url=None)


def records_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Records:
    """The records of a home in `folder`, which the whole process uses; no references are looked up."""
    monkeypatch.setenv("EVALUATOR_DATA_DIR", str(folder))
    monkeypatch.setenv("EVALUATOR_CONFIG", str(folder / "settings.toml"))
    monkeypatch.setattr("evaluator.grading.evaluation._pull", lambda rubric, settings: [])
    return open_records(load_settings())


def make_rubric(rubric_id: str = "night-call", version: int = 1, **changes) -> Rubric:
    criteria = (
        Criterion(id="care", name="关心", points=3, levels=LEVELS),
        Criterion(id="insult", name="辱骂", kind="fatal"),
    )
    content = {"title": "夜间来电", "language": "zh", "task": "接一通来电", "pass_mark": 2, "criteria": criteria}
    return Rubric(id=rubric_id, version=version, **{**content, **changes})


def make_transcript(words: str = "您好，请讲。", speaker: str = "小周") -> Transcript:
    turn = Turn(id="t1", role="agent", speaker=speaker, text=words, start=0, end=len(words))
    return Transcript(source=words, format="plain", turns=(turn,))


def make_scorecard(transcript: Transcript, rubric: Rubric | None = None, **changes) -> Scorecard:
    rubric = rubric or make_rubric()
    shares = (
        LevelShare(points=0, description="不理会", probability=0.25),
        LevelShare(points=3, description="逐句回应", probability=0.75),
    )
    care = Verdict(
        criterion="care",
        name="关心",
        kind="score",
        points=2.25,
        max_points=3,
        level=1,
        level_description="逐句回应",
        distribution=shares,
        confidence=0.5,
    )
    insult = UngradedVerdict(
        criterion="insult", name="辱骂", kind="fatal", max_points=0, ungraded=WhyUngraded(cause="timeout")
    )
    stamp = RubricStamp(id=rubric.id, version=rubric.version, title=rubric.title, language="zh", digest=rubric.digest)
    content = {
        "id": new_id(),
        "rubric": stamp,
        "total": 2.25,
        "max_points": 3,
        "pass_mark": 2,
        "passed": True,
        "coverage": 1.0,
        "verdicts": (care, insult),
        "review": False,
        "judge": {"model": "scripted"},
        "transcript_digest": transcript.digest,
        "created_at": "2026-11-21T10:00:00.000+00:00",
    }
    return Scorecard(**{**content, **changes})
