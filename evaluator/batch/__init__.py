"""Batches of responses: read from files, graded over a journal that survives a kill, reviewed, exported."""

from evaluator.batch.engine import BatchProgress, Grade, run_batch
from evaluator.batch.estimate import BatchEstimate, estimate, pilot_positions
from evaluator.batch.export import export_rows, write_batch, write_rows
from evaluator.batch.grading import name_profiles, profiles_of
from evaluator.batch.inputs import (
    Columns,
    Inputs,
    Source,
    StreamedInputs,
    open_inputs,
    parsed,
    prepare,
    read_inputs,
    spooled,
)
from evaluator.batch.many import Result, create, evaluate_many, resume
from evaluator.batch.output import Output, check_output
from evaluator.batch.review import ReviewItem, review_queue
from evaluator.batch.tables import is_known

__all__ = [
    "BatchEstimate",
    "BatchProgress",
    "Columns",
    "Grade",
    "Inputs",
    "Output",
    "Result",
    "ReviewItem",
    "Source",
    "StreamedInputs",
    "check_output",
    "create",
    "estimate",
    "evaluate_many",
    "export_rows",
    "is_known",
    "name_profiles",
    "open_inputs",
    "parsed",
    "pilot_positions",
    "prepare",
    "profiles_of",
    "read_inputs",
    "resume",
    "review_queue",
    "run_batch",
    "spooled",
    "write_batch",
    "write_rows",
]
