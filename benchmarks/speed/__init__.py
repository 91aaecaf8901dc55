"""How long a grading takes, and on what: the product, its previous version, and JSON, on each engine."""
