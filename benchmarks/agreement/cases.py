"""A folder of human-graded items as cases: each with its transcript, its rubric and the humans' points.

The graded criteria determine which rubric belongs to a folder, so a folder may have any name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.agreement.splitting import RubricItem, are_parts, build_references, names_something, read_points_rubric
from evaluator.calibration.data.grades import Grades, read_grades
from evaluator.calibration.data.items import CalibrationItem, read_items
from evaluator.calibration.data.tables import read_table
from evaluator.errors import InputError
from evaluator.rubric import Criterion, Level, Rubric
from evaluator.rubrics import load
from evaluator.rubrics.key_points import with_key_points
from evaluator.transcript import Role, Transcript, assemble, parse

if TYPE_CHECKING:
    import pandas as pd

RUBRICS = Path(__file__).parent / "rubrics"
BY_CRITERIA = {
    frozenset({"accomplishment", "satisfaction", "effectiveness"}): "helpdesk_zh",
    frozenset({"correctness"}): "short_answer_zh",
    frozenset({"points"}): "rubric_answers_en",
}
LOWEST = {"helpdesk_zh": -2.0}  # where the humans' scale begins; ours begins at 0
NAMES = {"zh": {"agent": "客服", "customer": "客户"}, "en": {"agent": "Agent", "customer": "Customer"}}


@dataclass(frozen=True)
class Case:
    """One item to grade. `whole` is True where the humans gave one grade for all criteria of the rubric together."""

    id: str
    item: CalibrationItem
    transcript: Transcript
    rubric: Rubric
    whole: bool


@dataclass(frozen=True)
class HumanSet:
    """A loaded folder. `criteria` are the humans'; `lowest` is the lowest grade of their scale."""

    name: str
    cases: tuple[Case, ...]
    grades: Grades
    criteria: tuple[str, ...]
    lowest: float

    @property
    def language(self) -> str:
        return self.cases[0].rubric.language

    def highest(self, case: Case) -> float:
        """The maximum that the humans could give a case, on one criterion."""
        return self.lowest + (case.item.max_points or case.rubric.criteria[0].points)

    def tenths(self, points: pd.Series) -> pd.Series:
        """Returns the points by item on the scale used for figures.

        That scale is tenths of the item's maximum where maxima differ, otherwise the humans' own.
        """
        if len({case.item.max_points for case in self.cases}) < 2:
            return points
        scale = {case.id: 10 / case.item.max_points for case in self.cases if case.item.max_points}
        return points * points.index.map(scale).astype(float)


def read_set(folder: Path, rubric: Path | None = None, limit: int | None = None, beyond: int | None = None) -> HumanSet:
    """Loads the folder's items with rubrics and grades.

    `limit` takes items evenly from the whole list, after `beyond` has removed those that a limit of that number would
    take: the rest were not seen by any choice made on those. Raises InputError when no known rubric fits its criteria
    and no rubric is passed.
    """
    grades = read_grades(read_table(folder / "grades.csv"))
    kind = rubric.stem if rubric else BY_CRITERIA.get(frozenset(grades.criteria))
    if kind is None:
        raise InputError("file_missing", path=f"--rubric ({', '.join(grades.criteria)})")
    base = load(rubric or RUBRICS / f"{kind}.yaml")
    graded = set(grades.table["item"])
    items = [item for item in read_items(folder) if item.id in graded]
    seen = {item.id for item in _thin(items, beyond)} if beyond else set()
    items = _thin([item for item in items if item.id not in seen], limit)
    cases = tuple(make_case(item, base) for item in items)
    return HumanSet(folder.name, cases, grades, tuple(grades.criteria), LOWEST.get(kind, 0.0))


def make_case(item: CalibrationItem, base: Rubric) -> Case:
    """Turns an item into a case: its question and references go into the rubric, its points rubric becomes criteria."""
    stated = read_points_rubric(getattr(item, "rubric_text", "") or "")
    changes: dict[str, object] = {"references": (*base.references, *build_references(item.references))}
    if item.question:
        changes["task"] = item.question
    if stated and item.max_points:
        changes["criteria"] = build_criteria(base.criteria[0], stated, item.max_points)
    return Case(
        item.id, item, read_transcript(item, base), with_key_points(base.model_copy(update=changes)), bool(stated)
    )


def build_criteria(pattern: Criterion, stated: list[RubricItem], most: float) -> tuple[Criterion, ...]:
    """Builds criteria after `pattern`: one per stated part, or one with the stated alternatives as levels.

    Where a part names nothing, as in "(a) (5 points)", the answer is graded as a whole: likeness to the reference needs
    no parts.
    """
    if not all(names_something(part) for part in stated):
        whole = RubricItem(" ".join(part.text for part in stated).strip() or pattern.name, most)
        return (_fill(pattern, "item1", whole),)
    if are_parts(stated, most):
        return tuple(_fill(pattern, f"item{number}", part) for number, part in enumerate(stated, start=1))
    best = max(stated, key=lambda part: part.points)
    rising = {part.points: part.text for part in sorted(stated, key=lambda part: part.points)}
    lowest = Level(points=0, description=pattern.levels[0].description)
    levels = (lowest, *(Level(points=points, description=text) for points, text in rising.items() if points))
    return (_fill(pattern, "item1", best).model_copy(update={"levels": levels, "points": most}),)


def read_transcript(item: CalibrationItem, rubric: Rubric) -> Transcript:
    """The item's text as the product reads it; turns without words are omitted."""
    if not item.transcript:
        return parse(item.answer, form="answer")
    names = NAMES[rubric.language]
    roles: Iterator[tuple[Role, str]] = (
        ("customer" if turn.speaker == "customer" else "agent", turn.text) for turn in item.transcript
    )
    return assemble((role, names[role], text) for role, text in roles if text.strip())


def _fill(pattern: Criterion, name: str, part: RubricItem) -> Criterion:
    levels = [
        level.model_copy(update={"points": round(level.points / pattern.points * part.points * 2) / 2})
        for level in pattern.levels
    ]
    filled = Criterion.model_validate_json(pattern.model_dump_json().replace("{item}", part.text.replace('"', "'")))
    return filled.model_copy(update={"id": name, "points": part.points, "levels": tuple(levels)})


def _thin(items: list[CalibrationItem], limit: int | None) -> list[CalibrationItem]:
    if limit is None or limit >= len(items):
        return items
    return [items[number * len(items) // limit] for number in range(limit)]


def questions_of(cases: Iterable[Case]) -> list[str]:
    """The question each case answers, empty if it has none."""
    return [case.item.question_id for case in cases]
