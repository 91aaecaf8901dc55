"""The engine `openai-batch`: all questions go through the provider's Batch API, at half the price, within a day.

Requests are submitted, polled and collected with the `openai` package. Answers go into the memo under the keys by which
grading looks them up, and ordinary grading then finds all of them there. Jobs are recorded, so a run that ends while a
job is with the provider finds it again: nothing is submitted twice.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Collection, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from evaluator.errors import BudgetExceeded, EndpointError, InputError, Stopped
from evaluator.grading import anchor_states, plan_of, read_text
from evaluator.judge import LABELS, Answer, Judge, Option, Question, Reply, State, Traits, Ungraded, render_question
from evaluator.judge.backends import EndpointAsker, ReadingFailed, ReadoutJudge, open_client, price_of, read_menu
from evaluator.judge.combined import MaskingJudge, RememberingJudge, wording_of
from evaluator.rubrics import plan_anchors
from evaluator.settings import Settings
from evaluator.storage import Batch, KeyPrefix, Memo, ProviderJob, Records

MOST_REQUESTS, MOST_BYTES = 50_000, 180_000_000  # per job; the provider accepts 50,000 and 200 MB
ROUNDS = 2  # what a provider did not answer is submitted once more
DISCOUNT = 0.5
_OVER = ("completed", "failed", "expired", "cancelled")
_COLLECTED_AT_ONCE = 500


async def answer_ahead(
    batch: Batch,
    judge: Judge,
    settings: Settings,
    records: Records,
    only: Collection[int] | None = None,
    stop: asyncio.Event | None = None,
    runner: str = "",
) -> RememberingJudge:
    """Has the provider answer every open question of the waiting items, and returns a judge that knows the answers.

    That judge asks nobody: what the provider failed to answer is ungraded. Raises InputError for a model that is not
    asked by log-probabilities over an OpenAI-compatible endpoint, EndpointError if the provider cannot be used,
    BudgetExceeded before anything is submitted, and Stopped if `stop` is set meanwhile: the job continues at the
    provider, and the next run collects it.
    """
    if isinstance(judge, RememberingJudge) and isinstance(judge.judge, MaskingJudge):
        raise InputError("privacy_provider_batch")
    if not isinstance(judge, RememberingJudge) or not isinstance(judge.judge, ReadoutJudge):
        raise InputError("batch_provider_model", model=judge.name)
    asker = judge.judge.asker
    if not isinstance(asker, EndpointAsker):
        raise InputError("batch_provider_model", model=judge.name)
    provider = _Provider(batch.id, asker, judge.memo, settings, records, stop or asyncio.Event(), runner)
    try:
        await provider.collect_earlier()
        for _ in range(ROUNDS):
            if not await provider.submit_open(judge.judge, only):
                break
            await provider.collect_all()
    finally:
        await provider.client.close()
    return RememberingJudge(_Unasked(judge.judge), judge.memo)


class _Unasked:
    """Stands in for a judge whose answers are all in the memo."""

    def __init__(self, judge: ReadoutJudge) -> None:
        self.name, self.stamp = judge.name, judge.stamp
        self.traits: Traits = judge.traits

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        detail = "the provider gave no answer"
        answers = {one.id: Ungraded(question=one.id, cause="unreadable", detail=detail) for one in questions}
        return Reply(model=self.name, answers=answers)  # type: ignore[arg-type]


class _Provider:
    def __init__(
        self,
        batch_id: str,
        asker: EndpointAsker,
        memo: Memo,
        settings: Settings,
        records: Records,
        stop: asyncio.Event,
        runner: str,
    ) -> None:
        self.batch_id, self.asker, self.memo, self.settings = batch_id, asker, memo, settings
        self.records, self.jobs, self.stop, self.runner = records, records.provider_jobs, stop, runner
        self.client = open_client(asker.endpoint, settings.request_timeout_s)

    async def collect_earlier(self) -> None:
        """Collects jobs of an earlier run; an unconfirmed submission is found at the provider by its mark."""
        for job in await asyncio.to_thread(self.jobs.open, self.batch_id):
            if not job.provider_id:
                found = await self._find(job)
                await asyncio.to_thread(
                    self.jobs.update, job.id, provider_id=found, state="submitted" if found else "lost"
                )
        await self.collect_all()

    async def submit_open(self, judge: ReadoutJudge, only: Collection[int] | None) -> int:
        """Submits all questions without an answer in the memo and returns their number."""
        with tempfile.TemporaryDirectory() as folder:
            parts = [part async for part in self._write(judge, only, Path(folder))]
            self._check_budget(parts)
            for path, count in parts:
                await self._submit(path, count)
        return sum(count for _, count in parts)

    async def collect_all(self) -> None:
        """Waits for the jobs at the provider and puts their answers into the memo."""
        while jobs := await asyncio.to_thread(self.jobs.open, self.batch_id):
            for job in jobs:
                found = await self._called(self.client.batches.retrieve(job.provider_id), job)
                if found.status in _OVER:
                    await self._collect(job, found)
            if await asyncio.to_thread(self.jobs.open, self.batch_id):
                await self._pause()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self.settings.provider_poll_s):
                await self.stop.wait()
        except TimeoutError:
            if not self.runner or await asyncio.to_thread(self.records.runners.beat, self.runner):
                return
        raise Stopped("batch_with_provider")

    async def _write(
        self, judge: ReadoutJudge, only: Collection[int] | None, folder: Path
    ) -> AsyncIterator[tuple[Path, int]]:
        """Writes request files, each within the provider's limits."""
        seen: set[bytes] = set()
        lines: list[bytes] = []
        number, size = 0, 0
        async for line in self._requests(judge, only, seen):
            if len(lines) == MOST_REQUESTS or size + len(line) > MOST_BYTES:
                number += 1
                yield _written(folder / f"requests-{number}.jsonl", lines), len(lines)
                lines, size = [], 0
            lines.append(line)
            size += len(line)
        if lines:
            yield _written(folder / f"requests-{number + 1}.jsonl", lines), len(lines)

    async def _requests(
        self, judge: ReadoutJudge, only: Collection[int] | None, seen: set[bytes]
    ) -> AsyncIterator[bytes]:
        stamp = judge.stamp
        for rubric in await asyncio.to_thread(self.records.batches.rubrics, self.batch_id):
            questions = plan_anchors(rubric, knows=judge.traits.knows)
            for state in anchor_states(rubric).values():
                async for line in self._open(stamp, state, questions, seen):
                    yield line
        for work in self._works(only):
            plan = plan_of(work.rubric, judge.traits)
            _, read = await asyncio.to_thread(read_text, plan.rubric, work.transcript, judge.traits.context_tokens)
            if read is not None:
                async for line in self._open(stamp, read.state, plan.all_questions, seen):
                    yield line

    def _works(self, only: Collection[int] | None) -> Iterator[Any]:
        return self.records.batches.peek(self.batch_id, only)

    async def _open(
        self, stamp: dict[str, str], state: State, questions: list[Question], seen: set[bytes]
    ) -> AsyncIterator[bytes]:
        """Requests for the questions without an answer. A request's id holds everything that its answer needs."""
        prefix = KeyPrefix(stamp, state.model_dump())
        keys = {prefix.key(wording_of(one)): one for one in questions}
        known = await self.memo.get_many([*keys])
        for key, question in keys.items():
            mark = bytes.fromhex(key)[:12]
            if key in known or mark in seen:
                continue
            seen.add(mark)
            body = self.asker.body_of(render_question(state, question))
            options = "|".join(option.id for option in question.options)
            request = {"custom_id": f"{key}.{options}", "method": "POST", "url": "/v1/chat/completions", "body": body}
            yield json.dumps(request, ensure_ascii=False).encode() + b"\n"

    def _check_budget(self, parts: list[tuple[Path, int]]) -> None:
        limit = self.settings.budget_usd
        if limit is None:
            return
        name = self.asker.endpoint.billed_as or self.asker.name
        price = price_of(name, self.settings.prices)
        if price is None:
            raise InputError("judge_price_unknown", model=name)
        most = sum(price.most(path.stat().st_size, count) for path, count in parts) * DISCOUNT
        if most > limit:
            raise BudgetExceeded("judge_budget", limit=f"{limit:.2f}", spent="0.0000")

    async def _submit(self, path: Path, count: int) -> None:
        """Submits a job; it and its mark at the provider are recorded before the provider hears of it."""
        job = await asyncio.to_thread(self.jobs.begin, self.batch_id, count)
        with path.open("rb") as file:
            uploaded = await self._called(self._upload(file), job)
        created = await self._called(
            self.client.batches.create(
                input_file_id=uploaded.id,
                endpoint="/v1/chat/completions",
                completion_window="24h",
                metadata={"evaluator": job.id},
            ),
            job,
        )
        await asyncio.to_thread(self.jobs.update, job.id, provider_id=created.id, state="submitted")

    async def _upload(self, file: BinaryIO) -> Any:
        return await self.client.files.create(file=("requests.jsonl", file), purpose="batch")

    async def _find(self, job: ProviderJob) -> str:
        listed = await self._called(self.client.batches.list(limit=100), job)
        marks = {(found.metadata or {}).get("evaluator"): found.id for found in listed.data}
        return str(marks.get(job.id, ""))

    async def _collect(self, job: ProviderJob, found: Any) -> None:
        if found.output_file_id:
            content = await self._called(self.client.files.content(found.output_file_id), job)
            answers: dict[str, Any] = {}
            for line in content.text.splitlines():
                answers |= self._answer(line)
                if len(answers) >= _COLLECTED_AT_ONCE:
                    await self.memo.put_many(answers)
                    answers = {}
            await self.memo.put_many(answers)
        elif found.status == "failed":
            await asyncio.to_thread(self.jobs.update, job.id, state="lost")
            errors = getattr(getattr(found, "errors", None), "data", None) or []
            detail = "; ".join(str(one.message) for one in errors[:2]) or found.status
            raise EndpointError("batch_provider_failed", job=job.provider_id, detail=detail)
        await asyncio.to_thread(self.jobs.update, job.id, state="collected")

    def _answer(self, line: str) -> dict[str, Any]:
        """One reply in the memo's form; nothing if it is not an answer."""
        try:
            entry = json.loads(line)
            key, _, names = str(entry["custom_id"]).partition(".")
            reply = entry["response"]
            if reply["status_code"] != 200:
                return {}
            options = tuple(Option(id=name, text="") for name in names.split("|"))
            question = Question(id="q", kind="choice", text="", options=options)
            labels = tuple(reversed(LABELS[: len(options)]))
            reading = self.asker.reading_of(reply["body"], labels)
        except (ValueError, KeyError, TypeError, ReadingFailed, EndpointError):
            return {}
        answer = read_menu(question, labels, reading.logprobs)
        if not isinstance(answer, Answer):
            return {}
        return {key: {"model": reading.model, "answer": answer.model_dump()}}

    async def _called(self, call: Any, job: ProviderJob) -> Any:
        import openai

        try:
            return await call
        except openai.OpenAIError as error:
            detail = (str(error) or type(error).__name__).splitlines()[0][:200]
            raise EndpointError("batch_provider_failed", job=job.provider_id or job.id, detail=detail) from None


def _written(path: Path, lines: list[bytes]) -> Path:
    path.write_bytes(b"".join(lines))
    return path
