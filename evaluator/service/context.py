"""What all routes of one application share, and who is calling."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from fastapi import Header, Request

from evaluator.grading import open_judge
from evaluator.judge import Judge
from evaluator.judge.combined import RememberingJudge
from evaluator.policy import API, Account, allows, guard, may_see
from evaluator.service.keys import Key, Keys, Scope
from evaluator.service.limits import Rate
from evaluator.service.metrics import Metrics
from evaluator.service.problems import Problem
from evaluator.settings import Settings
from evaluator.storage import Memo, Records, memo_key, open_memo

_HERE = ("127.0.0.1", "::1", "localhost")


class Context:
    """Settings, records, keys, and the judge, which is opened when it is first needed."""

    def __init__(self, settings: Settings, records: Records, judge: Judge | None = None) -> None:
        self.settings, self.records, self.keys = settings, records, Keys(settings)
        self.metrics, self.rate = Metrics(), Rate(settings.service_rate)
        self.memo: Memo = open_memo(settings)
        self._judge: Judge | None = judge
        self._own: RememberingJudge | None = None
        self._opening = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def judge(self) -> Judge:
        """The judge from the settings."""
        async with self._opening:
            if self._judge is None:
                self._judge = self._own = await asyncio.to_thread(open_judge, self.settings)
            return self._judge

    def records_for(self, key: Key) -> Records:
        """The records as this key's role may use them."""
        return guard(self.records, account(key))

    def begin(self, work: Coroutine[Any, Any, Any]) -> None:
        """Starts work that continues after the reply."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stops background work (its items wait again) and closes everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._own is not None:
            self._own.close()
        self.memo.close()
        self.records.close()

    async def once(
        self, key: Key, idempotency: str | None, request: Any, work: Callable[[], Awaitable[dict[str, Any]]]
    ) -> dict[str, Any]:
        """The result of `work`; a second request with the same idempotency key gets the result of the first."""
        if not idempotency:
            return await work()
        place = memo_key("idempotency", key.name, idempotency)
        digest = hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()
        known = await self.memo.get(place)
        if known is not None:
            if known["request"] != digest:
                raise Problem(422, "idempotency_error", "This idempotency key came with another request before.")
            return known["reply"]
        reply = await work()
        await self.memo.put(place, {"request": digest, "reply": reply})
        return reply


def context_of(request: Request) -> Context:
    """The context of the application."""
    return request.app.state.context


def _is_here(request: Request) -> bool:
    """Whether a program on this machine asks by the machine's own name.

    A web page that somebody opened here could otherwise ask through a name of its own that leads to this machine, and a
    proxy could pass on anybody's request.
    """
    caller = request.client.host if request.client else "127.0.0.1"
    name = (request.url.hostname or "").lower()
    passed_on = any(header in request.headers for header in ("forwarded", "x-forwarded-for", "x-forwarded-host"))
    return caller in (*_HERE, "testclient") and name in (*_HERE, "testserver") and not passed_on


def account(key: Key) -> Account:
    """The account behind a key."""
    return Account(key.owner, key.role)


def sees(key: Key, owner: str) -> bool:
    """Whether a key opens records of `owner`: its own, and everybody's with a role that reads all."""
    return key.owner == owner or (key.role is not None and may_see(account(key), owner))


def allowed(scope: Scope) -> Callable[..., Key]:
    """A dependency: the caller's key, which must allow `scope`.

    Without any key on record only this machine is served.
    """

    def check(
        request: Request,
        authorization: str | None = Header(default=None, description="Bearer KEY"),
    ) -> Key:
        context = context_of(request)
        if not context.keys.all():
            if not _is_here(request):
                raise Problem(401, "authentication_error", "No key is set up yet: evaluator serve --new-key NAME.")
            found: Key | None = Key(name="local", digest="", scopes=(scope,))
        else:
            kind, _, secret = (authorization or "").partition(" ")
            found = context.keys.find(secret.strip()) if kind.lower() == "bearer" else None
        if found is None:
            headers = {"WWW-Authenticate": "Bearer"}
            raise Problem(401, "authentication_error", "Send a valid key: Authorization: Bearer KEY.", headers)
        request.scope["state"]["key_name"] = found.name
        if scope not in found.scopes:
            raise Problem(403, "permission_error", f"This key may not {scope}.")
        if not allows(account(found), API[scope]):
            raise Problem(403, "permission_error", f"The role {found.role} may not {scope}.")
        wait = context.rate.wait_s(found.name)
        if wait:
            raise Problem(429, "rate_limit_error", "Too many requests.", {"Retry-After": f"{int(wait) + 1}"})
        return found

    return check
