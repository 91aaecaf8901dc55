"""The report of a calibration: its content, plots and files."""

from evaluator.calibration.report.files import (
    Plot,
    ReportSection,
    describe,
    describe_copy,
    describe_fit,
    describe_fits,
    judge_substitution,
    write_report,
)
from evaluator.calibration.report.groups import GroupRow, compare_groups, describe_groups
from evaluator.calibration.report.report import TOTAL, CriterionReport, Report, make_report

__all__ = [
    "TOTAL",
    "CriterionReport",
    "GroupRow",
    "Plot",
    "Report",
    "ReportSection",
    "compare_groups",
    "describe",
    "describe_copy",
    "describe_fit",
    "describe_fits",
    "describe_groups",
    "judge_substitution",
    "make_report",
    "write_report",
]
