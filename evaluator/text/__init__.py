"""Folding and normalising text: scripts, widths, punctuation, white space and numerals."""

from evaluator.text.folding import Normalised, find, fold, folded, is_separator, normalise, simplify
from evaluator.text.normalising import number_text, plain, well_formed, well_formed_value

__all__ = [
    "Normalised",
    "find",
    "fold",
    "folded",
    "is_separator",
    "normalise",
    "number_text",
    "plain",
    "simplify",
    "well_formed",
    "well_formed_value",
]
