"""Notifies another system that a job or batch has finished: signed, retried, and only to allowed hosts."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlsplit

from evaluator.errors import InputError
from evaluator.service.metrics import Metrics
from evaluator.settings import Settings

TRIES = 5
FIRST_WAIT_S = 1.0
TIMEOUT_S = 10.0


def check_address(url: str, settings: Settings) -> str:
    """The address; InputError unless its host is among `webhook_hosts`.

    An API that calls arbitrary addresses would reach into the operator's own network.
    """
    try:
        host = urlsplit(url).hostname or ""
        fits = urlsplit(url).scheme in ("http", "https") and host in settings.webhook_hosts
    except ValueError:
        fits, host = False, ""
    if not fits:
        raise InputError("service_webhook_host", host=host or "?")
    if settings.webhook_secret is None:
        raise InputError("service_webhook_secret")
    return url


def signature(secret: str, moment: int, body: bytes) -> str:
    """`t=SECONDS,v1=HEX`: HMAC-SHA256 of "SECONDS.BODY". Check it in constant time, and refuse old timestamps."""
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


async def send(url: str, event: dict[str, Any], settings: Settings, metrics: Metrics) -> bool:
    """Posts an event, up to five times over half a minute; False if no attempt got a 2xx reply."""
    import httpx

    body = json.dumps(event, ensure_ascii=False).encode()
    secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
    async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as client:
        for number in range(TRIES):
            headers = {
                "Content-Type": "application/json",
                "X-Evaluator-Signature": signature(secret, int(time.time()), body),
                "X-Evaluator-Event": str(event.get("event", "")),
            }
            try:
                reply = await client.post(url, content=body, headers=headers)
                if reply.is_success:
                    metrics.webhooks.labels("taken").inc()
                    return True
            except httpx.HTTPError:
                pass
            await asyncio.sleep(FIRST_WAIT_S * 2**number)
    metrics.webhooks.labels("given_up").inc()
    return False
