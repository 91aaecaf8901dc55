"""The parts of a fit that grading needs: its features, the profile, applying it, and its stored versions."""

from evaluator.profiles.applying import apply_profile, fitting, stamp_for, stamp_of
from evaluator.profiles.features import Embed, Features, SidedTurn, block_of, read_scorecard, two_sided
from evaluator.profiles.profile import (
    CriterionFit,
    Figure,
    Linear,
    Monotone,
    Ordinal,
    Policy,
    Profile,
    Promise,
    Provenance,
    Stamp,
    spread_at,
)
from evaluator.profiles.text_features import read_spoken
from evaluator.profiles.versions import keep_policy, keep_profile, newest_kept, read_kept, same_fit

__all__ = [
    "CriterionFit",
    "Embed",
    "Features",
    "Figure",
    "Linear",
    "Monotone",
    "Ordinal",
    "Policy",
    "Profile",
    "Promise",
    "Provenance",
    "SidedTurn",
    "Stamp",
    "apply_profile",
    "block_of",
    "fitting",
    "keep_policy",
    "keep_profile",
    "newest_kept",
    "read_kept",
    "read_scorecard",
    "read_spoken",
    "same_fit",
    "spread_at",
    "stamp_for",
    "stamp_of",
    "two_sided",
]
