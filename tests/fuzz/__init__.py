"""Fuzzing of every reader of foreign input; `python -m tests.fuzz --help`."""
