"""The HTTP API: grading, batches, references, records, overrides, and typed decisions by our judge.

`create_app` returns the application (FastAPI, in the extra `service`); `evaluator serve` runs it.
"""

from evaluator.service.app import create_app
from evaluator.service.decisions import decisions
from evaluator.service.keys import Keys
from evaluator.service.logs import log_config

__all__ = ["Keys", "create_app", "decisions", "log_config"]
