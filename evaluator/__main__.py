"""`python -m evaluator` is the command line."""

from evaluator.cli import main

main()
