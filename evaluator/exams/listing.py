"""A list of interview questions in a YAML file, each with a rubric by id, with criteria, or with a reference answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from evaluator.bank import AnswerPart, Item, ModelAnswer, ScoringLine
from evaluator.encoding import Strict
from evaluator.errors import InputError
from evaluator.exams.paper import ExamPaper, ExamQuestion, ExamSection
from evaluator.exams.rubrics import rubric_of
from evaluator.rubric import Text
from evaluator.rubrics import FileShape, find, read_as, read_text
from evaluator.settings import Settings, load_settings

POINTS = 10.0  # of a question that says nothing else
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]


class ListedCriterion(Strict):
    """One thing a good answer does, with its points."""

    text: Text
    points: float = Field(gt=0)


class ListedSection(Strict):
    """A section by its title, with the points needed to pass it."""

    title: Text
    pass_mark: float | None = Field(default=None, ge=0)


class ListedQuestion(Strict):
    """One question.

    `rubric` names a rubric's id or file; without it, `criteria`, `reference` and `key_points` say what is graded.
    """

    text: Text
    points: float | None = Field(default=None, gt=0, description="By default those of its rubric or criteria, else 10.")
    section: str = ""
    background: str = ""
    rubric: str | None = None
    criteria: tuple[ListedCriterion, ...] = ()
    reference: str = ""
    key_points: tuple[Text, ...] = ()
    also: tuple[Text, ...] = Field(default=(), description="Other ways in which interviewers ask it.")


class QuestionList(Strict):
    """The contents of the file."""

    title: Text
    language: Literal["zh", "en"] = "zh"
    pass_mark: float | None = Field(default=None, ge=0)
    minutes: float | None = Field(default=None, gt=0)
    sections: tuple[ListedSection, ...] = ()
    questions: tuple[ListedQuestion, ...] = Field(min_length=1, max_length=200)


SHAPE = FileShape(
    QuestionList,
    {"questions": ListedQuestion, "sections": ListedSection, "criteria": ListedCriterion},
    "no_question_list",
)


def load_questions(path: str | Path, settings: Settings | None = None) -> ExamPaper:
    """Loads the list from that file; an InputError names the file, the line and what to write instead."""
    return parse_questions(read_text(Path(path)), str(path), settings)


def parse_questions(text: str, name: str = "-", settings: Settings | None = None) -> ExamPaper:
    """The list in a YAML text, as a paper."""
    return paper_of(read_as(SHAPE, text, name), settings or load_settings())


def paper_of(listed: QuestionList, settings: Settings) -> ExamPaper:
    """Returns the list as a paper. Raises InputError if a question names a section that the list does not have."""
    titles = [section.title for section in listed.sections]
    titles += [title for title in dict.fromkeys(one.section for one in listed.questions) if title not in titles]
    if listed.sections and (unknown := [title for title in titles[len(listed.sections) :] if title]):
        raise InputError("exam_section_unknown", section=unknown[0], known=", ".join(titles[: len(listed.sections)]))
    titles = titles or [""]
    marks = {section.title: section.pass_mark for section in listed.sections}
    used = [title for title in titles if any(one.section == title for one in listed.questions)]
    ids = {title: f"s{number}" for number, title in enumerate(used, start=1)}
    return ExamPaper(
        title=listed.title,
        language=listed.language,
        sections=tuple(ExamSection(id=ids[title], title=title, pass_mark=marks.get(title)) for title in used),
        questions=tuple(
            _question(one, number, ids[one.section], settings) for number, one in enumerate(listed.questions, start=1)
        ),
        pass_mark=listed.pass_mark,
        minutes=listed.minutes,
    )


def _question(one: ListedQuestion, number: int, section: str, settings: Settings) -> ExamQuestion:
    given = sum(criterion.points for criterion in one.criteria) or None
    item = Item(
        kind="open",
        number=number,
        text=one.text,
        background=one.background,
        points=one.points or given or POINTS,
        criteria=tuple(
            ScoringLine(number=place, text=criterion.text, points=criterion.points)
            for place, criterion in enumerate(one.criteria, start=1)
        ),
        references=_reference(one),
    )
    rubric = find(one.rubric, settings) if one.rubric else rubric_of(item.model_copy(update={"id": ""}), settings)
    points = one.points or (rubric.max_points if one.rubric else item.points or POINTS)
    return ExamQuestion(
        id=f"q{number}",
        number=str(number),
        section=section,
        kind="open",
        text=one.text,
        background=one.background,
        points=points,
        item=item,
        rubric=rubric if one.rubric else rubric.model_copy(update={"id": f"question-{number}"}),
        also=one.also,
    )


def _reference(one: ListedQuestion) -> tuple[ModelAnswer, ...]:
    parts = tuple(AnswerPart(number=place, text=text) for place, text in enumerate(one.key_points, start=1))
    text = one.reference or "\n".join(one.key_points)
    return (ModelAnswer(text=text, parts=parts),) if text else ()
