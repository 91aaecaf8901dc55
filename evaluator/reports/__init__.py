"""A scorecard for people: its phrases, and the renderings as Markdown, Word, Excel and in the terminal."""

from evaluator.reports.excel import xlsx_report
from evaluator.reports.markdown import to_markdown
from evaluator.reports.phrases import decided, shown_reasons
from evaluator.reports.rounding import shown_points
from evaluator.reports.rows import recomputed
from evaluator.reports.terminal import (
    print_engine,
    print_findings,
    print_history,
    print_model_check,
    print_models,
    print_own_models,
    print_rubric,
    print_rubrics,
    print_scorecard,
    print_transcript,
    print_weights,
)
from evaluator.reports.word import docx_report

__all__ = [
    "decided",
    "docx_report",
    "print_engine",
    "print_findings",
    "print_history",
    "print_model_check",
    "print_models",
    "print_own_models",
    "print_rubric",
    "print_rubrics",
    "print_scorecard",
    "print_transcript",
    "print_weights",
    "recomputed",
    "shown_points",
    "shown_reasons",
    "to_markdown",
    "xlsx_report",
]
