"""A batch graded by the one path, each rubric's items with the calibration profile that the batch names for it.

A batch names its profiles by version when it is created, so that the pilot and the rest, a week later, follow the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from evaluator.batch.engine import run_batch
from evaluator.calibration.applying import fitting, stamp_for
from evaluator.calibration.keeping import read_kept
from evaluator.calibration.profile import Profile
from evaluator.errors import InputError
from evaluator.grading import evaluate
from evaluator.judge.questions import Judge
from evaluator.rubric import Rubric
from evaluator.scorecard import Scorecard
from evaluator.settings import Settings
from evaluator.storage import Batch, Records
from evaluator.transcript import Transcript

PROFILES = "profiles"  # among a batch's options: {rubric id: [name, version]}


def name_profiles(chosen: Mapping[str, Profile]) -> dict[str, Any]:
    """What a batch's options hold of the profiles chosen, by rubric id."""
    return {PROFILES: {rubric_id: [one.name, one.version] for rubric_id, one in chosen.items()}}


def profiles_of(batch: Batch, records: Records) -> dict[str, Profile]:
    """The profiles that the batch names, by rubric id. Raises InputError where one is not in the records."""
    found = {}
    for rubric_id, (name, version) in batch.options.get(PROFILES, {}).items():
        kept = records.profiles.get(name, version)
        if kept is None:
            raise InputError("batch_profile_gone", profile=f"{name} v{version}")
        found[rubric_id] = read_kept(kept)
    return found


async def grade_batch(batch_id: str, *, judge: Judge, settings: Settings, records: Records, **run: Any) -> Batch:
    """Runs the batch like `run_batch` (which takes `run`), grading each item with `evaluate` for the batch's owner.

    Raises InputError before anything is graded where a profile no longer fits its rubric, the prompts or the model: all
    items then go on waiting. Else raises what `run_batch` raises.
    """
    batch = await asyncio.to_thread(records.batches.get, batch_id)
    profiles = await asyncio.to_thread(profiles_of, batch, records)
    for rubric in await asyncio.to_thread(records.batches.rubrics, batch_id):
        if rubric.id in profiles:
            fitting(profiles[rubric.id], stamp_for(rubric.digest, judge.stamp))

    async def grade(transcript: Transcript, rubric: Rubric) -> Scorecard:
        wanted: dict[str, Any] = {"judge": judge, "settings": settings, "records": records, "owner": batch.owner}
        return await evaluate(transcript, rubric, profile=profiles.get(rubric.id), **wanted)

    return await run_batch(batch_id, grade, records=records, **{"concurrency": settings.concurrency, **run})
