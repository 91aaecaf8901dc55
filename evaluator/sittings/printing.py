"""A paper for paper and pencil, and its key as a separate document."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from evaluator import messages
from evaluator.bank import right_answer
from evaluator.exams import ExamPaper, ExamQuestion
from evaluator.reports import Block, Paragraph, Table, Title, shown

LINES = {"single_choice": 0, "multiple_choice": 0, "true_false": 0, "ordering": 1, "blank": 0, "matching": 0}
OPEN_LINES = 8  # to write on


def paper_blocks(paper: ExamPaper, *, language: str | None = None) -> list[Block]:
    """The paper without any answers: name and date to fill in, sections, questions, room to write."""
    say = partial(_say, language)
    about = [say("points_in_all", points=shown(paper.max_points))]
    about += [say("minutes", minutes=shown(paper.minutes))] if paper.minutes else []
    about += [say("pass_mark", points=shown(paper.pass_mark))] if paper.pass_mark is not None else []
    blocks: list[Block] = [Title(paper.title), Paragraph(messages.say("ui.semicolon", language).join(about))]
    blocks.append(Paragraph(say("name_line")))
    for section in paper.sections:
        if section.title:
            blocks.append(Title(section.title, 2))
        background = ""
        for question in paper.of_section(section.id):
            if question.background and question.background != background:
                blocks.append(Paragraph(question.background))
            background = question.background
            blocks += _question(question, language)
    return blocks


def key_blocks(paper: ExamPaper, *, language: str | None = None) -> list[Block]:
    """The key: answer, points and explanation of every question."""
    say = partial(_say, language)
    rows = tuple((one.number, key_text(one), one.points, one.item.explanation) for one in paper.questions)
    head = tuple(say(f"column_{name}") for name in ("number", "key", "points", "explanation"))
    return [Title(say("key_of", title=paper.title)), Table(say("key"), head, rows)]


def key_text(question: ExamQuestion) -> str:
    """The right answer as people read it: letters with their words, gaps, pairs, or the reference answer."""
    item = question.item
    if item.blanks:
        return "; ".join("/".join(blank.answers) for blank in item.blanks)
    if item.pairs:
        return "; ".join(f"{pair.left} → {pair.right}" for pair in item.pairs)
    if question.by_key:
        words = right_answer(item) if item.options else ""
        return f"{item.key} {words}".strip()
    references = [one.text for one in item.references] or [
        one.text for one in (question.rubric.references if question.rubric else ())
    ]
    return references[0] if references else ""


def _question(question: ExamQuestion, language: str | None) -> Iterator[Block]:
    points = messages.say("paper.points", language, points=shown(question.points))
    yield Paragraph(f"{question.number}. {question.text}（{points}）")
    item = question.item
    if question.requirements:
        yield Paragraph(question.requirements)
    if item.options:
        yield Paragraph("\n".join(f"{option.label}. {option.text}" for option in item.options))
    if item.steps:
        yield Paragraph("\n".join(item.steps))
    if item.pairs:
        rights = sorted(pair.right for pair in item.pairs)  # in the order of their words, which reveals nothing
        rows = tuple(
            (pair.left, "____", f"{chr(97 + place)}. {right}")
            for place, (pair, right) in enumerate(zip(item.pairs, rights, strict=True))
        )
        yield Table(question.number, ("", "", ""), rows)
    lines = LINES.get(question.kind, OPEN_LINES)
    if question.kind == "true_false":
        yield Paragraph("（  ）")
    if lines:
        yield Paragraph("\n".join(["_" * 60] * lines))


def _say(language: str | None, key: str, **values: object) -> str:
    return messages.say(f"paper.{key}", language, **values)
