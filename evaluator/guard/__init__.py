"""Attempts to steer the grader: found in the text, shown, and removed from what the judge reads."""

from evaluator.guard.decoding import Reading, readings
from evaluator.guard.injection import inspect, is_graded
from evaluator.guard.neutralise import neutralise

__all__ = ["Reading", "inspect", "is_graded", "neutralise", "readings"]
