"""Work in the background of the page: one event loop in a daemon thread, shared by all sessions of the process.

A session starts a job and looks at it; closing the browser does not end it, and only its owner can see or stop it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

import streamlit as st

from evaluator import messages
from evaluator.errors import EvaluatorError, Stopped
from evaluator.rubric import Rubric
from evaluator.scorecard import UngradedVerdict, Verdict
from evaluator.storage import new_id
from evaluator.transcript import Transcript
from ui.shared import language, stores

if TYPE_CHECKING:
    from evaluator.grading import ReportProgress
    from evaluator.profiles import Profile

T = TypeVar("T")
JobState = Literal["running", "done", "failed", "stopped"]
KEPT_FINISHED = 200  # finished jobs that stay to be looked at; what they made is in the records anyway

_log = logging.getLogger(__name__)


class Tick(NamedTuple):
    """How far work is.

    `text` is the current step; a total of 1 means that the steps cannot be counted; `verdict` is a criterion that is
    already known.
    """

    done: int
    total: int
    text: str = ""
    verdict: Verdict | UngradedVerdict | None = None


Ticking = Callable[..., None]  # done, total, text


@dataclass
class Job:
    """One piece of work. `events` grows while it runs; then `result` or `error` is set."""

    owner: str
    kind: str
    title: str = ""
    id: str = field(default_factory=new_id)
    state: JobState = "running"
    events: list[Tick] = field(default_factory=list)
    result: Any = None
    error: EvaluatorError | None = None
    stopping: bool = False  # a stop was requested; work in a thread has to check for itself
    started_s: float = field(default_factory=time.monotonic)
    seconds: float | None = None  # how long it took, once finished

    @property
    def finished(self) -> bool:
        """Whether it has ended, successfully or not."""
        return self.state != "running"

    @property
    def so_far_s(self) -> float:
        """Seconds since the start, or the total once finished."""
        return self.seconds if self.seconds is not None else time.monotonic() - self.started_s


Work = Callable[[Job], Awaitable[Any]]


class Runner:
    """Runs jobs on its own loop."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="evaluator-jobs", daemon=True).start()

    def start(self, owner: str, kind: str, work: Work, *, title: str = "", language: str | None = None) -> Job:
        """Begins `work(job)` and returns at once. `work` may append to `job.events`; what it returns is the result."""
        job = Job(owner=owner, kind=kind, title=title)
        with self._lock:
            self._forget_oldest()
            self._jobs[job.id] = job
        self._loop.call_soon_threadsafe(self._begin, job, work, language)
        return job

    def get(self, job_id: str | None, owner: str) -> Job | None:
        """Returns the job, if it is `owner`'s."""
        job = self._jobs.get(job_id or "")
        return job if job is not None and job.owner == owner else None

    def jobs(self, owner: str, kind: str | None = None) -> list[Job]:
        """Returns the owner's jobs (of one kind), oldest first."""
        with self._lock:
            found = list(self._jobs.values())
        return [job for job in found if job.owner == owner and kind in (None, job.kind)]

    def stop(self, job: Job) -> None:
        """Asks a job to stop; it is `stopped` a moment later, and what was finished is kept."""
        job.stopping = True
        task = self._tasks.get(job.id)
        if task is not None:
            self._loop.call_soon_threadsafe(task.cancel)

    def _begin(self, job: Job, work: Work, language: str | None) -> None:
        self._tasks[job.id] = self._loop.create_task(self._run(job, work, language))

    async def _run(self, job: Job, work: Work, language: str | None) -> None:
        messages.use(language)
        state: JobState = "failed"
        try:
            job.result = await work(job)
            state = "done"
        except asyncio.CancelledError:
            state = "stopped"
        except EvaluatorError as error:
            job.error = error
        except Exception as error:  # the boundary of work that nobody awaits
            _log.exception("job %s (%s) failed", job.id, job.kind)
            job.error = EvaluatorError("ui_unexpected", detail=f"{type(error).__name__}: {error}")
        finally:
            job.seconds = time.monotonic() - job.started_s
            job.state = state
            self._tasks.pop(job.id, None)

    def _forget_oldest(self) -> None:
        done = [job_id for job_id, job in self._jobs.items() if job.finished]
        for job_id in done[: max(0, len(done) - KEPT_FINISHED)]:
            del self._jobs[job_id]


@st.cache_resource(show_spinner=False)
def runner() -> Runner:
    """The runner of this process."""
    return Runner()


def start(kind: str, work: Work, *, title: str = "") -> Job:
    """Begins work for the person at this page, in their language."""
    return runner().start(stores.owner(), kind, work, title=title, language=language.language())


def find(job_id: str | None) -> Job | None:
    """A job of the person at this page, or None."""
    return runner().get(job_id, stores.owner())


def stop(job: Job) -> None:
    """Asks the job to stop."""
    runner().stop(job)


async def in_thread(job: Job, blocking: Callable[[Ticking], T]) -> T:
    """Runs `blocking(tick)` in a thread; when the job is stopped, the next `tick` ends it. Finished work stays."""

    def tick(done: int, total: int, text: str = "") -> None:
        if job.stopping:
            raise Stopped("ui_stopped")
        job.events[:] = [Tick(done, total, text)]

    return await asyncio.to_thread(blocking, tick)


def listen(job: Job) -> ReportProgress:
    """A grading's progress, as the job's ticks, in the language of the person who began it."""
    return lambda step: job.events.append(
        Tick(step.done, step.total, messages.say(f"progress.{step.step}"), step.verdict)
    )


def grade(
    transcript: Transcript, rubric: Rubric, *, profile: Profile | None = None, label: str = "", fresh: bool = False
) -> Job:
    """Begins a grading (with a calibration profile); `job.result` is the stored Scorecard."""
    owner, settings, records = stores.owner(), stores.settings(), stores.records()

    async def work(job: Job) -> Any:
        from evaluator.grading import evaluate

        return await evaluate(
            transcript,
            rubric,
            settings=settings,
            records=records,
            profile=profile,
            fresh=fresh,
            report=listen(job),
            label=label,
            owner=owner,
        )

    return start("grade", work, title=label or rubric.title)


def prepare(rubric: Rubric) -> None:
    """Begins what a first grading by this rubric would wait for, once per session; a grading reports errors."""
    settings = stores.settings()

    async def work(job: Job) -> None:
        from evaluator.grading import prepare as prepare_grading

        with suppress(EvaluatorError):
            await prepare_grading(rubric, settings)

    prepared = st.session_state.setdefault("_prepared", set())
    if rubric.digest not in prepared:
        prepared.add(rubric.digest)
        start("prepare", work)
