"""Personal data: found in a text, replaced by placeholders before it leaves the machine, and put back on the screen."""

from evaluator.privacy.finding import KINDS, PersonalDatum, find
from evaluator.privacy.masking import Masked, mask

__all__ = ["KINDS", "Masked", "PersonalDatum", "find", "mask"]
