"""The candidates of one round side by side: points by question or criterion, the panel's beside the machine's."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

from evaluator import messages
from evaluator.encoding import Frozen
from evaluator.errors import InputError
from evaluator.exams import ExamQuestion
from evaluator.interviews.grading import Interview, interviews_of
from evaluator.interviews.tuned import STEP
from evaluator.reports import Block, Paragraph, Table, Title, shown
from evaluator.scorecard import Scorecard, Verdict, corrected_card
from evaluator.storage import Decision, PanelPoint, Records

if TYPE_CHECKING:
    from evaluator.calibration.agreement import Statistic

By = Literal["questions", "criteria"]
DECISIONS = ("hire", "hold", "reject")
FIGURES = ("exact", "mae", "bias", "pearson", "qwk")


class MatrixCell(Frozen):
    """One candidate's points in one column; None if it was not asked or not graded."""

    points: float | None
    most: float
    review: bool = False
    quotes: tuple[str, ...] = ()
    panel: dict[str, float] = {}  # points by interviewer; questions only


class MatrixRow(Frozen):
    """One candidate. `name` is the displayed name, which may be a substitute for a hidden one."""

    interview: str
    name: str
    cells: dict[str, MatrixCell]
    total: float | None
    most: float
    passed: bool | None
    decision: Decision | None = None

    @property
    def share(self) -> float | None:
        """The share of the points asked, 0 to 1, which makes candidates with different questions comparable."""
        return None if self.total is None or not self.most else self.total / self.most


class RoundMatrix(Frozen):
    """A round. `columns` are labels by id."""

    round: str
    columns: dict[str, str]
    rows: tuple[MatrixRow, ...]

    def sorted_by(self, column: str) -> RoundMatrix:
        """Sorts by a column or by the total's share, best first; raises InputError if the column does not exist."""
        if column != "total" and column not in self.columns:
            raise InputError("interview_unknown_question", question=column, known=", ".join(["total", *self.columns]))

        def value(row: MatrixRow) -> float:
            cell = row.cells.get(column)
            found = row.share if column == "total" else cell.points if cell else None
            return -math.inf if found is None else found

        return self.model_copy(update={"rows": tuple(sorted(self.rows, key=value, reverse=True))})


def matrix_of(
    records: Records,
    round: str,
    *,
    owner: str | None = None,
    by: By = "questions",
    blind: bool = False,
    language: str | None = None,
) -> RoundMatrix:
    """Returns the matrix of a round; raises InputError if the round does not exist.

    With `blind`, candidates have numbers that do not reveal the order in which they were interviewed; the numbers are
    the same every time.
    """
    interviews = interviews_of(records, records.interviews.all(owner=owner, round=round))
    if not interviews:
        raise InputError("interview_round_empty", round=round)
    ids = [one.id for one in interviews]
    names = _names(interviews, blind, language)
    panel, decisions = standing_points(records.interviews.given(ids)), records.interviews.decisions(ids)
    gradings = [outcome.grading for one in interviews for outcome in one.outcomes if outcome.grading]
    given = records.given_points(gradings)
    cards = {name: corrected_card(card, given.get(name, {})) for name, card in records.many(gradings).items()}
    columns: dict[str, str] = {}
    rows = []
    for one in interviews:
        cells: dict[str, MatrixCell] = {}
        for question in one.paper.questions:
            made = _cells(one, question, cards, panel.get(one.id, {}), by)
            for column, (label, cell) in made.items():
                columns.setdefault(column, label)
                cells[column] = cell
        result = one.result
        rows.append(
            MatrixRow(
                interview=one.id,
                name=names[one.id],
                cells=cells,
                total=result.total,
                most=result.max_points,
                passed=result.passed,
                decision=next((item for item in reversed(decisions) if item.interview_id == one.id), None),
            )
        )
    return RoundMatrix(round=round, columns=columns, rows=tuple(rows))


def give_points(
    records: Records, interview: Interview, question: str, points: float | None, *, who: str, comment: str = ""
) -> None:
    """Stores an interviewer's own points; raises InputError for an unknown question or impossible points."""
    known = {one.id: one.points for one in interview.paper.questions}
    if question not in known:
        raise InputError("interview_unknown_question", question=question, known=", ".join(known))
    if points is not None and not 0 <= points <= known[question]:
        raise InputError("interview_points_range", question=question, most=f"{known[question]:g}", points=f"{points:g}")
    records.interviews.give(interview.id, question, points, who=who, comment=comment)


def decide(records: Records, interview: Interview, decision: str, text: str, *, who: str) -> None:
    """Stores a decision and its reasons."""
    if decision not in DECISIONS:
        raise InputError("interview_decision_unknown", decision=decision, known=", ".join(DECISIONS))
    records.interviews.decide(interview.id, decision, text, who=who)


def standing_points(given: Sequence[PanelPoint]) -> dict[str, dict[str, dict[str, float]]]:
    """The newest points that were not withdrawn, by interview, question and interviewer."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for one in given:
        here = found.setdefault(one.interview_id, {}).setdefault(one.question, {})
        if one.points is None:
            here.pop(one.who, None)
        else:
            here[one.who] = one.points
    return found


def panel_agreement(matrix: RoundMatrix) -> dict[str, Statistic]:
    """Agreement of the machine with the panel's mean, over all candidates and questions.

    Figures are shares of each question's points. `alpha` is how far the interviewers agree among themselves. An
    undefined figure says why it is undefined.
    """
    import numpy as np

    from evaluator.calibration.agreement import Statistic, alpha_of, compare

    cells = [cell for row in matrix.rows for cell in row.cells.values() if cell.panel and cell.points is not None]
    machine = np.array([(cell.points or 0.0) / cell.most for cell in cells], dtype=float)
    panel = np.array([sum(cell.panel.values()) / len(cell.panel) / cell.most for cell in cells], dtype=float)
    figures = compare(machine, panel, step=STEP, names=FIGURES)
    people = sorted({who for cell in cells for who in cell.panel})
    shares = np.array([[cell.panel.get(who, math.nan) / cell.most for who in people] for cell in cells], dtype=float)
    several = shares.size and (~np.isnan(shares)).sum(axis=1).max() > 1
    alpha = alpha_of(shares) if several else math.nan
    known = math.isfinite(alpha)
    why = None if known else "too_few_items"
    return {**figures, "alpha": Statistic(name="alpha", value=alpha if known else None, n=len(cells), why=why)}


def matrix_blocks(matrix: RoundMatrix, *, quotes: bool = False, language: str | None = None) -> list[Block]:
    """The matrix for export: candidates and points, the panel's points, agreement, decisions, optionally quotations."""
    say = partial(_say, language)
    name = matrix.round or say("unnamed_round")
    blocks: list[Block] = [Title(say("round_of", round=name, count=len(matrix.rows)))]
    head = (
        say("column_candidate"),
        *matrix.columns.values(),
        say("column_total"),
        say("column_share"),
        say("column_decision"),
    )
    blocks.append(Table(name, head, tuple(_row(row, matrix, language) for row in matrix.rows)))
    panel = tuple(
        (row.name, matrix.columns[column], who, points, cell.points)
        for row in matrix.rows
        for column, cell in row.cells.items()
        for who, points in cell.panel.items()
    )
    if panel:
        columns = ("candidate", "question", "who", "panel", "machine")
        blocks.append(Table(say("panel"), tuple(say(f"column_{one}") for one in columns), panel))
        rows = tuple((say(f"figure_{key}"), one.text(language)) for key, one in panel_agreement(matrix).items())
        blocks.append(Table(say("agreement"), (say("column_statistic"), say("column_value")), rows))
    for row in matrix.rows:
        if row.decision:
            blocks.append(
                Paragraph(
                    f"{row.name} — {say(f'decision_{row.decision.decision}')}: {row.decision.text}（{row.decision.who}）"
                )
            )
    if quotes:
        said = tuple(
            (row.name, matrix.columns[column], quote)
            for row in matrix.rows
            for column, cell in row.cells.items()
            for quote in cell.quotes
        )
        head = ("candidate", "question", "quote")
        blocks.append(Table(say("quotes"), tuple(say(f"column_{one}") for one in head), said))
    return blocks


def _row(row: MatrixRow, matrix: RoundMatrix, language: str | None) -> tuple[str | float | None, ...]:
    points = [
        round(cell.points, 2) if (cell := row.cells.get(column)) and cell.points is not None else None
        for column in matrix.columns
    ]
    total = None if row.total is None else round(row.total, 2)
    decision = _say(language, f"decision_{row.decision.decision}") if row.decision else ""
    share = "–" if row.share is None else f"{row.share:.0%}"
    return (row.name, *points, f"{shown(total)} / {shown(row.most)}", share, decision)


def _names(interviews: Sequence[Interview], blind: bool, language: str | None) -> dict[str, str]:
    if not blind:
        return {one.id: one.candidate or one.id for one in interviews}
    order = sorted(one.id for one in interviews)
    random.Random("".join(order)).shuffle(order)
    return {name: _say(language, "blind_name", number=place) for place, name in enumerate(order, start=1)}


def _cells(
    interview: Interview,
    question: ExamQuestion,
    cards: Mapping[str, Scorecard],
    panel: Mapping[str, dict[str, float]],
    by: By,
) -> dict[str, tuple[str, MatrixCell]]:
    outcome = interview.outcome(question.id)
    card = cards.get(outcome.grading or "") if outcome else None
    if by == "questions":
        quotes = _quotes(card) if card else ()
        points = outcome.points if outcome else None
        cell = MatrixCell(
            points=points,
            most=question.points,
            review=bool(outcome and outcome.review),
            quotes=quotes,
            panel=panel.get(question.id, {}),
        )
        return {question.id: (f"{question.number}. {question.text[:24]}", cell)}
    verdicts = card.verdicts if card else ()
    return {
        f"{question.id}.{one.criterion}": (
            f"{question.number}. {one.name[:24]}",
            MatrixCell(
                points=one.points if isinstance(one, Verdict) and not one.not_applicable else None,
                most=one.max_points,
                quotes=tuple(item.text for item in one.evidence),
            ),
        )
        for one in verdicts
    }


def _quotes(card: Scorecard) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.text for verdict in card.verdicts for item in verdict.evidence))


def _say(language: str | None, key: str, **values: object) -> str:
    return messages.say(f"interview.{key}", language, **values)
