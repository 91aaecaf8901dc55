"""Removes keys and passwords from every text on its way to people, logs and records.

`keep_secret` registers the secrets that this process knows; they are removed wherever they occur and however they are
quoted. Anything that only looks like a secret is recognised by its shape: a vendor's error may echo a mistyped key, or
somebody else's.
"""

from __future__ import annotations

import logging
import re
import threading
import traceback
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

HIDDEN = "…"
LEAST = 5  # characters; anything shorter would be found inside ordinary words

_SHAPES = (
    (re.compile(r"(?<=://)[^\s/@]*+@"), f"{HIDDEN}@"),  # user and password in an address
    (
        re.compile(r"(?i)([?&](?:api[-_]?key|key|access_token|token|secret|sig(?:nature)?|password)=)[^&\s\"'#]++"),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s{1,3}[\w.~+/=-]{8,}+"), rf"\1 {HIDDEN}"),
    (
        re.compile(
            r"\b(?:sk|pk|rk|gsk|xai|hf|ghp)[-_][-\w*.…]{6,}+|\bkey[-_](?=[-\w]{0,30}\d)[-\w]{8,}+|\bAIza[-\w]{8,}+|\bev_[-\w]{40,}+"
        ),
        HIDDEN,
    ),
    (re.compile(r"\beyJ[-\w]{8,}+\.[-\w]++(?:\.[-\w]++)?"), HIDDEN),  # a JSON Web Token
)
_known: set[str] = set()
_knowing = threading.Lock()


def keep_secret(*secrets: str | None) -> None:
    """Removes these secrets from every text from now on; those shorter than `LEAST` characters cannot be removed."""
    with _knowing:
        for secret in secrets:
            if secret and len(secret) >= LEAST:
                _known.update({secret, quote(secret, safe=""), quote_plus(secret)})


def secrets_of(address: str | None) -> list[str]:
    """The password in an address such as a database's, both as written and decoded."""
    try:
        parts = urlsplit(address or "")
        found = parts.password
    except ValueError:
        return []
    return [found, unquote(found)] if found else []


def redact(text: str) -> str:
    """`text` without secrets; unchanged if it has none. Takes linear time."""
    for secret in sorted(_known, key=len, reverse=True) if _known else ():
        if secret in text:
            text = text.replace(secret, HIDDEN)
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    return text


def redact_value(value: Any) -> Any:
    """A JSON value without secrets in its texts."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: redact_value(one) for key, one in value.items()}
    return [redact_value(one) for one in value] if isinstance(value, list | tuple) else value


def redact_logs() -> None:
    """From now on, makes every log record of this process without secrets, whichever library writes it."""
    before = logging.getLogRecordFactory()
    if getattr(before, "redacts", False):
        return

    def make(*arguments: Any, **named: Any) -> logging.LogRecord:
        record = before(*arguments, **named)
        try:
            record.msg, record.args = redact(record.getMessage()), ()
        except (TypeError, ValueError):
            record.msg, record.args = redact(str(record.msg)), ()
        if record.exc_info and record.exc_info[0]:
            record.exc_text = redact("".join(traceback.format_exception(*record.exc_info))).rstrip()
        return record

    make.redacts = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(make)


def forget_secrets(secrets: Iterable[str] = ()) -> None:
    """Forgets the given secrets, or all; for tests."""
    with _knowing:
        _known.difference_update(list(secrets) or list(_known))
