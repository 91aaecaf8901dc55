"""Human grades and the machine's readouts, read from files or records and combined."""

from evaluator.calibration.data.dataset import Data, scales_of
from evaluator.calibration.data.grades import COLUMNS, GradeProblem, Grades, Scale, read_grades
from evaluator.calibration.data.items import CalibrationItem, Readouts, decode, read_items, read_readouts
from evaluator.calibration.data.readouts import read_out, transcript_of, write_lines
from evaluator.calibration.data.stored import gather_stored, item_of
from evaluator.calibration.data.tables import ColumnMapping, propose_mapping, read_table

__all__ = [
    "COLUMNS",
    "CalibrationItem",
    "ColumnMapping",
    "Data",
    "GradeProblem",
    "Grades",
    "Readouts",
    "Scale",
    "decode",
    "gather_stored",
    "item_of",
    "propose_mapping",
    "read_grades",
    "read_items",
    "read_out",
    "read_readouts",
    "read_table",
    "scales_of",
    "transcript_of",
    "write_lines",
]
