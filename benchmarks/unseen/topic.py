"""The topic guard on tasks that it was not fitted on.

    python -m benchmarks.unseen.topic [DATA] [--write]

On the topic are texts of a rubric at every quality, also the terse, cold, rude, wrong and half-finished ones, and graded
answers (folders of DATA, as benchmarks.agreement reads them) under their own question. Off the topic are texts of other
rubrics, answers to other questions, chats, other services, adverts, articles and empty phrases. Each task is left out in turn:
the fit sees neither it nor any text written for it. The frozen set (benchmarks/frozen.py) is measured with the fit that ships
and is never part of a fit. `--write` fits on all development texts and writes what ships.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer
import yaml

from benchmarks.agreement.cases import read_set
from benchmarks.frozen import QUALITIES, frozen_rubrics
from benchmarks.unseen.intervals import Share
from benchmarks.vectors import kept_vectors
from evaluator.grading import topic
from evaluator.grading.tuned import ACCUSED_FROM
from evaluator.references import space
from evaluator.references.lexical import tokens
from evaluator.resources import resource_dir
from evaluator.rubric import ROLES_OF, ReferenceAnswer, Rubric
from evaluator.rubrics import list_rubrics, load
from evaluator.transcript import parse, spans_of

TEXTS = Path(__file__).with_name("topics.yaml")
EXAMPLES = ("good", "middling", "poor", "steered-base")
OFF = "off-topic"
THIN = ", thin"
OPENING = 4  # turns of a call that is broken off
SETS = ("short_answer_zh", "rubric_answers_en")
NO_TASK = "general-call"  # a rubric for any call has no topic to stray from
STRENGTH = 0.1  # inverse of the penalty: weaker and stronger ones gave the same order (.1 to 1: area .996 to .997)


class Text(NamedTuple):
    """A text, the task that it was written for (None for no task of any rubric), and what kind of text it is."""

    home: str | None
    kind: str
    language: str
    seen: topic.Seen


class Task(NamedTuple):
    """A task, with the texts of what subject count as near it: other questions of the same exam."""

    name: str
    language: str
    form: str
    exam: str
    topic: topic.Topic

    @property
    def home(self) -> str:
        """The task as texts name it: a thin version is the same task."""
        return self.name.removesuffix(THIN)

    @property
    def is_thin(self) -> bool:
        """Whether this is the thin version."""
        return self.name.endswith(THIN)


class Row(NamedTuple):
    """One text under one task."""

    text: Text
    task: Task
    features: list[float]

    @property
    def on(self) -> bool:
        return self.text.home == self.task.home

    @property
    def near(self) -> bool:
        """An answer to another question of the same exam: some of these cannot be told from answers to this one."""
        return not self.on and bool(self.task.exam) and (self.text.home or "").startswith(self.task.exam)


def development_rubrics() -> list[Rubric]:
    """The rubrics that ship, have a task of their own, and whose texts are not frozen."""
    found = [load(Path(entry.path)) for entry in list_rubrics() if entry.origin == "shipped"]
    frozen = {rubric.id for rubric in frozen_rubrics()}
    return [rubric for rubric in found if rubric.id not in frozen and not rubric.id.startswith(NO_TASK)]


def develop(data: Path | None) -> tuple[list[Task], list[Text]]:
    """The tasks and texts that a fit may see."""
    rubrics = development_rubrics()
    tasks = [_task(rubric.id, rubric) for rubric in rubrics]
    tasks += [_task(rubric.id + THIN, _thin(rubric)) for rubric in rubrics]
    written = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))
    texts = [text for rubric in rubrics for text in _of_rubric(rubric)]
    texts += [text for rubric in rubrics for text in _further(rubric, written["on_topic"].get(rubric.id, {}))]
    for language, kinds in written["off_topic"].items():
        texts += [_text(None, kind, language, content) for kind, found in kinds.items() for content in found]
    for name in SETS if data else ():
        for case in read_set(data / name).cases:
            question = f"{name}/{case.item.question_id}"
            if question not in {task.name for task in tasks}:
                tasks.append(_task(question, case.rubric, exam=f"{name}/"))
            texts.append(_text(question, "graded answer", case.rubric.language, case.item.answer))
    return tasks, [text for text in texts if text is not None]


def frozen() -> tuple[list[Task], list[Text]]:
    """The frozen tasks and texts."""
    rubrics = frozen_rubrics()
    texts = [text for rubric in rubrics for text in _of_rubric(rubric)]
    tasks = [_task(rubric.id, rubric) for rubric in rubrics]
    tasks += [_task(rubric.id + THIN, _thin(rubric)) for rubric in rubrics]
    return tasks, [text for text in texts if text is not None]


def rows_of(tasks: Iterable[Task], texts: Iterable[Text], shipped: topic.ShippedTasks) -> list[Row]:
    """Every text under its own task and under every other task of its language.

    It is measured against the texts of other tasks, without those of the same scenario.
    """
    tasks = list(tasks)
    usual = {task.name: _usual(task, shipped) for task in tasks}
    rows = []
    for text in texts:
        for task in tasks:
            if text.language == task.language and (text.home == task.home or not _is_same(text, task)):
                own = topic.likenesses(text.seen, task.topic, shipped)
                features = topic.features_of(own, usual[task.name], text.seen.length, answer=task.form == "answer")
                rows.append(Row(text, task, features))
    return rows


def _usual(task: Task, shipped: topic.ShippedTasks) -> topic.Usual:
    others = topic.others_than(task.topic, shipped).items()
    return topic.usual_likenesses(
        task.topic, [other for name, other in others if not _is_version(name, task.home)], shipped
    )


def fit(rows: list[Row], *, strength: float = STRENGTH) -> topic.Fit:
    """Fits a logistic regression on all but the near answers.

    On-topic and off-topic texts of calls and of written answers weigh the same overall, and so does every task among
    them: a few questions with hundreds of answers must not decide for calls.
    """
    from sklearn.linear_model import LogisticRegression

    rows = [row for row in rows if not row.near]
    features, truth = np.array([row.features for row in rows]), np.array([row.on for row in rows])
    centre, scale = features.mean(axis=0), features.std(axis=0) + 1e-9
    model = LogisticRegression(C=strength, max_iter=3000)
    model.fit((features - centre) / scale, truth, sample_weight=_weights(rows))
    parts = (tuple(round(float(value), 6) for value in values) for values in (centre, scale, model.coef_[0]))
    return topic.Fit(*parts, round(float(model.intercept_[0]), 6))


def _weights(rows: list[Row]) -> list[float]:
    """A row's weight; 1 on average."""
    groups = [(row.task.form == "answer", row.on) for row in rows]
    in_task = Counter((group, row.task.name) for group, row in zip(groups, rows, strict=True))
    tasks = Counter(group for group, _ in in_task)
    return [
        len(rows) / len(tasks) / tasks[group] / in_task[group, row.task.name]
        for group, row in zip(groups, rows, strict=True)
    ]


def left_out(rows: list[Row]) -> Iterator[tuple[Row, float]]:
    """Each row with its probability of being on topic, by a fit that saw neither its task nor any text of that task."""
    for name in dict.fromkeys(row.task.home for row in rows):
        found = fit([row for row in rows if name not in (row.task.home, row.text.home)])
        yield from ((row, found.probability(row.features)) for row in rows if row.task.home == name)


def show(judged: list[tuple[Row, float]]) -> None:
    """False accusations and detection, overall and by kind."""

    def accused(wanted: Callable[[Row], bool], least: float = ACCUSED_FROM) -> Share:
        found = [1 - probability >= least for row, probability in judged if wanted(row)]
        return Share(sum(found), len(found))

    def by_size(on: bool) -> None:
        for name, thin in (("by a full rubric", False), ("by a thin rubric", True)):
            part = accused(lambda row, t=thin: row.on is on and not row.near and row.task.is_thin is t)
            print(f"    {name:30} {part}")

    print(f"  false accusations               {accused(lambda row: row.on)}")
    for language in ("zh", "en"):
        for form in ("dialogue", "email", "answer"):
            part = accused(lambda row, la=language, fo=form: row.on and (row.task.language, row.task.form) == (la, fo))
            if part.of:
                print(f"    {f'{language}, {form}':30} {part}")
    by_size(True)
    for least in (0.7, 0.9):
        print(f"    {f'if {least} accused':30} {accused(lambda row: row.on, least)}")
    print(f"  detected                        {accused(lambda row: not row.on and not row.near)}")
    by_size(False)
    for kind in dict.fromkeys(row.text.kind for row, _ in judged if not row.on and not row.near):
        where = "of another task" if kind in (*EXAMPLES, *QUALITIES, "graded answer") else ""
        print(
            f"    {kind + ' ' + where:30} {accused(lambda row, k=kind: not row.on and not row.near and row.text.kind == k)}"
        )
    near = accused(lambda row: row.near)
    if near.of:
        print(f"  answers to another question of the same exam, flagged: {near}")
    probabilities = sorted((1 - value, row.task.name, row.text.kind) for row, value in judged if row.on)[::-1]
    for value, name, kind in probabilities[:8]:
        print(f"    on the topic, most doubted: {value:.2f}  {name}  {kind}")


def base_library() -> topic.ShippedTasks:
    """The tasks to contrast with, those whose texts are not frozen; not fitted yet."""
    topics = {rubric.id: topic.topic_of(rubric) for rubric in development_rubrics()}
    documents = [item.words for item in topics.values()]
    documents += [frozenset(tokens(text, function_words=False)) for text in space.background_texts()]
    frequency = Counter(word for words in documents for word in words)
    nothing = topic.Fit((0.0,), (1.0,), (0.0,), 0.0)
    return topic.ShippedTasks(topics, frequency, len(documents), nothing)


def _task(name: str, rubric: Rubric, exam: str = "") -> Task:
    return Task(name, rubric.language, rubric.form, exam, topic.topic_of(rubric))


def _thin(rubric: Rubric) -> Rubric:
    """The rubric as written in five minutes: one sentence of task, three of reference answer, no key points."""
    task = spans_of(parse(rubric.task), ROLES_OF["any"])
    said = spans_of(parse(rubric.references[0].text, form=rubric.form), ROLES_OF["any"])
    middle = said[len(said) // 2 :][:3] or said
    reference = ReferenceAnswer(id="thin", text=" ".join(span.text for span in middle))
    return rubric.model_copy(update={"task": task[0].text if task else rubric.task, "references": (reference,)})


def _text(home: str | None, kind: str, language: str, content: str, form: str = "") -> Text | None:
    is_call = re.search(r"^(客服|客户|Agent|Customer)[：:]", content, re.MULTILINE)
    seen = topic.see(parse(content.strip(), form=form or ("dialogue" if is_call else "answer")))  # type: ignore[arg-type]
    return None if seen is None else Text(home, kind, language, seen)


def _of_rubric(rubric: Rubric) -> Iterator[Text | None]:
    """The texts of a scenario: seven for development, or six graded ones, some also as speech recognition output."""
    folder = resource_dir("examples") / rubric.id
    graded = (folder / "grades.yaml").exists()
    for path in sorted(folder.rglob("*.txt")):
        if not graded and path.stem not in (*EXAMPLES, OFF):
            continue
        asr = path.parent != folder
        kind, content = path.stem + (" (speech recognition)" if asr else ""), path.read_text(encoding="utf-8")
        home = None if path.stem == OFF else rubric.id
        yield _text(home, kind, rubric.language, content, rubric.form)
        if rubric.form == "dialogue" and not asr:
            yield _text(home, f"{kind}, broken off", rubric.language, _opening(content), rubric.form)


def _opening(content: str) -> str:
    """The first turns of a call that was broken off: short texts share few words with anything."""
    return "\n".join([line for line in content.splitlines() if line.strip()][:OPENING])


def _further(rubric: Rubric, written: dict[str, str]) -> Iterator[Text | None]:
    for name, content in written.items():
        yield _text(rubric.id, name, rubric.language, content, rubric.form)


def _is_same(text: Text, task: Task) -> bool:
    """Whether a text was written for a near copy of the task, such as its translation."""
    return _is_version(task.home, text.home)


def _is_version(name: str, home: str | None) -> bool:
    return home is not None and home.removesuffix("-en") == name.removesuffix("-en")


def main(
    data: Annotated[Path | None, typer.Argument(help="Folder with sets of graded answers.")] = None,
    write: Annotated[bool, typer.Option(help="Write the fit that ships, made on all development texts.")] = False,
) -> None:
    """Prints how often the topic guard accuses texts on the topic and finds those off it."""
    with kept_vectors():
        unfitted = base_library()
        rows = rows_of(*develop(data), unfitted)
        print(f"one task left out at a time, {len({row.task.name for row in rows})} tasks, {len(rows)} pairs")
        show(list(left_out(rows)))
        if write:
            origin = f"{len(rows)} pairs of development texts and tasks (benchmarks/unseen/topic.py)"
            topic.write_library(unfitted.topics, unfitted.frequency, unfitted.documents, fit(rows), origin)
            topic.library.cache_clear()
        shipped = topic.library()
        print("the frozen set, by the fit that ships")
        show([(row, shipped.fit.probability(row.features)) for row in rows_of(*frozen(), shipped)])


if __name__ == "__main__":
    typer.run(main)
