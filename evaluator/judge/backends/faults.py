"""Converts vendors' failures into ours, in one place.

Vendors' libraries raise their own classes, but their failures have a common form: an HTTP status with headers, a
timeout, a failed connection, or an unintelligible reply. They are classified by that form, so that no vendor package
has to be imported here. Each becomes one of three:

    Passing         worth asking again (busy, broken line, garbled reply); the transport does, a bounded number of times
    ReadingFailed   this one prompt has no answer; the judge turns it into Ungraded
    EndpointError   no prompt could survive it (wrong key, unknown model, nobody listening)
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from evaluator.encoding import redact
from evaluator.errors import EndpointError
from evaluator.judge.backends.asking import ReadingFailed
from evaluator.scorecard import UngradedCause
from evaluator.text import well_formed

# Vendors' wordings, line by line: OpenAI, Anthropic; llama.cpp, DashScope; Moonshot, Google.
_TOO_LONG = re.compile(
    r"context[ _]length|maximum context|too many tokens|prompt is too long|input is too long"
    r"|exceeds? the available context|range of input length"
    r"|exceeded model token limit|exceeds the maximum number of (?:input )?tokens",
    re.I,
)
_REFUSED = re.compile(  # OpenAI, DashScope, DeepSeek, Moonshot, Zhipu
    r"content[_ ](filter|policy)|safety system|data_inspection_failed|sensitive|inappropriate content"
    r"|content exists risk|considered high risk|敏感内容|不安全|moderation|\bflagged\b|内容安全|违规",
    re.I,
)
_LOG_PROBABILITIES = re.compile(r"log[ _-]?prob", re.I)
_NO_MONEY = re.compile(r"insufficient[_ ](quota|balance|funds)|exceeded your current quota|arrearage|余额不足", re.I)
_KEY = re.compile(r"\b(sk|key|gsk|AIza)[-_A-Za-z0-9]{6,}")


class Passing(Exception):
    """A failure that may pass. `crowded`: the endpoint asked for fewer requests; `free`: it certainly cost nothing."""

    def __init__(
        self,
        cause: UngradedCause,
        detail: str,
        *,
        wait_s: float | None = None,
        crowded: bool = False,
        free: bool = False,
        hopeless: bool = False,
    ) -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause = cause
        self.detail = detail
        self.wait_s = wait_s
        self.crowded = crowded
        self.free = free
        self.hopeless = hopeless  # if it persists, the address is wrong, not this prompt


class Billed(ReadingFailed):
    """A prompt without an answer that is billed all the same: the model wrote something unusable."""


Fault = Passing | ReadingFailed | EndpointError


def is_free(fault: Fault) -> bool:
    """Whether the request certainly cost nothing because it was rejected before a model saw it."""
    return fault.free if isinstance(fault, Passing) else not isinstance(fault, Billed)


def classify(error: Exception, model: str, address: str) -> Fault:
    """Classifies `error`, raised by a vendor's client; unknown classes count as an unreadable reply."""
    if isinstance(error, Passing | ReadingFailed | EndpointError):
        return error
    status = _status(error)
    if status is not None and status >= 400:
        return by_status(status, _message(error), _headers(error), model, address)
    name = " ".join(cls.__name__ for cls in type(error).__mro__)
    if "ContentFilter" in name:
        return Billed("refused", "the reply ended in a content filter")
    if "LengthFinishReason" in name:
        return Billed("unreadable", "the reply was cut off")
    if "Timeout" in name:
        return Passing("timeout", "no reply in time")
    if _is_refused(error):
        return Passing("unreachable", "nobody answers at this address", free=True, hopeless=True)
    if "Connect" in name or "ProtocolError" in name or "ReadError" in name or "ServerDisconnected" in name:
        return Passing("unreachable", "the connection broke off")
    return Passing("unreadable", f"the reply could not be understood ({type(error).__name__})")


def by_status(status: int, message: str, headers: dict[str, str], model: str, address: str) -> Fault:
    """Classifies an HTTP status of 400 or more, also for an error inside a reply with status 200."""
    if status == 403 and _LOG_PROBABILITIES.search(message):  # concerns this model or plan; the key is fine
        detail = detail_of(message)
        return EndpointError("judge_request_rejected", model=model, address=address, detail=detail, status=status)
    if status in (401, 403) and not _REFUSED.search(message):
        return EndpointError("judge_key_refused", model=model, address=address, status=status)
    if status == 402 or _NO_MONEY.search(message):
        return EndpointError("judge_no_credit", model=model, address=address)
    if status == 404:
        return EndpointError("judge_model_unknown", model=model, address=address)
    if status in (408, 409, 425, 429) or status >= 500:
        crowded = status in (429, 503, 529)
        detail = f"HTTP {status}"
        return Passing("unreachable", detail, wait_s=retry_after_s(headers), crowded=crowded, free=True)
    if status == 413 or _TOO_LONG.search(message):
        return ReadingFailed("too_long", detail_of(message))
    if _REFUSED.search(message):
        return ReadingFailed("refused", detail_of(message))
    return EndpointError("judge_request_rejected", model=model, address=address, detail=detail_of(message))


def retry_after_s(headers: dict[str, str]) -> float | None:
    """Seconds that the endpoint asks to wait: `retry-after-ms`, or `Retry-After` as seconds or a date (RFC 9110)."""
    lower = {name.lower(): value for name, value in headers.items()}
    try:
        if "retry-after-ms" in lower:
            return max(0.0, float(lower["retry-after-ms"]) / 1000)
        if "retry-after" not in lower:
            return None
        return max(0.0, float(lower["retry-after"]))
    except ValueError:
        return _seconds_between(lower.get("date"), lower["retry-after"]) if "retry-after" in lower else None


def detail_of(message: str) -> str:
    """A vendor's message in a form fit for records: one line, short, and without anything that looks like a key."""
    return redact(_KEY.sub("…", " ".join(well_formed(message).split())))[:200]


def _seconds_between(sent: str | None, until: str) -> float | None:
    """By the server's own clock where it tells the time: ours may be wrong."""
    try:
        start = parsedate_to_datetime(sent) if sent else datetime.now(UTC)
        return max(0.0, (parsedate_to_datetime(until).astimezone(UTC) - start.astimezone(UTC)).total_seconds())
    except (ValueError, OverflowError):
        return None


def _status(error: Exception) -> int | None:
    for name in ("status_code", "code", "http_status"):
        value = getattr(error, name, None)
        if isinstance(value, int):
            return value
    return None


def _headers(error: Exception) -> dict[str, str]:
    response = getattr(error, "response", None)
    return dict(getattr(response, "headers", None) or {})


def _message(error: Exception) -> str:
    body: Any = getattr(error, "body", None)
    return f"{error} {body if isinstance(body, str | dict) else ''}"


def _is_refused(error: BaseException) -> bool:
    """Whether a connection could not be opened at all, judging by the chain of causes that clients wrap."""
    seen: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in seen:
        seen.append(link)
        if isinstance(link, ConnectionRefusedError) or type(link).__name__ in ("ConnectError", "gaierror"):
            return True
        link = link.__cause__ or link.__context__
    return False
