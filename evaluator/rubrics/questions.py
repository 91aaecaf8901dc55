"""Turns a rubric into typed questions about a response, each with its `Subject`.

Concrete questions beat one abstract one (figures in docs/design/judging.md). So a criterion is asked through its
checks, without any through its own key points, and only without those through its levels. A model too small to judge
knowledge is not asked about it: likeness to the reference alone is the better judge.
"""

from __future__ import annotations

from evaluator.judge import QUESTIONS, STEERING, TOPIC, Option, Question, QuestionKind, Subject, template
from evaluator.rubric import Check, Criterion, KeyPoint, ReferenceAnswer, Rubric
from evaluator.rubrics.key_points import with_key_points

NO, YES = "no", "yes"


def plan_criterion(
    rubric: Rubric, criterion: Criterion, *, by_level: bool = False, knows: bool = True
) -> list[Question]:
    """The questions that decide one criterion.

    `by_level` asks for the level even if there are checks or key points, which is cheaper and better for models large
    enough to weigh long descriptions. A judge that does not know (`knows`) is asked nothing about knowledge.
    """
    if criterion.kind == "fatal":
        about = criterion.model_dump(include={"name", "description"})
        asked = [_worded(rubric, Subject("criterion", criterion.id), "fatal", about)]
    elif by_level and criterion.levels:
        asked = [_level(rubric, criterion)]
    elif not knows and _is_knowledge(rubric, criterion):
        asked = []
    else:
        asked = [_check(criterion, check) for check in criterion.checks]
        asked = asked or _own_key_points(rubric, criterion) or [_level(rubric, criterion)]
    if criterion.optional:
        asked.append(_worded(rubric, Subject("applies", criterion.id), "applicable", {"name": criterion.name}))
    return asked


def _is_knowledge(rubric: Rubric, criterion: Criterion) -> bool:
    """True for a criterion of a written answer that has key points, its own or shared, but no checks.

    Whether those are made is a knowledge question, and a small model's answer does not improve on likeness to the
    reference.
    """
    asked_by_points = criterion.kind in ("score", "bonus") and not criterion.checks
    return rubric.form == "answer" and asked_by_points and bool(rubric.key_points_of(criterion))


def plan_anchors(stated: Rubric, *, knows: bool = True) -> list[Question]:
    """The questions about each anchor, for a judge whose readings need anchors.

    They are those of all criteria, and the key points that the rubric states. Clauses of a reference without key points
    are not asked in a readout: there are many, and out of context they say little.
    """
    rubric = with_key_points(stated)
    asked = [question for criterion in rubric.criteria for question in plan_criterion(rubric, criterion, knows=knows)]
    return list({question.id: question for question in (*asked, *plan_key_points(stated, knows=knows))}.values())


def plan_key_points(rubric: Rubric, *, knows: bool = True) -> list[Question]:
    """One question per key point of the references; a judge without `knows` is not asked about knowledge."""
    return [
        _key_point(rubric, reference, point)
        for reference in rubric.references
        for point in reference.key_points
        if knows or not _is_point_of_knowledge(rubric, point)
    ]


def _is_point_of_knowledge(rubric: Rubric, point: KeyPoint) -> bool:
    """True if all criteria that the key point counts for are about knowledge."""
    return all(
        _is_knowledge(rubric, criterion) for criterion in rubric.criteria if point in rubric.key_points_of(criterion)
    )


def plan_guards(rubric: Rubric) -> list[Question]:
    """Whether the text deals with the task, and whether it asks the grader for points."""
    return [_worded(rubric, TOPIC, "topic", {}), _worded(rubric, STEERING, "steering", {})]


def _worded(rubric: Rubric, subject: Subject, part: str, values: dict[str, str]) -> Question:
    wording = template(*QUESTIONS, rubric.language)
    options = tuple(Option(id=name, text=wording.render(f"{part}_{name}")) for name in (NO, YES))
    return Question(id=subject.id, kind="predicate", text=wording.render(part, **values), options=options)


def _own_key_points(rubric: Rubric, criterion: Criterion) -> list[Question]:
    """The questions about the key points that belong only to this criterion.

    Shared ones would give all criteria the same answer. Key points say what is right, so they say nothing about a
    penalty.
    """
    if criterion.kind not in ("score", "bonus"):
        return []
    alone = len(rubric.criteria) == 1
    return [
        _key_point(rubric, reference, point)
        for reference in rubric.references
        for point in reference.key_points
        if point.criteria == (criterion.id,) or (alone and not point.criteria)
    ]


def _key_point(rubric: Rubric, reference: ReferenceAnswer, point: KeyPoint) -> Question:
    subject = Subject("key_point", reference.id, point.id)
    asked = _worded(rubric, subject, "key_point", {"text": point.text, "form": rubric.form})
    return asked.model_copy(update={"point": point.text})


def _check(criterion: Criterion, check: Check) -> Question:
    degrees = (Option(id=str(place), text=text) for place, text in enumerate(check.between, start=1))
    options = (Option(id=NO, text=check.no), *degrees, Option(id=YES, text=check.yes))
    kind: QuestionKind = "score" if check.between else "predicate"
    subject = Subject("check", criterion.id, check.id)
    return Question(id=subject.id, kind=kind, text=check.question, options=options)


def _level(rubric: Rubric, criterion: Criterion) -> Question:
    text = template(*QUESTIONS, rubric.language).render("level", name=criterion.name, form=rubric.form)
    options = tuple(Option(id=str(place), text=level.description) for place, level in enumerate(criterion.levels))
    return Question(id=Subject("criterion", criterion.id).id, kind="score", text=text, options=options)
