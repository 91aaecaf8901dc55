"""Logs as lines of JSON: what was asked for by route, how it ended and how long it took, and nothing that anybody said."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any


class JsonLines(logging.Formatter):
    """One object a record. A message that is an object already gets time and level; an exception is named by its kind only,
    because its message could hold somebody's words."""

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
    """For `logging.config.dictConfig`: everything from INFO on to standard error."""
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
