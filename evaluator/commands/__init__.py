"""The commands of the command line, a module a family. They parse, call the library and print; nothing else."""

from evaluator.commands.lazy import LazyGroup

__all__ = ["LazyGroup"]
