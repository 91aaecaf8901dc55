"""Graded texts: the frozen ones match their record, and all labels fit the texts and the rubrics."""

from __future__ import annotations

import pytest

from benchmarks import frozen

RUBRICS = frozen.graded_rubrics()
EACH = pytest.mark.parametrize("rubric", RUBRICS, ids=lambda rubric: rubric.id)


def test_no_frozen_text_was_changed():
    """A changed text has left the frozen set: write new ones, as `examples/README.md` describes."""
    changed = [name for name, digest in frozen.recorded().items() if frozen.digest(name) != digest]
    assert changed == []


def test_a_scenario_is_frozen_whole():
    """Every text of a frozen scenario is recorded (`python -m benchmarks.frozen --write ID`), and none of any other."""
    ids = {rubric.id for rubric in frozen.frozen_rubrics()}
    assert ids < {rubric.id for rubric in RUBRICS}
    assert frozen.texts_of(ids) == sorted(frozen.recorded())


@EACH
def test_every_text_has_a_grade_that_the_rubric_allows(rubric):
    """All criteria are graded, with points that the rubric allows, and the total is their sum."""
    grades = frozen.read_grades(rubric.id)
    assert tuple(grades) == frozen.QUALITIES
    for grade in grades.values():
        scored = {item.id: item for item in rubric.criteria if item.kind != "fatal"}
        assert set(grade.points) == set(scored)
        assert set(grade.happened) == {item.id for item in rubric.criteria if item.kind == "fatal"}
        for name, points in grade.points.items():
            assert points is None if points is None else 0 <= points <= scored[name].points
            assert points is not None or scored[name].optional
        assert grade.total == pytest.approx(added_up(rubric, grade), abs=0.01)


def added_up(rubric, grade) -> float:
    """The total of the points, as the product adds them up."""
    if any(grade.happened.values()):
        return 0.0
    counted = [item for item in rubric.criteria if item.kind in ("score", "checklist")]
    applying = [item for item in counted if grade.points[item.id] is not None]
    share = sum(grade.points[item.id] for item in applying) / sum(item.points for item in applying)
    bonus = sum(grade.points[item.id] or 0 for item in rubric.criteria if item.kind == "bonus")
    lost = sum(grade.points[item.id] or 0 for item in rubric.criteria if item.kind == "penalty")
    return max(0.0, share * rubric.max_points + bonus - lost)


@EACH
def test_what_is_quoted_stands_in_the_text(rubric):
    """The sentences of grades and pairs are the text's own, and belong to existing key points and criteria."""
    points = {point.id for answer in rubric.references for point in answer.key_points}
    for name, grade in frozen.read_grades(rubric.id).items():
        text = frozen.read_text(rubric.id, name)
        quoted = [sentence for said in grade.key_points.values() for sentence in said]
        quoted += [sentence for sides in grade.sentences.values() for said in sides.values() for sentence in said]
        assert [sentence for sentence in quoted if sentence not in text] == []
        assert set(grade.key_points) <= points
        assert set(grade.sentences) <= {item.id for item in rubric.criteria}


@EACH
def test_pairs_are_many_and_hard(rubric):
    """At least forty pairs per scenario, at least twenty of them near misses of several kinds.

    Each pair is about one statement.
    """
    pairs = frozen.read_pairs(rubric.id)
    assert len(pairs) >= 40 and sum(pair.near is not None for pair in pairs) >= 20
    assert {"negated", "later", "other"} <= {pair.near for pair in pairs}
    assert len({(frozen.statement_of(rubric, pair), pair.sentence) for pair in pairs}) == len(pairs)
    for pair in pairs:
        assert sum(map(bool, (pair.check, pair.key_point, pair.criterion))) == 1
        assert pair.label != "support" or pair.speaker == "agent"
        assert pair.text is None or pair.sentence in frozen.read_text(rubric.id, pair.text)
