"""Many responses at once: read from files, graded over a journal that survives a kill, reviewed, exported."""

from evaluator.batch.engine import Grade, Progress, run_batch
from evaluator.batch.estimate import Estimate, estimate, pilot_positions
from evaluator.batch.export import export_rows, write_rows
from evaluator.batch.grading import grade_batch, name_profiles, profiles_of
from evaluator.batch.inputs import Columns, Inputs, Source, prepare, read_inputs
from evaluator.batch.review import ReviewItem, review_queue

__all__ = [
    "Columns",
    "Estimate",
    "Grade",
    "Inputs",
    "Progress",
    "ReviewItem",
    "Source",
    "estimate",
    "export_rows",
    "grade_batch",
    "name_profiles",
    "pilot_positions",
    "prepare",
    "profiles_of",
    "read_inputs",
    "review_queue",
    "run_batch",
    "write_rows",
]
