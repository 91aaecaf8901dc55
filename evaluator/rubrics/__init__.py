"""Rubric files: reading, finding, checking, writing. The types are in `evaluator.rubric`."""

from evaluator.rubrics.finding import RubricEntry, find, find_named, list_rubrics, path_of
from evaluator.rubrics.key_points import with_key_points
from evaluator.rubrics.lint import lint, lint_file, lint_text
from evaluator.rubrics.problems import Finding, WrongRubric
from evaluator.rubrics.questions import (
    NO,
    YES,
    plan_anchors,
    plan_criterion,
    plan_guards,
    plan_key_points,
)
from evaluator.rubrics.reading import FileShape, line_of, load, parse, read_as, read_text
from evaluator.rubrics.writing import dump, json_schema, schema_text, template, write

__all__ = [
    "NO",
    "YES",
    "FileShape",
    "Finding",
    "RubricEntry",
    "WrongRubric",
    "dump",
    "find",
    "find_named",
    "json_schema",
    "line_of",
    "lint",
    "lint_file",
    "lint_text",
    "list_rubrics",
    "load",
    "parse",
    "path_of",
    "plan_anchors",
    "plan_criterion",
    "plan_guards",
    "plan_key_points",
    "read_as",
    "read_text",
    "schema_text",
    "template",
    "with_key_points",
    "write",
]
