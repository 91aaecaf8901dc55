"""What makes a valid rubric grade badly; the types in `evaluator.rubric` refuse what cannot be graded at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path

from evaluator.judge import Subject
from evaluator.rubric import Check, Criterion, ReferenceAnswer, Rubric
from evaluator.rubrics.key_points import with_key_points
from evaluator.rubrics.problems import Finding, FindingSeverity, WrongRubric
from evaluator.rubrics.questions import plan_criterion
from evaluator.rubrics.reading import line_of, parse, read_text
from evaluator.rubrics.wording import alike, shared_run, vague_words
from evaluator.text import find

# Range of counts in a level's description: "1-3 points named", "两到三项".
_RANGE = re.compile(r"(\d+)\s*(?:-|–|~|～|至|到|to)\s*(\d+)")


def lint(rubric: Rubric) -> list[Finding]:
    """Everything found in a valid rubric: errors first, then warnings, each in the order of the file."""
    found = [*_whole(rubric), *_references(rubric)]
    asked = with_key_points(rubric)
    for item in rubric.criteria:
        found += [*_levels(item, rubric), *_checks(item, rubric), *_asking(item, asked)]
    return sorted(found, key=lambda one: one.severity != "error")


def lint_text(text: str, name: str = "-") -> list[Finding]:
    """Findings in a YAML text, as shown by an editor: everything that keeps it from loading, or those of `lint`."""
    try:
        found = lint(parse(text, name))
    except WrongRubric as wrong:
        return list(wrong.findings)
    return [one.model_copy(update={"line": line_of(text, one.where)}) for one in found]


def lint_file(path: Path) -> list[Finding]:
    """Findings in a rubric file, with their lines. RubricError if it cannot be read at all."""
    return lint_text(read_text(path), str(path))


def _found(severity: FindingSeverity, code: str, where: str, **values: object) -> Finding:
    return Finding(severity=severity, code=code, where=where, values=values)


def _whole(rubric: Rubric) -> Iterator[Finding]:
    most = rubric.max_points
    if rubric.out_of is not None and rubric.out_of != most:
        yield _found("error", "sum_differs", "out_of", sum=f"{most:g}", out_of=f"{rubric.out_of:g}")
    if rubric.pass_mark > most:
        yield _found("error", "pass_above_max", "pass_mark", pass_mark=f"{rubric.pass_mark:g}", max=f"{most:g}")
    if rubric.pass_mark == 0:
        yield _found("warning", "pass_is_zero", "pass_mark")
    if all(item.optional for item in rubric.criteria if item.kind in ("score", "checklist")):
        yield _found("warning", "all_optional", "criteria")
    seen: set[str] = set()
    for item in rubric.criteria:
        if (name := item.name.strip()) in seen:
            yield _found("warning", "same_name", f"criteria.{item.id}", name=name)
        seen.add(name)


def _references(rubric: Rubric) -> Iterator[Finding]:
    if not rubric.references:
        yield _found("warning", "no_reference", "references")
    known = {item.id for item in rubric.criteria}
    for reference in rubric.references:
        where = f"references.{reference.id}"
        if not reference.key_points:
            yield _found("warning", "no_key_points", where, id=reference.id)
        for point in reference.key_points:
            for name in point.criteria:
                if name not in known:
                    values = {"id": point.id, "criterion": name, "known": ", ".join(sorted(known))}
                    yield _found("error", "unknown_criterion", f"{where}.key_points.{point.id}", **values)
        yield from _quotations(reference, where)
    ids = Counter(point.id for reference in rubric.references for point in reference.key_points)
    for point_id, count in ids.items():
        if count > 1:
            yield _found("warning", "key_point_twice", "references", id=point_id)


def _quotations(reference: ReferenceAnswer, where: str) -> Iterator[Finding]:
    """Checks that an example is what the reference really says, since candidates' sentences are compared with it."""
    for point in reference.key_points:
        if point.example.strip() and not find(point.example, reference.text):
            yield _found("warning", "example_not_in_answer", f"{where}.key_points.{point.id}", id=point.id)


def _levels(item: Criterion, rubric: Rubric) -> Iterator[Finding]:
    where = f"criteria.{item.id}"
    if item.kind in ("fatal", "bonus", "penalty") and item.optional:
        yield _found("warning", "optional_without_effect", where, kind=item.kind)
    if not item.levels:
        return
    if item.levels[-1].points != item.points:
        values = {"level": f"{item.levels[-1].points:g}", "points": f"{item.points:g}"}
        yield _found("error", "highest_below_points", f"{where}.levels", **values)
    if item.levels[0].points != 0:
        yield _found("warning", "lowest_above_zero", f"{where}.levels", level=f"{item.levels[0].points:g}")
    yield from _descriptions(item, where, rubric.language)


def _descriptions(item: Criterion, where: str, language: str) -> Iterator[Finding]:
    for index, level in enumerate(item.levels):
        for word in vague_words(level.description, language):
            yield _found("warning", "vague", f"{where}.levels.{index}", word=word, points=f"{level.points:g}")
    for low, high in combinations(item.levels, 2):
        if alike(low.description, high.description):
            values = {"low": f"{low.points:g}", "high": f"{high.points:g}"}
            yield _found("warning", "levels_alike", f"{where}.levels", **values)
    for low, high in pairwise(item.levels):
        if overlap := _overlap(low.description, high.description):
            values = {"low": f"{low.points:g}", "high": f"{high.points:g}"}
            yield _found("warning", "levels_overlap", f"{where}.levels", **values, number=overlap)


def _overlap(one: str, other: str) -> int | None:
    """A count that falls into the ranges of both descriptions; None if they do not overlap or name no single range."""
    first, second = _RANGE.findall(one), _RANGE.findall(other)
    if len(first) != 1 or len(second) != 1:
        return None
    (a, b), (c, d) = sorted(map(int, first[0])), sorted(map(int, second[0]))
    return max(a, c) if max(a, c) <= min(b, d) else None


def _checks(item: Criterion, rubric: Rubric) -> Iterator[Finding]:
    where = f"criteria.{item.id}.checks"
    for check in item.checks:
        options = [check.no, *check.between, check.yes]
        if any(alike(one, other) or one.strip() == other.strip() for one, other in combinations(options, 2)):
            yield _found("warning", "options_alike", f"{where}.{check.id}", id=check.id)
        yield from _options(check, f"{where}.{check.id}", rubric)
    for one, other in combinations(item.checks, 2):
        if alike(one.question, other.question):
            yield _found("warning", "checks_alike", where, one=one.id, other=other.id)


def _asking(item: Criterion, rubric: Rubric) -> Iterator[Finding]:
    """Notes criteria without concrete questions: a small model must then choose a level, with less agreement."""
    whole = Subject("criterion", item.id)
    asked = plan_criterion(rubric, item, knows=False)
    if any(question.kind == "score" and question.subject == whole for question in asked):
        yield _found("warning", "levels_alone", f"criteria.{item.id}")


def _options(check: Check, where: str, rubric: Rubric) -> Iterator[Finding]:
    """Notes options with words that candidates use: a small model picks the same words, whatever they mean."""
    for name in ("yes", "no"):
        for reference in rubric.references:
            if run := shared_run(getattr(check, name), reference.text, rubric.language):
                yield _found("warning", "option_echoes_answer", where, id=check.id, option=name, words=run)
                break
