"""evaluator: grades what people say and write on the job, every point traced to their own words."""

__version__ = "0.1.0"
