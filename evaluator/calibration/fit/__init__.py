"""Fitting the machine's readouts to people's points, with held-out estimates, intervals and policies."""

from evaluator.calibration.fit.fitting import Fitted, HeldOut, fit
from evaluator.calibration.fit.from_data import fit_data, tabulate
from evaluator.calibration.fit.intervals import PolicyPoint, choose_policy, crosses, trace_policies
from evaluator.calibration.fit.parameters import FitParameters
from evaluator.calibration.fit.policies import add_chosen, choose_widths, describe_policy, set_policy, switch_pass_mark

__all__ = [
    "FitParameters",
    "Fitted",
    "HeldOut",
    "PolicyPoint",
    "add_chosen",
    "choose_policy",
    "choose_widths",
    "crosses",
    "describe_policy",
    "fit",
    "fit_data",
    "set_policy",
    "switch_pass_mark",
    "tabulate",
    "trace_policies",
]
