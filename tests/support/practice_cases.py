"""What the tests of practice share: a small rubric with every kind of criterion, and scorecards for it."""

from __future__ import annotations

from evaluator.rubric import Check, Criterion, KeyPoint, Level, ReferenceAnswer, Rubric
from evaluator.scorecard import (
    Evidence,
    KeyPointResult,
    LevelShare,
    RubricStamp,
    Scorecard,
    UngradedVerdict,
    Verdict,
    WhyUngraded,
    add_up,
)
from evaluator.storage import OwnPoint

WORDS = "非常抱歉让您久等，我今天就给您补发。"


def rubric(rubric_id: str = "lost-parcel") -> Rubric:
    """Empathy of 4, remedy of 3 by checks, a penalty of 2, a fatal item."""
    levels = tuple(
        Level(points=points, description=words)
        for points, words in ((0, "没有道歉"), (2, "道了歉，没说为什么"), (4, "道了歉，说出客户等了多久"))
    )
    lost = (Level(points=0, description="没有打断客户"), Level(points=2, description="打断了客户三次以上"))
    checks = tuple(
        Check(id=name, question=f"{name}?", yes=f"有 {name}", no=f"没有 {name}") for name in ("resend", "date", "owner")
    )
    point = KeyPoint(id="date", text="说出补发的日期", criteria=("remedy",))
    return Rubric(
        id=rubric_id,
        version=1,
        title="包裹丢了",
        language="zh",
        task="客户的包裹丢了，请回复。",
        form="dialogue",
        pass_mark=4,
        criteria=(
            Criterion(id="empathy", name="安抚", points=4, levels=levels),
            Criterion(id="remedy", name="补救", kind="checklist", points=3, checks=checks),
            Criterion(id="manners", name="打断客户", kind="penalty", points=2, levels=lost),
            Criterion(id="abuse", name="辱骂客户", kind="fatal"),
        ),
        references=(ReferenceAnswer(id="best", text="很抱歉让您等了五天，明天补发。", key_points=(point,)),),
    )


def evidence(direction: str = "for", weight: float = 1.0, text: str = WORDS) -> Evidence:
    return Evidence(
        turn="t1",
        role="agent",
        speaker="客服",
        start=0,
        end=len(text),
        text=text,
        direction=direction,
        weight=weight,  # type: ignore[arg-type]
    )


def verdict(criterion_id: str, chances: list[float], chosen: Rubric | None = None, *found: Evidence) -> Verdict:
    """A verdict with these probabilities, lowest level first."""
    criterion = (chosen or rubric()).criterion(criterion_id)
    if criterion.kind == "fatal":
        points = [0.0, 0.0]
    elif criterion.levels:
        points = [level.points for level in criterion.levels]
    else:
        points = [criterion.points * place / len(criterion.checks) for place in range(len(criterion.checks) + 1)]
    texts = [level.description for level in criterion.levels] or [f"第{place}级" for place in range(len(points))]
    expected = sum(value * chance for value, chance in zip(points, chances, strict=True))
    level = max(range(len(chances)), key=lambda place: chances[place])
    return Verdict(
        criterion=criterion.id,
        name=criterion.name,
        kind=criterion.kind,
        points=expected,
        max_points=criterion.points,
        level=level,
        level_description=texts[level],
        distribution=tuple(
            LevelShare(points=value, description=text, probability=chance)
            for value, text, chance in zip(points, texts, chances, strict=True)
        ),
        confidence=max(chances),
        evidence=found,
    )


def ungraded(criterion_id: str) -> UngradedVerdict:
    criterion = rubric().criterion(criterion_id)
    return UngradedVerdict(
        criterion=criterion.id,
        name=criterion.name,
        kind=criterion.kind,
        max_points=criterion.points,
        ungraded=WhyUngraded(cause="timeout"),
    )


def scorecard(*verdicts: Verdict | UngradedVerdict, covered: bool = False, chosen: Rubric | None = None) -> Scorecard:
    """A scorecard; criteria that are not given get their usual verdict."""
    chosen = chosen or rubric()
    usual = {
        "empathy": verdict("empathy", [0.05, 0.9, 0.05], chosen, evidence()),
        "remedy": verdict("remedy", [0.0, 1.0, 0.0, 0.0], chosen),
        "manners": verdict("manners", [0.95, 0.05], chosen),
        "abuse": verdict("abuse", [0.99, 0.01], chosen),
    }
    shown = tuple(({**usual, **{one.criterion: one for one in verdicts}}).values())
    total = add_up(shown, chosen.max_points, chosen.pass_mark)
    point = chosen.references[0].key_points[0]
    return Scorecard(
        id="card",
        rubric=RubricStamp(id=chosen.id, version=1, title=chosen.title, language=chosen.language, digest=chosen.digest),
        total=total.total,
        max_points=total.max_points,
        pass_mark=chosen.pass_mark,
        passed=total.passed,
        coverage=total.coverage,
        verdicts=shown,
        key_points=(
            KeyPointResult(
                id=point.id,
                text=point.text,
                reference="best",
                criteria=point.criteria,
                probability=0.9 if covered else 0.1,
                covered=covered,
            ),
        ),
        review=False,
        judge={"name": "scripted"},
        transcript_digest="0",
        created_at="2026-11-21T10:00:00+00:00",
    )


def own(empathy: float = 2, remedy: float = 1, manners: float = 0, abuse: float = 0) -> dict[str, OwnPoint]:
    given = {"empathy": empathy, "remedy": remedy, "manners": manners, "abuse": abuse}
    return {name: OwnPoint(points=points) for name, points in given.items()}
