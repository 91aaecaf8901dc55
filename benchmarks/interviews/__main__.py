"""Checks that questions and answers are found in whole interviews, with the points each answer gets alone.

    python -m benchmarks.interviews                 the interviews to report on: boundaries, turns, questions, points (scripted judge)
    python -m benchmarks.interviews --develop       those that the weights were made on
    python -m benchmarks.interviews --each          a line for each interview, and every turn that is wrong
    python -m benchmarks.interviews --model NAME --sample N    points of N interviews by this model too
    python -m benchmarks.interviews --fit           makes the weights anew (evaluator/interviews/weights.yaml)

The weights were made on the ten develop interviews and 32 more that are put together of the develop texts. The report
interviews share no sentence with them; nobody tunes on these. The baseline is what a person would do first without a
model: every turn goes to the question with which it shares most words, and stays there until another shares more
(`baseline`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.interviews import corpus
from benchmarks.interviews.corpus import Interview
from benchmarks.interviews.scoring import Agreement, agreement, found_labels, true_labels
from benchmarks.unseen.intervals import Share
from evaluator.exams import ExamPaper, ExamSection
from evaluator.grading import grade
from evaluator.interviews import Found, Piece, answer_of, find_segments
from evaluator.interviews.finding import questions_of_texts
from evaluator.judge import Judge
from evaluator.references import tokens

WEIGHTS = Path(__file__).parents[2] / "evaluator" / "interviews" / "weights.yaml"
RIDGE, UNASKED = 0.02, -2.0  # chosen on the develop texts, each bank left out in turn


def main(
    develop: Annotated[bool, typer.Option("--develop", help="The interviews that the weights were made on.")] = False,
    each: Annotated[bool, typer.Option("--each", help="Every interview and every wrong turn.")] = False,
    model: Annotated[str, typer.Option(help="Who grades for the comparison of points.")] = "scripted",
    sample: Annotated[int, typer.Option(help="How many interviews are graded; all of them by default.")] = 0,
    fit: Annotated[bool, typer.Option("--fit", help="Make the weights anew.")] = False,
) -> None:
    """Prints the figures."""
    if fit:
        _fit()
        return
    interviews = corpus.develop() if develop else corpus.report()
    found = {one.id: find_segments(one.transcript, paper_of(one)) for one in interviews}
    for name, some in (
        ("all", interviews),
        ("written by hand", [one for one in interviews if one.by_hand]),
        ("put together", [one for one in interviews if not one.by_hand]),
        ("Chinese", [one for one in interviews if one.language == "zh"]),
        ("English", [one for one in interviews if one.language == "en"]),
    ):
        show(f"{name} ({len(some)} interviews)", [agreement(one, found[one.id]) for one in some])
    show("baseline: shared words", [agreement(one, baseline(one)) for one in interviews])
    if each:
        for one in interviews:
            _show_each(one, found[one.id])
    asyncio.run(_points(interviews[: sample or None], found, model))


def show(name: str, counted: Sequence[Agreement]) -> None:
    """Adds up the scores of several interviews."""
    total = Agreement(*(sum(values) for values in zip(*counted, strict=True)))
    wrong = total.turns - total.turns_right
    print(f"== {name}")
    print(f"   boundaries found   {Share(total.right, total.boundaries)}")
    print(f"   boundaries right   {Share(total.right, total.found)}")
    print(f"   turns right        {Share(total.turns_right, total.turns)}")
    print(f"   questions exactly  {Share(total.segments_right, total.questions)}")
    print(f"   asked or not       {Share(total.asked_right, total.questions)}")
    print(
        f"   wrong turns that a person is asked about: {total.unsure_wrong} of {wrong}; doubts in all: {total.doubts}"
    )


def paper_of(interview: Interview) -> ExamPaper:
    """The list of questions as a paper whose questions consist only of their wording."""
    questions = questions_of_texts(list(interview.questions.values()), interview.language)
    language = "zh" if interview.language == "zh" else "en"
    return ExamPaper(
        title=interview.id, language=language, sections=(ExamSection(id="s1", title=""),), questions=tuple(questions)
    )


def baseline(interview: Interview) -> Found:
    """Assigns every interviewer's turn to the question it shares most words with, if any, and answers with it."""
    topics = {name: set(tokens(text, function_words=False)) for name, text in interview.questions.items()}
    current, pieces = "", []
    for number, one in enumerate(interview.said, start=1):
        if one.who == "I":
            said = set(tokens(one.text, function_words=False))
            shared = {name: len(said & words) / len(words) for name, words in topics.items()}
            best = max(shared, key=lambda name: shared[name])
            current = best if shared[best] > shared.get(current, 0.0) else current
        pieces.append(Piece(turn=f"t{number}", start=0, end=len(one.text), questions=(current,) if current else ()))
    return Found(pieces=tuple(pieces))


async def _points(interviews: Sequence[Interview], found: dict[str, Found], model: str) -> None:
    """Points of each question as found beside those of its true words alone.

    With both cut the same way, the two are the same text.
    """
    judge = _judge(model)
    differences, total = [], 0.0
    for one in interviews:
        paper = paper_of(one)
        for question in paper.questions:
            if question.id not in one.asked or question.id not in found[one.id].asked:
                continue
            here = await _graded(one, found[one.id], question.id, judge)
            alone = await _graded(one, truth(one), question.id, judge)
            if here is not None and alone is not None:
                differences.append(abs(here - alone))
                total += here - alone
    if differences:
        within = sum(value <= 0.02 for value in differences)
        print(
            f"== points beside each answer graded alone ({model}, {len(differences)} answers of {len(interviews)} interviews)"
        )
        print(
            f"   mean difference    {sum(differences) / len(differences):.2%} of the points (mean shift {total / len(differences):+.2%})"
        )
        print(f"   within 2 %         {Share(within, len(differences))}")


def truth(interview: Interview) -> Found:
    """The true segments."""
    pieces = []
    for number, (one, here) in enumerate(zip(interview.said, true_labels(interview), strict=True), start=1):
        ends = [at for at, _ in here[1:]] + [len(one.text)]
        for (at, label), end in zip(here, ends, strict=True):
            pieces.append(Piece(turn=f"t{number}", start=at, end=end, questions=tuple(sorted(label))))
    return Found(pieces=tuple(pieces))


async def _graded(interview: Interview, found: Found, question: str, judge: Judge) -> float | None:
    from evaluator.bank import plain_rubric

    asked = paper_of(interview).question(question)
    rubric = plain_rubric(asked.item, "question")
    card = await grade(answer_of(interview.transcript, found, question), rubric, judge, [], lambda _: None)
    return None if card.total is None else card.total / card.max_points


def _judge(model: str) -> Judge:
    from benchmarks.asking import open_judge
    from evaluator.judge.scripted import ScriptedJudge

    return ScriptedJudge() if model == "scripted" else open_judge(model)


def _show_each(interview: Interview, found: Found) -> None:
    true, seen = true_labels(interview), found_labels(interview, found)
    one = agreement(interview, found)
    print(f"-- {interview.id}: {one.turns_right} of {one.turns} turns, {one.right} of {one.boundaries} boundaries")
    for number, (said, want, got) in enumerate(zip(interview.said, true, seen, strict=True), start=1):
        if want != got:
            print(f"   t{number} {said.text[:60]!r}: {_told(got)} instead of {_told(want)}")


def _told(labels: list[tuple[int, frozenset[str]]]) -> str:
    return " | ".join(f"{at}:{'+'.join(sorted(label)) or '-'}" for at, label in labels)


def _fit() -> None:
    from benchmarks.interviews import fitting

    weights = fitting.fit([*corpus.develop(), *corpus.more()], RIDGE)
    fitting.write(weights, WEIGHTS, RIDGE, UNASKED)
    print(f"wrote {WEIGHTS}")


if __name__ == "__main__":
    typer.run(main)
