"""The HTTP API: grading, batches, references, records and overrides for other systems, and typed decisions over our judge.

`create_app` gives the application (FastAPI, in the extra `service`); `evaluator serve` runs it.
"""

from evaluator.service.app import create_app

__all__ = ["create_app"]
