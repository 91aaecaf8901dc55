"""Files at the edge of the product: read only if they are files and within a size, written in one step and for their
owner alone."""

from evaluator.files.reading import NotAFile, TooLarge, kind_of, read_bounded
from evaluator.files.writing import make_private_dir, replacing, write_in_one_step

__all__ = ["NotAFile", "TooLarge", "kind_of", "make_private_dir", "read_bounded", "replacing", "write_in_one_step"]
