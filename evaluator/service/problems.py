"""Errors of the API: one format for all, with the product's usual sentences and never a traceback."""

from __future__ import annotations

from typing import Any

from evaluator.errors import BudgetExceeded, EvaluatorError, InputError, ModelError, StorageError

_UNKNOWN = ("batch_unknown", "storage_unknown_id", "bank_unknown_item", "service_unknown_rubric", "rubric_unknown")


class Problem(Exception):
    """A request that cannot be served: status, kind and a sentence."""

    def __init__(self, status: int, kind: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.kind, self.message, self.headers = status, kind, message, headers or {}


def body_of(kind: str, message: str, **more: Any) -> dict[str, Any]:
    """The body of an error."""
    return {"detail": {"error_type": kind, "message": message, **more}}


def status_of(error: EvaluatorError) -> tuple[int, str]:
    """HTTP status and error type for one of the product's own errors."""
    if error.code in _UNKNOWN:
        return 404, "not_found_error"
    if isinstance(error, InputError):
        return (409, "conflict_error") if error.code == "batch_running" else (400, "invalid_request_error")
    if isinstance(error, BudgetExceeded):
        return 402, "budget_error"
    if isinstance(error, ModelError):
        return 503, "model_error"
    return (503, "storage_error") if isinstance(error, StorageError) else (500, "internal_error")
