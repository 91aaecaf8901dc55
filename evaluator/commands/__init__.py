"""The commands of the command line, one module per group. They parse, call the library and print; nothing else."""

from evaluator.commands.lazy import LazyGroup

__all__ = ["LazyGroup"]
