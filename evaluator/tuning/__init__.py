"""Numbers that were chosen, not derived: each states its value, where it was chosen, and what shows its effect.

Every package keeps its own in a module `tuned.py`. A formula's constants, limits of size and time, and parts of a file
format or protocol are not among them. `python -m benchmarks.tuned` lists all of them.
"""

from __future__ import annotations

from typing import Final, TypeVar

_Value = TypeVar("_Value")

BY_JUDGEMENT: Final = "no data: set by judgement"  # an honest origin for `chosen_on`
# The number is older than this record. While it was set, the first shipped examples and the sets of benchmarks.agreement
# were in use, so nothing on those counts as unseen.
UNRECORDED: Final = "not recorded: the first shipped examples and the sets of benchmarks.agreement were in use"
NOT_MEASURED: Final = "not measured"  # the same for `shown_by`


def tuned(value: _Value, *, chosen_on: str, shown_by: str) -> _Value:
    """Returns the value; the rest is for the reader, and for the test that requires it.

    `chosen_on` names the texts on which the value was chosen (nothing may be measured on them), or BY_JUDGEMENT.
    `shown_by` is the command or the test that shows its effect, or NOT_MEASURED.
    """
    return value
