"""The questions that a rubric leads to, computed once however many texts are graded."""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict

from evaluator.grading.similarity import points_of
from evaluator.grading.verdicts import deciding
from evaluator.judge import Question, Subject, Traits
from evaluator.rubric import Rubric
from evaluator.rubrics import plan_criterion, plan_guards, plan_key_points, with_key_points
from evaluator.scorecard import RubricStamp

_KEPT = 64
_lock = threading.Lock()
_plans: OrderedDict[tuple[int, bool, bool], Plan] = OrderedDict()
_digests: OrderedDict[int, tuple[Rubric, str]] = OrderedDict()


class Plan:
    """One rubric prepared for one kind of judge.

    `stated` is the rubric as given, `rubric` has key points for every reference, `questions` has a list per criterion,
    and `all_questions` also includes those about key points and guards.
    """

    def __init__(self, stated: Rubric, anchored: bool, knows: bool) -> None:
        self.stated, self.rubric, self.anchored = stated, with_key_points(stated), anchored
        self.questions = [
            plan_criterion(self.rubric, criterion, by_level=not anchored, knows=knows)
            for criterion in self.rubric.criteria
        ]
        self._others = {question.id: question for question in self._other_questions(knows)}
        self.all_questions = [*itertools.chain(*self.questions), *self._others.values()]
        self.points = [(one.id, point) for one in self.rubric.references for point in one.key_points]
        pairs = zip(self.rubric.criteria, self.questions, strict=True)
        self.unasked = tuple(criterion.id for criterion, questions in pairs if not deciding(questions))
        about = stated.model_dump(include={"id", "version", "title", "language"})
        self.stamp = RubricStamp(**about, digest=digest_of(stated))
        self._asked_for = [self._with_points(place) for place in range(len(self.questions))]

    def asked_for(self, place: int) -> list[Question]:
        """The questions that a criterion's verdict is based on: its own, and those about its key points."""
        return self._asked_for[place]

    def _with_points(self, place: int) -> list[Question]:
        by_reference = points_of(self.rubric, self.rubric.criteria[place]).items()
        ids = [Subject("key_point", name, point.id).id for name, found in by_reference for point in found]
        return [*self.questions[place], *(self._others[name] for name in ids if name in self._others)]

    def _other_questions(self, knows: bool) -> list[Question]:
        """Questions about key points (for a readout only those that the rubric states) and guards (not for a readout).

        Readouts say less about guards than similarity and patterns do (docs/design/judging.md).
        """
        if self.anchored:
            return plan_key_points(self.stated, knows=knows)
        return [*plan_key_points(self.rubric), *plan_guards(self.stated)]


def plan_of(rubric: Rubric, traits: Traits) -> Plan:
    """The plan of this rubric object, cached while it is among the most recent ones."""
    key = (id(rubric), traits.anchored, traits.knows)
    with _lock:
        known = _plans.get(key)
        if known is not None and known.stated is rubric:
            _plans.move_to_end(key)
            return known
    plan = Plan(rubric, traits.anchored, traits.knows)
    with _lock:
        _plans[key] = plan
        while len(_plans) > _KEPT:
            _plans.popitem(last=False)
    return plan


def digest_of(rubric: Rubric) -> str:
    """`rubric.digest`, computed once for this rubric object."""
    with _lock:
        known = _digests.get(id(rubric))
        if known is not None and known[0] is rubric:
            return known[1]
    digest = rubric.digest
    with _lock:
        _digests[id(rubric)] = (rubric, digest)
        while len(_digests) > _KEPT:
            _digests.popitem(last=False)
    return digest
