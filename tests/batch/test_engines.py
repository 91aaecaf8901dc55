"""The engines: a real local Ray whose worker is killed, and a provider's batches that are found again."""

from __future__ import annotations

import asyncio
import json
import os
import signal

import pytest
from pydantic import SecretStr

from evaluator.batch import create, resume
from evaluator.batch.engines import openai_batch
from evaluator.errors import BudgetExceeded, EndpointError, InputError, Stopped
from evaluator.settings import Settings
from evaluator.storage import open_records
from tests.support.fake_batches import FakeProvider
from tests.support.fake_endpoint import usual
from tests.support.grading_cases import COLD, GOOD, small_rubric


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """Does not look anything up in a store of references."""
    monkeypatch.setattr("evaluator.grading.evaluation._pull", lambda rubric, settings: [])


def texts(count: int) -> list[tuple[str, str]]:
    return [(f"n{number}", f"{(GOOD, COLD)[number % 2]}\n客服：第{number}通。") for number in range(count)]


def answer(path, body):
    return 200, json.loads(usual(path, body).body)


@pytest.fixture
def provider():
    with FakeProvider(answer) as fake:
        yield fake


@pytest.fixture
def batch(tmp_path, provider):
    """Settings for the provider, open records, and a batch of four."""
    model = f"readout:{provider.url}#fake-1"
    settings = Settings(data_dir=tmp_path, model=model, api_key=SecretStr("k"), provider_poll_s=0.02, concurrency=4)
    with open_records(settings) as records:
        yield settings, records, create(texts(4), small_rubric(), settings=settings, records=records)


async def graded(settings, records, batch_id, **more):
    wanted = {"engine": "openai-batch", "settings": settings, "records": records, **more}
    return [one async for one in resume(batch_id, **wanted)]


async def test_a_provider_answers_everything_once(batch, provider):
    """All questions, including anchors, go out in one job, and grading finds every answer.

    A second batch asks nothing again.
    """
    settings, records, batch_id = batch
    found = await graded(settings, records, batch_id)
    assert len(found) == 4 and all(one.scorecard.coverage == 1 for one in found)
    assert len(provider.batches) == 1 and len(provider.asked) == len(set(provider.asked))
    (job,) = records.provider_jobs.all(batch_id)
    assert job.state == "collected" and job.requests == len(provider.asked)
    again = create(texts(4), small_rubric(), settings=settings, records=records, owner="another")
    assert len(await graded(settings, records, again)) == 4 and len(provider.batches) == 1


async def test_a_job_outlives_the_run_that_submitted_it(batch, provider):
    """Stopped while the provider works, even before its number was written down: the next run finds the job."""
    settings, records, batch_id = batch
    provider.looks, stop = 10**6, asyncio.Event()
    asyncio.get_running_loop().call_later(0.5, stop.set)
    with pytest.raises(Stopped):
        await graded(settings, records, batch_id, stop=stop)
    (job,) = records.provider_jobs.open(batch_id)
    records.provider_jobs.update(job.id, provider_id="", state="creating")
    provider.looks = 0
    found = await graded(settings, records, batch_id)
    assert all(one.scorecard.coverage == 1 for one in found) and len(provider.batches) == 1


async def test_what_the_provider_failed_to_answer_is_ungraded(batch, provider):
    """It is submitted once more, and then shown as ungraded; nobody pays the full price without consent."""
    settings, records, batch_id = batch
    provider.answer = lambda path, body: (500, {}) if "道歉" in str(body["messages"][-1]) else answer(path, body)
    found = await graded(settings, records, batch_id)
    assert len(provider.batches) == 2
    assert all(one.scorecard.coverage < 1 for one in found)
    provider.answer = answer
    assert records.batches.retry(batch_id, ungraded=True) == 4
    assert all(one.scorecard.coverage == 1 for one in await graded(settings, records, batch_id))


async def test_a_job_that_fails_is_told_and_can_be_tried_again(batch, provider):
    """One sentence with the provider's reason; nothing is lost."""
    settings, records, batch_id = batch
    provider.ends_as = "failed"
    with pytest.raises(EndpointError) as failed:
        await graded(settings, records, batch_id)
    assert failed.value.code == "batch_provider_failed" and records.batches.get(batch_id).waiting == 4
    provider.ends_as = "completed"
    assert len(await graded(settings, records, batch_id)) == 4


async def test_a_budget_is_kept_before_anything_is_submitted(batch, provider, tmp_path):
    """Half the list price of the most that all requests could take."""
    settings, records, batch_id = batch
    prices = tmp_path / "prices.yaml"
    prices.write_text('"*": {input: 100, output: 100, as_of: 2026-01-01}\n')
    poor = settings.model_copy(update={"budget_usd": 0.001, "prices": prices})
    with pytest.raises(BudgetExceeded):
        await graded(poor, records, batch_id)
    assert provider.batches == {}


async def test_a_model_without_log_probabilities_is_refused(batch, monkeypatch):
    """The scripted judge has no endpoint: one sentence, and the same for an unknown engine."""
    monkeypatch.setenv("EVALUATOR_SCRIPTED_JUDGE", "1")
    settings, records, batch_id = batch
    for engine, code in (("openai-batch", "batch_provider_model"), ("slurm", "batch_engine_unknown")):
        with pytest.raises(InputError) as wrong:
            scripted = settings.model_copy(update={"model": "scripted"})
            await graded(scripted, records, batch_id, engine=engine)
        assert wrong.value.code == code
    assert records.runners.living(batch_id) == []


def test_files_stay_within_the_providers_limits(batch, provider, monkeypatch):
    """More requests than a job takes are submitted as several."""
    settings, records, batch_id = batch
    monkeypatch.setattr(openai_batch, "MOST_REQUESTS", 5)
    assert len(asyncio.run(graded(settings, records, batch_id))) == 4
    jobs = records.provider_jobs.all(batch_id)
    assert len(jobs) > 2 and max(job.requests for job in jobs) == 5 and len(set(provider.asked)) == len(provider.asked)


@pytest.fixture
def ray_settings(tmp_path, monkeypatch):
    pytest.importorskip("ray")
    script = tmp_path / "script.json"
    script.write_text('{"delay_s": 0.1}')
    monkeypatch.setenv("EVALUATOR_SCRIPTED_JUDGE", str(script))
    return Settings(data_dir=tmp_path, model="scripted", ray_workers=2, concurrency=6)


async def test_ray_finishes_though_a_worker_is_killed(ray_settings, monkeypatch):
    """A real local Ray with two workers, one of them killed midway.

    Every text is graded once, in both processes, and the totals are those of the local engine.
    """
    from evaluator.batch.engines import ray_engine

    pids: dict[str, int] = {}
    give = ray_engine.RayWorkers.grade

    async def killing(self, work):
        if not pids:
            pids["killed"], pids["other"] = [await actor.pid.remote() for actor in self.actors]
        if work.position == 6:
            os.kill(pids["killed"], signal.SIGKILL)
        return await give(self, work)

    monkeypatch.setattr(ray_engine.RayWorkers, "grade", killing)
    items = texts(16)
    with open_records(ray_settings) as records:
        batch_id = create(items, small_rubric(), settings=ray_settings, records=records)
        found = {}
        async for one in resume(batch_id, engine="ray", settings=ray_settings, records=records):
            assert one.scorecard is not None, one.error
            found[one.item] = one.scorecard.total
        assert len(found) == 16 and records.batches.get(batch_id).done == 16 and records.count() == 16
        here = create(items, small_rubric(), settings=ray_settings, records=records, owner="local")
        async for one in resume(here, settings=ray_settings, records=records):
            assert one.scorecard.total == found[one.item]
    assert pids["killed"] != pids["other"] != os.getpid()
