"""File access: reads only regular files within a size limit; writes atomically and for the owner only."""

from evaluator.files.bounded import Reader, call_once
from evaluator.files.reading import NotAFile, TooLarge, kind_at, kind_of, read_bounded, require_file
from evaluator.files.sheets import sheet_rows
from evaluator.files.writing import (
    SHARED_FILE,
    keep_private,
    make_private_dir,
    make_private_file,
    not_written,
    replacing,
    write_in_one_step,
)

__all__ = [
    "SHARED_FILE",
    "NotAFile",
    "Reader",
    "TooLarge",
    "call_once",
    "keep_private",
    "kind_at",
    "kind_of",
    "make_private_dir",
    "make_private_file",
    "not_written",
    "read_bounded",
    "replacing",
    "require_file",
    "sheet_rows",
    "write_in_one_step",
]
