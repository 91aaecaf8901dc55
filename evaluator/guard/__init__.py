"""Attempts to steer the grader: found in the text, shown, and removed from what the judge reads."""

from evaluator.guard.injection import inspect
from evaluator.guard.neutralise import neutralise

__all__ = ["inspect", "neutralise"]
