"""The report of a calibration: its content, the plots, and the files."""

from evaluator.calibration.report.report import TOTAL, CriterionReport, Report, make_report

__all__ = ["TOTAL", "CriterionReport", "Report", "make_report"]
