"""Asking a model typed questions about one text: the questions and answers, choosing a judge, and checking one."""

from evaluator.judge.backends.asking import ReadingFailed
from evaluator.judge.check import ModelCheck, check, lines
from evaluator.judge.choose import choose, is_embedded, split
from evaluator.judge.knowledge import VERSION
from evaluator.judge.prompts import LABELS, QUESTIONS, prompt_files, render_question, template, wording_of_questions
from evaluator.judge.questions import (
    Answer,
    Judge,
    Option,
    Question,
    QuestionKind,
    Reply,
    State,
    Traits,
    Ungraded,
    of_the_same,
)
from evaluator.judge.subject import STEERING, TOPIC, Subject, subject_of
from evaluator.judge.transcribers import Transcriber, open_transcriber
from evaluator.judge.writers import Writer, open_writer

__all__ = [
    "LABELS",
    "QUESTIONS",
    "STEERING",
    "TOPIC",
    "VERSION",
    "Answer",
    "Judge",
    "ModelCheck",
    "Option",
    "Question",
    "QuestionKind",
    "ReadingFailed",
    "Reply",
    "State",
    "Subject",
    "Traits",
    "Transcriber",
    "Ungraded",
    "Writer",
    "check",
    "choose",
    "is_embedded",
    "lines",
    "of_the_same",
    "open_transcriber",
    "open_writer",
    "prompt_files",
    "render_question",
    "split",
    "subject_of",
    "template",
    "wording_of_questions",
]
