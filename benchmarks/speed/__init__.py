"""How long a grading takes, and what of it: the product, the version before, and JSON, on each engine."""
