"""Rubrics as files: read, found, checked, written. The types are in `evaluator.rubric`."""

from evaluator.rubrics.finding import RubricEntry, find, find_named, list_rubrics, path_of
from evaluator.rubrics.lint import lint, lint_file, lint_text
from evaluator.rubrics.problems import Finding, WrongRubric
from evaluator.rubrics.reading import Shape, line_of, load, parse, read_as, read_text
from evaluator.rubrics.writing import dump, json_schema, schema_text, template, write

__all__ = [
    "Finding",
    "RubricEntry",
    "Shape",
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
    "read_as",
    "read_text",
    "schema_text",
    "template",
    "write",
]
