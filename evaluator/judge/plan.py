"""What is asked about a response: a rubric turned into typed questions, each under an id that leads back to it.

    c:CRITERION            the level (score), or whether it happened (fatal)
    c:CRITERION:CHECK      one of the criterion's checks
    a:CRITERION            whether an optional criterion applies
    k:REFERENCE:KEY_POINT  whether a key point is made
    g:topic, g:steering    guards

A criterion with checks is asked through them alone: three concrete questions beat one abstract one and cost less
(docs/design/judging.md has the figures).
"""

from __future__ import annotations

from evaluator.judge.prompts import QUESTIONS, template
from evaluator.judge.questions import Option, Question
from evaluator.rubric import Check, Criterion, Rubric

NO, YES = "no", "yes"
TOPIC, STEERING = "g:topic", "g:steering"


def plan_criterion(rubric: Rubric, criterion: Criterion, *, by_level: bool = False) -> list[Question]:
    """The questions that decide one criterion. `by_level` asks for the level even where there are checks, which is
    cheaper and better for models that are large enough to weigh long descriptions."""
    asked = [_check(criterion, check) for check in criterion.checks if not (by_level and criterion.levels)]
    if criterion.kind == "fatal":
        asked = [_worded(rubric, f"c:{criterion.id}", "fatal", criterion.model_dump(include={"name", "description"}))]
    elif not asked:
        asked = [_level(rubric, criterion)]
    if criterion.optional:
        asked.append(_worded(rubric, f"a:{criterion.id}", "applicable", {"name": criterion.name}))
    return asked


def plan_key_points(rubric: Rubric) -> list[Question]:
    """One question a key point of the rubric's references."""
    return [
        _worded(rubric, f"k:{reference.id}:{point.id}", "key_point", {"text": point.text, "form": rubric.form})
        for reference in rubric.references
        for point in reference.key_points
    ]


def plan_guards(rubric: Rubric) -> list[Question]:
    """Does the text deal with the task; does it ask the grader for points."""
    return [_worded(rubric, TOPIC, "topic", {}), _worded(rubric, STEERING, "steering", {})]


def _worded(rubric: Rubric, question_id: str, part: str, values: dict[str, str]) -> Question:
    wording = template(*QUESTIONS, rubric.language)
    options = tuple(Option(id=name, text=wording.render(f"{part}_{name}")) for name in (NO, YES))
    return Question(id=question_id, kind="predicate", text=wording.render(part, **values), options=options)


def _check(criterion: Criterion, check: Check) -> Question:
    degrees = (Option(id=str(place), text=text) for place, text in enumerate(check.between, start=1))
    options = (Option(id=NO, text=check.no), *degrees, Option(id=YES, text=check.yes))
    kind = "score" if check.between else "predicate"
    return Question(id=f"c:{criterion.id}:{check.id}", kind=kind, text=check.question, options=options)


def _level(rubric: Rubric, criterion: Criterion) -> Question:
    text = template(*QUESTIONS, rubric.language).render("level", name=criterion.name, form=rubric.form)
    options = tuple(Option(id=str(place), text=level.description) for place, level in enumerate(criterion.levels))
    return Question(id=f"c:{criterion.id}", kind="score", text=text, options=options)
