"""A scorecard for people: its phrases, and rendering as Markdown, Word, Excel and in the terminal."""

from typing import TYPE_CHECKING

from evaluator.resources import fetched_late

if TYPE_CHECKING:
    from evaluator.reports.blocks import (
        Block,
        Bullets,
        DocumentFormat,
        PageBreak,
        Paragraph,
        Table,
        Title,
        shown,
        to_html,
        write_blocks,
    )
    from evaluator.reports.excel import xlsx_report
    from evaluator.reports.explaining import appeal_step, explanation
    from evaluator.reports.grouping import GradedShare, GroupFigures, figures_by_group, week_of
    from evaluator.reports.markdown import to_markdown
    from evaluator.reports.phrases import bearing, decided, shown_reasons, state_of, why
    from evaluator.reports.rounding import shown_points
    from evaluator.reports.rows import recomputed
    from evaluator.reports.terminal import (
        print_blocks,
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

__getattr__ = fetched_late(
    __name__,
    {
        "blocks": (
            "Block",
            "Bullets",
            "DocumentFormat",
            "PageBreak",
            "Paragraph",
            "Table",
            "Title",
            "shown",
            "to_html",
            "write_blocks",
        ),
        "excel": ("xlsx_report",),
        "explaining": ("appeal_step", "explanation"),
        "grouping": ("GradedShare", "GroupFigures", "figures_by_group", "week_of"),
        "markdown": ("to_markdown",),
        "phrases": ("bearing", "decided", "shown_reasons", "state_of", "why"),
        "rounding": ("shown_points",),
        "rows": ("recomputed",),
        "terminal": (
            "print_blocks",
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
        ),
        "word": ("docx_report",),
    },
)

__all__ = [
    "Block",
    "Bullets",
    "DocumentFormat",
    "GradedShare",
    "GroupFigures",
    "PageBreak",
    "Paragraph",
    "Table",
    "Title",
    "appeal_step",
    "bearing",
    "decided",
    "docx_report",
    "explanation",
    "figures_by_group",
    "print_blocks",
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
    "shown",
    "shown_points",
    "shown_reasons",
    "state_of",
    "to_html",
    "to_markdown",
    "week_of",
    "why",
    "write_blocks",
    "xlsx_report",
]
