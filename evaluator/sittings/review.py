"""The review of a paper: every answer beside the right one, with points and explanation."""

from __future__ import annotations

from functools import partial

from evaluator import messages
from evaluator.exams import ExamQuestion
from evaluator.reports import Block, Paragraph, Table, Title, shown
from evaluator.sittings.printing import key_text
from evaluator.sittings.session import Sitting


def review_blocks(sitting: Sitting, *, language: str | None = None) -> list[Block]:
    """The result, the sections, and every question with answer, key, points and explanation."""
    say = partial(_say, language)
    title = " · ".join(filter(None, (sitting.candidate, sitting.paper.title)))
    blocks: list[Block] = [Title(title), Paragraph(result_line(sitting, language))]
    titles = {section.id: section.title for section in sitting.paper.sections}
    sections = tuple(
        (titles[one.section], one.total, one.max_points, one.pass_mark, _passed(one.passed, one.pass_mark, language))
        for one in sitting.result.sections
    )
    head: tuple[str, ...] = ("section", "points", "most", "pass_mark", "passed")
    blocks.append(Table(say("sections"), tuple(say(f"column_{name}") for name in head), sections))
    rows = tuple(_row(question, sitting, language) for question in sitting.paper.questions)
    head = ("number", "question", "answer", "key", "points", "most", "state", "explanation")
    blocks.append(Table(say("answers"), tuple(say(f"column_{name}") for name in head), rows))
    return blocks


def result_line(sitting: Sitting, language: str | None = None) -> str:
    """The total and whether it passes, in a sentence."""
    say, result = partial(_say, language), sitting.result
    parts = [say("total", total=shown(result.total), most=shown(result.max_points))]
    if result.pass_mark is not None or result.passed is not None:
        word = {True: "passed", False: "not_passed", None: "open"}[result.passed]
        parts.append(say(word))
    if result.ungraded:
        parts.append(say("some_ungraded", count=len(result.ungraded)))
    return messages.say("ui.semicolon", language).join(parts)


def _row(question: ExamQuestion, sitting: Sitting, language: str | None) -> tuple[str | float | None, ...]:
    outcome = sitting.outcome(question.id)
    state = outcome.state if outcome else "ungraded"
    return (
        question.number,
        question.text,
        sitting.answers.get(question.id, ""),
        key_text(question),
        outcome.points if outcome else None,
        question.points,
        messages.say(f"paper.state_{state}", language),
        question.item.explanation,
    )


def _passed(passed: bool | None, mark: float | None, language: str | None) -> str:
    if mark is None:
        return ""
    return messages.say(f"paper.{ {True: 'passed', False: 'not_passed', None: 'open'}[passed] }", language)


def _say(language: str | None, key: str, **values: object) -> str:
    return messages.say(f"paper.{key}", language, **values)
