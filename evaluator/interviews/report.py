"""An interview as a document: its total, each question with its answer, and what to check."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from evaluator import messages
from evaluator.exams import ExamPaper, ExamQuestion, ExamSum, QuestionOutcome
from evaluator.interviews.editing import doubt_text
from evaluator.interviews.grading import Interview
from evaluator.reports import Block, Bullets, Paragraph, Table, Title, shown
from evaluator.scorecard import Scorecard, Verdict
from evaluator.storage import Decision


def interview_blocks(
    interview: Interview,
    cards: dict[str, Scorecard],
    decision: Decision | None = None,
    *,
    language: str | None = None,
    name: str | None = None,
) -> list[Block]:
    """The whole interview for export.

    `cards` are the gradings by id; `name` replaces the candidate's name if names are hidden.
    """
    say = partial(_say, language)
    result = interview.result
    title = interview.candidate if name is None else name
    blocks: list[Block] = [Title(" · ".join(filter(None, (title, interview.paper.title))) or say("one"))]
    blocks.append(Paragraph(result_text(result, language)))
    if decision is not None and decision.decision:
        words = say(f"decision_{decision.decision}")
        blocks.append(Paragraph(f"{say('decision')}: {words}（{decision.who}）{decision.text}"))
    head = tuple(say(f"column_{column}") for column in ("question", "points", "most", "state", "review"))
    rows = [outcome_row(question, interview.outcome(question.id), language) for question in interview.paper.questions]
    blocks.append(Table(say("questions"), head, tuple(rows)))
    if interview.found.doubts:
        looks = [f"{doubt.turn}: {doubt_text(doubt, language)}" for doubt in interview.found.doubts]
        blocks += [Title(say("to_look_at"), 2), Bullets(tuple(looks))]
    for question in interview.paper.questions:
        blocks += _question(interview, question, cards, language)
    aside = [
        f"{piece.turn}: {_words(interview, piece.turn, piece.start, piece.end)}"
        for piece in interview.found.pieces
        if not piece.questions
    ]
    return [*blocks, Title(say("around"), 2), Bullets(tuple(aside))] if aside else blocks


def _question(
    interview: Interview, question: ExamQuestion, cards: dict[str, Scorecard], language: str | None
) -> Iterator[Block]:
    pieces = interview.found.of(question.id)
    if not pieces:
        return
    yield Title(f"{question.number}. {question.text}", 2)
    outcome = interview.outcome(question.id)
    if outcome:
        yield Paragraph(f"{shown(outcome.points)} / {shown(outcome.max_points)}")
    card = cards.get(outcome.grading or "") if outcome else None
    if card:
        quotes = [
            f"{verdict.name}: “{item.text}” ({item.turn})"
            for verdict in card.verdicts
            if isinstance(verdict, Verdict)
            for item in verdict.evidence
        ]
        yield Bullets(tuple(quotes))
    turns = {turn.id: turn for turn in interview.transcript.turns}
    said = [
        f"{piece.turn} {turns[piece.turn].speaker or ''}: {turns[piece.turn].text[piece.start : piece.end]}"
        for piece in pieces
    ]
    yield Paragraph("\n".join(said))


def _words(interview: Interview, turn: str, start: int, end: int) -> str:
    return interview.transcript.turn(turn).text[start:end]


def result_text(result: ExamSum, language: str | None = None) -> str:
    """The total, whether it passes, and what was not asked or not graded, in plain sentences."""
    say = partial(_say, language)
    parts = [say("total", total=shown(_rounded(result.total)), most=shown(result.max_points))]
    if result.pass_mark is not None:
        word = {True: "passed", False: "not_passed", None: "open"}[result.passed]
        parts.append(say(word, mark=shown(_rounded(result.pass_mark))))
    if result.not_asked:
        parts.append(say("not_asked", count=len(result.not_asked), full=shown(result.full_points)))
    if result.ungraded:
        parts.append(say("some_ungraded", count=len(result.ungraded)))
    return messages.say("ui.semicolon", language).join(parts)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def outcome_row(
    question: ExamQuestion, outcome: QuestionOutcome | None, language: str | None = None
) -> tuple[str, float | None, float, str, str]:
    """The question, its points, their maximum, its outcome, and whether to check it."""
    state = outcome.state if outcome else "not_asked"
    review = messages.say("interview.look", language) if outcome and outcome.review else ""
    points = None if outcome is None else _rounded(outcome.points)
    return (
        f"{question.number}. {question.text}",
        points,
        question.points,
        messages.say(f"interview.state_{state}", language),
        review,
    )


def section_rows(paper: ExamPaper, result: ExamSum, language: str | None = None) -> list[tuple[str, ...]]:
    """The title, points out of the maximum, pass mark and outcome of every section; empty for a single section."""
    titles = {section.id: section.title for section in paper.sections}
    if len(titles) < 2:
        return []
    words = {True: "passed_short", False: "not_passed_short", None: "open_short"}
    return [
        (
            titles[one.section],
            f"{shown(_rounded(one.total))} / {shown(one.max_points)}",
            shown(one.pass_mark),
            "–" if one.pass_mark is None else messages.say(f"interview.{words[one.passed]}", language),
        )
        for one in result.sections
    ]


def _say(language: str | None, key: str, **values: object) -> str:
    return messages.say(f"interview.{key}", language, **values)
