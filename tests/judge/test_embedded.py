"""How the embedded model is asked, with fake engines: the worker, the choice, and llama.cpp's server."""

from __future__ import annotations

import asyncio
import json
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from evaluator.errors import InputError
from evaluator.judge.backends import embedded
from evaluator.judge.backends.asking import Prompt, ReadingFailed, TokenReading
from evaluator.judge.backends.engines import Setup, choice, trial, xllama
from evaluator.judge.backends.engines.choice import best, choose_engine, divergence
from evaluator.judge.backends.engines.trial import Tried
from evaluator.scorecard import Usage
from evaluator.settings import load_settings

PROMPT = Prompt(system="s", text="t\n", question="q", labels=("A", "B"))


class FakeEngine:
    """Answers after a while, and keeps what it was asked."""

    model = "own"

    def __init__(self) -> None:
        self.read_prompts: list[Prompt] = []
        self.written: list[dict | None] = []
        self.seconds = 0.0

    def read(self, prompt: Prompt) -> TokenReading:
        """The same distribution each time."""
        started = time.perf_counter()
        self.read_prompts.append(prompt)
        time.sleep(self.seconds)
        usage = Usage(prompt_tokens=50, cached_tokens=30, requests=1, seconds=time.perf_counter() - started)
        return TokenReading(model="own", logprobs={"A": -0.1, "B": -2.4}, usage=usage)

    def prepare(self, prompt: Prompt) -> None:
        """Does nothing."""
        self.prepared = prompt

    def write(self, system, user, schema, most):
        """Returns a letter."""
        self.written.append(schema)
        return "A", Usage(prompt_tokens=50, generated_tokens=1, requests=1, seconds=0.001)


@pytest.fixture
def own(tmp_path):
    """A user's own file, which is not a model."""
    path = tmp_path / "own.gguf"
    path.write_bytes(b"weights")
    return path


@pytest.fixture
def asker(own, monkeypatch):
    """An asker over a fake engine; `asker.engine` is that engine."""
    engine, worker = FakeEngine(), ThreadPoolExecutor(max_workers=1)
    running = embedded.Running(engine, worker)
    monkeypatch.setattr(embedded, "_running", lambda name, setup: running)
    made = embedded.EmbeddedAsker(load_settings(model_file=own, engine="xllamacpp"))
    made.engine = engine
    yield made
    worker.shutdown(wait=True)


async def test_stamp_names_the_engine(asker, own, monkeypatch):
    """A record says which engine read: the same question to another engine is another question."""
    monkeypatch.setattr(choice, "installed", lambda: {"ik": "1", "xllamacpp": "2"})
    other = embedded.EmbeddedAsker(load_settings(model_file=own, engine="ik"))
    assert (asker.stamp["engine"], other.stamp["engine"]) == ("xllamacpp", "ik_llama.cpp")
    assert {**asker.stamp, "engine": ""} == {**other.stamp, "engine": ""}


async def test_preparing_asks_nothing(asker, monkeypatch):
    """The work that a first grading waits for is done in advance, and nothing is asked.

    The task is read and the rubric's sentences are embedded. A model that may cost money is left alone.
    """
    from evaluator.grading import prepare
    from evaluator.rubrics import find

    monkeypatch.setattr(embedded, "EmbeddedAsker", lambda settings, name: asker)
    rubric = find("staff-shortage")
    await prepare(rubric, load_settings(model="openai:gpt-4.1-mini"))
    assert not hasattr(asker.engine, "prepared")
    await prepare(rubric, load_settings(model="embedded"))
    assert rubric.task.strip() in asker.engine.prepared.task and not asker.engine.read_prompts


async def test_speed_measures_every_way_with_one_engine(asker, monkeypatch, capsys):
    """JSON for points and for the same questions writes by a schema; the text alone is one reading.

    Each says what it took.
    """
    from benchmarks.speed import other_ways

    async def load() -> None:
        """Nothing to load."""

    asker.load = load
    monkeypatch.setattr(other_ways, "EmbeddedAsker", lambda settings: asker)
    job = {"id": "j", "rubric": "staff-shortage", "text": "我们排了三班，先看人够不够。"}
    for way in other_ways.WAYS:
        await other_ways.run(way, [job])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["job"] for one in found] == ["j"] * 3
    points, same, reading = found
    assert (
        points["requests"] > 1
        and same["note"].startswith("0 of")
        and asker.engine.written
        and all(asker.engine.written)
    )
    assert (reading["requests"], reading["read"], reading["written"]) == (1, 20, 0)


async def test_seconds_are_the_models_and_not_the_queues(asker):
    """Parallel questions do not count each other's time: together they took no longer than the clock says."""
    asker.engine.seconds = 0.02
    started = time.perf_counter()
    readings = await asyncio.gather(*(asker.read(PROMPT) for _ in range(6)))
    assert sum(reading.usage.seconds for reading in readings) <= time.perf_counter() - started


async def test_question_that_nobody_waits_for_is_not_asked(asker):
    """Stopping takes effect between two prompts: queued ones are dropped."""
    begun, go_on = threading.Event(), threading.Event()
    answer = asker.engine.read

    def slowly(prompt: Prompt) -> TokenReading:
        begun.set()
        go_on.wait(timeout=30)
        return answer(prompt)

    asker.engine.read = slowly
    tasks = [asyncio.create_task(asker.read(PROMPT)) for _ in range(5)]
    await asyncio.to_thread(begun.wait, 30)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    go_on.set()
    asker.engine.read = answer
    await asker.read(PROMPT)
    assert len(asker.engine.read_prompts) == 2


def tried(engine: str, speed: float, yes: float = -0.1, failure: str = "") -> Tried:
    """A trial with one reading."""
    return Tried(engine=engine, speed=speed, readings=({"A": yes, "B": -2.4},), failure=failure)


@pytest.mark.parametrize(
    ("fast", "usual", "chosen"),
    [
        (tried("ik", 80), tried("xllamacpp", 40), "ik"),
        (tried("ik", 42), tried("xllamacpp", 40), "xllamacpp"),  # not worth other readings
        (tried("ik", 80, yes=-3.0), tried("xllamacpp", 40), "xllamacpp"),  # reads something else
        (tried("ik", 80, failure="aborted"), tried("xllamacpp", 40), "xllamacpp"),
        (tried("ik", 80), tried("xllamacpp", 40, failure="unknown architecture"), "ik"),
        (tried("ik", 0, failure="no"), tried("xllamacpp", 0, failure="no"), "xllamacpp"),  # which says what is wrong
    ],
)
def test_the_fastest_that_reads_rightly_is_chosen(fast, usual, chosen):
    """Speed decides among engines that work and agree; failed ones say why."""
    found = best([fast, usual])
    assert found.engine == chosen
    assert {one.engine for one in found.tried} == {"ik", "xllamacpp"}


def test_divergence_is_that_of_the_labels_alone():
    """Zero between equal distributions, ln 2 from a certain one to an even one."""
    even, sure = {"A": -0.7, "B": -0.7}, {"A": 0.0, "B": -800.0}
    assert divergence(even, {"B": -1.5, "A": -1.5}) == pytest.approx(0)
    assert divergence(sure, even) == pytest.approx(0.693, abs=1e-3)


def test_engines_are_tried_once_and_the_choice_is_kept(own, monkeypatch):
    """The second time, in this process or the next, the note beside the weights answers; another package asks again."""
    calls = []

    def try_engine(name, version, setup):
        calls.append((name, version))
        return tried(name, 80 if name == "ik" else 40)

    here = {"ik": "1", "xllamacpp": "2"}
    monkeypatch.setattr(choice, "try_engine", try_engine)
    monkeypatch.setattr(choice, "installed", lambda: dict(here))
    settings = load_settings(model_file=own)
    assert choose_engine(settings, own, "d").engine == "ik" and len(calls) == 2
    choice._chosen.cache_clear()
    assert choose_engine(settings, own, "d").engine == "ik" and len(calls) == 2
    here["ik"] = "1.1"
    assert choose_engine(settings, own, "d").engine == "ik" and len(calls) == 4
    (own.parent / choice.NOTE).write_text("no json")
    choice._chosen.cache_clear()
    assert choose_engine(settings, own, "d").engine == "ik" and len(calls) == 6


def test_a_busy_machine_fixes_no_engine(own, monkeypatch):
    """An engine that had too little time is not used by this process; the next one tries again, and then it is stored."""
    busy = True

    def try_engine(name, version, setup):
        if name == "ik" and busy:
            return tried(name, 0, failure="no answer in time").model_copy(update={"passing": True})
        return tried(name, 80 if name == "ik" else 40)

    monkeypatch.setattr(choice, "try_engine", try_engine)
    monkeypatch.setattr(choice, "installed", lambda: {"ik": "1", "xllamacpp": "2"})
    settings = load_settings(model_file=own)
    assert choose_engine(settings, own, "d").engine == "xllamacpp"
    busy = False
    assert choose_engine(settings, own, "d").engine == "xllamacpp"  # the same process stays with its engine
    assert not (own.parent / choice.NOTE).exists()
    choice._chosen.cache_clear()
    assert choose_engine(settings, own, "d").engine == "ik"
    assert (own.parent / choice.NOTE).exists()


@pytest.mark.parametrize(
    ("ending", "passing"),
    [
        (subprocess.TimeoutExpired("python", 1), True),
        (OSError(12, "Cannot allocate memory"), True),
        (-9, True),  # the system ends a process when memory runs out
        (-11, False),
        (1, False),
    ],
)
def test_what_ended_a_trial_tells_whether_it_may_be_stored(own, monkeypatch, ending, passing):
    """A crash is the engine's; too little time or memory is the machine's."""

    def run(*args, **options):
        if isinstance(ending, int):
            return subprocess.CompletedProcess(args, ending, "", "")
        raise ending

    monkeypatch.setattr(trial.subprocess, "run", run)
    found = trial.try_engine("ik", "1", Setup(path=own, threads=1))
    assert found.failure and found.passing is passing


def test_engine_that_is_not_installed_is_one_sentence(own, monkeypatch):
    """A named engine is used as it is, without a trial, or refused with what to install.

    With one engine there is no choice.
    """
    monkeypatch.setattr(choice, "installed", lambda: {"xllamacpp": "2"})
    assert choose_engine(load_settings(model_file=own), own, "d").engine == "xllamacpp"
    with pytest.raises(InputError, match="ik-llama-cpp-python"):
        choose_engine(load_settings(model_file=own, engine="ik"), own, "d")


def test_file_that_is_no_model_fails_its_trial(own):
    """A trial in its own process returns a reason, whatever happens there."""
    found = trial.try_engine("xllamacpp", "2", Setup(path=own, threads=1))
    assert found.failure and not found.readings


class FakeServer:
    """llama.cpp's server, without a model."""

    def __init__(self) -> None:
        self.asked: list[dict] = []
        self.reply: dict | None = None

    def handle_chat_completions(self, asked: dict) -> dict:
        """A reply in OpenAI's form."""
        self.asked.append(asked)
        top = [{"token": "A", "logprob": -0.1}, {"token": "B", "logprob": -2.4}]
        return self.reply or {
            "choices": [{"message": {"content": "A"}, "logprobs": {"content": [{"top_logprobs": top}]}}],
            "usage": {
                "prompt_tokens": 50,
                "completion_tokens": asked["max_tokens"],
                "prompt_tokens_details": {"cached_tokens": 30},
            },
        }


@pytest.fixture
def server_engine():
    """xllamacpp's engine over a fake server."""
    engine = xllama.XllamaEngine.__new__(xllama.XllamaEngine)
    engine.server, engine.model, engine._read = FakeServer(), "m", None
    return engine


def test_reading_counts_tokens_and_gives_the_distribution(server_engine):
    """One token is requested, with its alternatives; usage shows the cached part, and nothing else is written."""
    reading = server_engine.read(PROMPT)
    assert reading.logprobs == {"A": -0.1, "B": -2.4}
    assert (reading.usage.prompt_tokens, reading.usage.cached_tokens, reading.usage.generated_tokens) == (100, 60, 1)
    assert reading.usage.requests == 1
    asked = server_engine.server.asked[1]
    assert (asked["max_tokens"], asked["cache_prompt"], asked["logprobs"]) == (1, True, True)
    assert asked["messages"][1]["content"] == "t\nq"


def test_every_question_begins_where_its_text_ends(server_engine):
    """A text is read from its first word, and again to its end before each question.

    Earlier questions have no influence. After other work, or another text, it is read anew.
    """
    other = PROMPT.model_copy(update={"text": "u\n"})
    for prompt in (PROMPT, PROMPT, other, PROMPT):
        server_engine.read(prompt)
    server_engine.write("s", "t\n", None, most=5)
    server_engine.read(PROMPT)
    begun = [
        (asked["messages"][1]["content"], asked["cache_prompt"])
        for asked in server_engine.server.asked
        if asked["max_tokens"] == 0
    ]
    assert begun == [("t\n", False), ("t\n", True), ("u\n", False), ("t\n", False), ("t\n", False)]


@pytest.mark.parametrize(
    ("error", "cause"), [("exceeds the available context size", "too_long"), ("something else", "unreadable")]
)
def test_error_of_the_engine_is_a_failed_reading(server_engine, error, cause):
    """The engine's refusal names its cause and becomes no point; the text is read anew afterwards."""
    server_engine.server.reply = {"error": {"message": error}}
    with pytest.raises(ReadingFailed) as caught:
        server_engine.read(PROMPT)
    assert caught.value.cause == cause and server_engine._read is None
