"""The application: routes, the middleware around them, and uniform errors."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from evaluator import __version__
from evaluator.encoding import redact_logs
from evaluator.errors import EvaluatorError
from evaluator.judge import Judge
from evaluator.service import decisions, routes
from evaluator.service.context import Context
from evaluator.service.limits import Boundary
from evaluator.service.problems import Problem, body_of, status_of
from evaluator.settings import Settings, load_settings
from evaluator.storage import Records, open_records

log = logging.getLogger("evaluator.service")
_KINDS = {404: "not_found_error", 405: "method_not_allowed_error", 415: "invalid_request_error"}


def create_app(
    settings: Settings | None = None, *, records: Records | None = None, judge: Judge | None = None
) -> FastAPI:
    """The API over the records and the judge from the settings (or given); docs at /docs, schema at /openapi.json."""
    redact_logs()
    settings = settings or load_settings()
    context = Context(settings, records or open_records(settings), judge)

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        yield
        await context.close()

    app = FastAPI(
        title="evaluator",
        version=__version__,
        description="Grades what people say and write on the job, every point traced to their own words.",
        lifespan=living,
        responses={code: {"description": text} for code, text in _ANSWERS.items()},
    )
    app.state.context = context
    app.include_router(routes.router)
    app.include_router(decisions.router)
    app.add_middleware(Boundary, most_bytes=settings.service_max_bytes, metrics=context.metrics)
    _add_handlers(app)
    return app


_ANSWERS: dict[int | str, str] = {
    400: "The request cannot be used as it is",
    401: "No valid key",
    402: "The spending limit would be passed",
    403: "The key may not do this",
    404: "Not found",
    409: "It runs elsewhere",
    413: "Too large",
    422: "Not of this form",
    429: "Too many requests",
    503: "The model or the records cannot be reached",
}


def _add_handlers(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def problem(_: Request, error: Problem) -> JSONResponse:
        return JSONResponse(body_of(error.kind, error.message), error.status, headers=error.headers)

    @app.exception_handler(EvaluatorError)
    async def ours(_: Request, error: EvaluatorError) -> JSONResponse:
        status, kind = status_of(error)
        return JSONResponse(body_of(kind, error.text("en"), code=error.code), status)

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: RequestValidationError) -> JSONResponse:
        """Location and reason without what was sent, because that may be somebody's words."""
        found = [{"loc": list(one["loc"]), "msg": one["msg"], "type": one["type"]} for one in error.errors()]
        return JSONResponse({"detail": json.loads(json.dumps(found, default=str))}, 422)

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> JSONResponse:
        kind = _KINDS.get(error.status_code, "invalid_request_error")
        return JSONResponse(body_of(kind, str(error.detail)), error.status_code, headers=_headers(error))

    @app.exception_handler(Exception)
    async def bug(request: Request, error: Exception) -> JSONResponse:
        """Logs only its type and location; a message could contain what somebody said."""
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
        line: dict[str, Any] = {"event": "bug", "kind": type(error).__name__, "where": where}
        log.error(json.dumps({**line, "request_id": request.scope.get("state", {}).get("request_id")}))
        return JSONResponse(body_of("internal_error", "Something went wrong in the program."), 500)


def _headers(error: HTTPException) -> dict[str, str]:
    return dict(error.headers or {})
