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
from evaluator.calibration.report.report import TOTAL, CriterionReport, Report, make_report

__all__ = [
    "TOTAL",
    "CriterionReport",
    "Plot",
    "Report",
    "ReportSection",
    "describe",
    "describe_copy",
    "describe_fit",
    "describe_fits",
    "judge_substitution",
    "make_report",
    "write_report",
]
