"""Grading of batches: each rubric's items with the calibration profile that the batch names for it.

A batch names its profiles by version when it is created, so that the pilot and the rest, a week later, use the same.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from typing import Any, Generic, TypeVar

from evaluator.errors import InputError
from evaluator.grading import Anchored, Shared, digest_of, evaluate_shared, read_anchors, request_key, share
from evaluator.judge import Judge, Ungraded
from evaluator.profiles import Profile, fitting, read_kept, stamp_for
from evaluator.rubric import Rubric
from evaluator.scorecard import Scorecard
from evaluator.settings import Settings
from evaluator.storage import Batch, ItemOutcome, PendingItem, Records

T = TypeVar("T")
PROFILES = "profiles"  # in a batch's options: {rubric id: [name, version]}
_RECENT = 256  # gradings kept in memory, so that one that is not written yet is found
_ANCHOR_ROUNDS = 3  # a failing anchor would leave its criteria ungraded in every item of the run


def name_profiles(chosen: Mapping[str, Profile]) -> dict[str, Any]:
    """A batch's options for the chosen profiles, by rubric id."""
    return {PROFILES: {rubric_id: [one.name, one.version] for rubric_id, one in chosen.items()}}


def profiles_of(batch: Batch, records: Records) -> dict[str, Profile]:
    """The profiles named by the batch, by rubric id. Raises InputError if one is not in the records."""
    found = {}
    for rubric_id, (name, version) in batch.options.get(PROFILES, {}).items():
        kept = records.profiles.get(name, version)
        if kept is None:
            raise InputError("batch_profile_gone", profile=f"{name} v{version}")
        found[rubric_id] = read_kept(kept)
    return found


class Grader:
    """Grades items in this process.

    What all items with one rubric share (references, anchors) is computed once, by the first of them, while the others
    wait.
    """

    def __init__(
        self, judge: Judge, settings: Settings, records: Records, profiles: Mapping[str, Profile] | None = None
    ) -> None:
        self.judge, self.settings, self.records = judge, settings, records
        self.profiles = profiles or {}
        self._shared: _Once[Shared] = _Once()
        self._anchors: _Once[Anchored] = _Once()
        self._recent: OrderedDict[tuple[str, str], asyncio.Future[Scorecard | None]] = OrderedDict()

    async def grade(self, work: PendingItem) -> ItemOutcome:
        """Grades one item.

        An item with the same words waits for its answers and asks nothing itself. On a retry, a stored grading with an
        ungraded criterion does not count.
        """
        shared = await self.shared(work.rubric)
        key = request_key(work.transcript, shared.rubric, shared.judge, shared.references, shared.profile)
        card = await self._asked_once((key, work.owner), partial(self._evaluate, work, shared, key))
        return ItemOutcome.model_construct(work=work, scorecard=card, request_key=key)

    async def _evaluate(self, work: PendingItem, shared: Shared, key: str) -> Scorecard:
        return await evaluate_shared(work.transcript, shared, self.records, key, whole=work.tries > 1, owner=work.owner)

    async def _asked_once(self, key: tuple[str, str], evaluate: Callable[[], Awaitable[Scorecard]]) -> Scorecard:
        """The result of `evaluate`, shared by all calls with the same key until it is in the records."""
        while (known := self._recent.get(key)) is not None:
            if (card := await asyncio.shield(known)) is not None:
                return card  # None: the first call failed, so the next one asks
            self._recent.pop(key, None)
        mine: asyncio.Future[Scorecard | None] = asyncio.get_running_loop().create_future()
        self._recent[key] = mine
        try:
            card = await evaluate()
        except BaseException:
            mine.set_result(None)
            self._recent.pop(key, None)
            raise
        mine.set_result(card)
        while len(self._recent) > _RECENT and next(iter(self._recent.values())).done():
            self._recent.popitem(last=False)
        return card

    async def shared(self, rubric: Rubric) -> Shared:
        """What all gradings with this rubric share."""
        digest = digest_of(rubric)

        async def begin() -> Shared:
            found = await share(rubric, self.judge, self.settings, self.profiles.get(rubric.id))
            return found._replace(anchors=lambda: self._anchors.of(digest, partial(self._read_anchors, rubric)))

        return await self._shared.of(digest, begin)

    async def _read_anchors(self, rubric: Rubric) -> Anchored:
        for _ in range(_ANCHOR_ROUNDS):
            anchors = await read_anchors(rubric, self.judge)
            if not any(isinstance(one, Ungraded) for answers in anchors.values() for one in answers.values()):
                break
        return anchors


class _Once(Generic[T]):
    """Computes a value once per key while other callers wait; after a failure the next caller tries again."""

    def __init__(self) -> None:
        self._known: dict[str, asyncio.Future[T]] = {}

    async def of(self, key: str, work_out: Callable[[], Coroutine[Any, Any, T]]) -> T:
        if key not in self._known:
            self._known[key] = asyncio.ensure_future(work_out())
        try:
            return await asyncio.shield(self._known[key])
        except BaseException:
            self._known.pop(key, None)
            raise


async def open_grader(batch: Batch, judge: Judge, settings: Settings, records: Records) -> Grader:
    """A grader for this batch. Raises InputError if a profile no longer fits its rubric, the prompts or the model."""
    profiles = await asyncio.to_thread(profiles_of, batch, records)
    for rubric in await asyncio.to_thread(records.batches.rubrics, batch.id):
        if rubric.id in profiles:
            fitting(profiles[rubric.id], stamp_for(rubric.digest, judge.stamp))
    return Grader(judge, settings, records, profiles)
