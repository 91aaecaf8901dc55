"""The marks by which a paper's lines are known: headings, question numbers, options, answers, criteria.

Every function looks at one line and knows nothing of its neighbours. Lines are compared through `fold`, which keeps
every character at its place, so that a position found in the folded line is the position in the text as written.
"""

from evaluator.bank.marks.folding import CIRCLED, CN, fold, read_number, read_points, split_points, take_bracket_points
from evaluator.bank.marks.headings import Heading, read_heading
from evaluator.bank.marks.keys import (
    RIGHT,
    WRONG,
    drop_empty_bracket,
    read_compact_keys,
    read_key,
    split_key,
    split_named_keys,
    take_bracket_key,
)
from evaluator.bank.marks.kinds import names_some_choice, read_kind
from evaluator.bank.marks.labels import (
    is_about_paper,
    is_answer_heading,
    is_question_heading,
    read_label,
    read_total,
    split_inner_answer,
    split_inner_explanation,
)
from evaluator.bank.marks.numbers import Header, is_label, read_header
from evaluator.bank.marks.options import (
    find_inline_options,
    is_sequence,
    option_label,
    read_options,
    read_step,
    split_options,
)

__all__ = [
    "CIRCLED",
    "CN",
    "RIGHT",
    "WRONG",
    "Header",
    "Heading",
    "drop_empty_bracket",
    "find_inline_options",
    "fold",
    "is_about_paper",
    "is_answer_heading",
    "is_label",
    "is_question_heading",
    "is_sequence",
    "names_some_choice",
    "option_label",
    "read_compact_keys",
    "read_header",
    "read_heading",
    "read_key",
    "read_kind",
    "read_label",
    "read_number",
    "read_options",
    "read_points",
    "read_step",
    "read_total",
    "split_inner_answer",
    "split_inner_explanation",
    "split_key",
    "split_named_keys",
    "split_options",
    "split_points",
    "take_bracket_key",
    "take_bracket_points",
]
