"""Logs as JSON Lines: which route was requested, how it ended and how long it took, and nothing that anybody said."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any


class JsonLines(logging.Formatter):
    """One JSON object per record.

    A message that is already an object gets time and level added; an exception is named only by its type, because its
    message could contain somebody's words.
    """

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"time": moment, "level": record.levelname.lower(), "logger": record.name}
        message = record.getMessage()
        try:
            found = json.loads(message)
            line |= found if isinstance(found, dict) else {"message": message}
        except ValueError:
            line["message"] = message
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


def log_config() -> dict[str, Any]:
    """Configuration for `logging.config.dictConfig`: everything from INFO up to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "evaluator.service.logs.JsonLines"}},
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["lines"], "level": "WARNING"},
        "loggers": {
            "evaluator": {"level": "INFO"},
            "uvicorn": {"level": "INFO"},
            "uvicorn.error": {"level": "INFO"},
        },
    }
