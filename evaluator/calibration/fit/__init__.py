"""Fitting the machine's readouts to people's points, with held-out estimates, intervals and policies."""

from evaluator.calibration.fit.fitting import Fitted, HeldOut, fit

__all__ = ["Fitted", "HeldOut", "fit"]
