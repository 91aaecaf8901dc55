"""How the embedded model is asked, with an engine that is not one."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from evaluator.judge.backends import embedded
from evaluator.judge.backends.asking import Prompt, ReadingFailed
from evaluator.judge.backends.readout import ReadoutJudge
from evaluator.settings import load_settings

PROMPT = Prompt(system="s", shared="t\n", question="q", labels=("A", "B"))


class FakeEngine:
    """Answers after a while, one request at a time, and keeps what it was asked."""

    def __init__(self, reply: dict | None = None, seconds: float = 0.0) -> None:
        self.asked: list[dict] = []
        self.reply, self.seconds = reply, seconds

    def handle_chat_completions(self, asked: dict) -> dict:
        """A reply in OpenAI's form."""
        self.asked.append(asked)
        time.sleep(self.seconds)
        top = [{"token": "A", "logprob": -0.1}, {"token": "B", "logprob": -2.4}]
        return self.reply or {
            "choices": [{"message": {"content": "A"}, "logprobs": {"content": [{"top_logprobs": top}]}}],
            "usage": {"prompt_tokens": 50, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 30}},
        }


@pytest.fixture
def asker(tmp_path, monkeypatch):
    """An asker over a fake engine; `asker.engine` is that engine."""
    own = tmp_path / "own.gguf"
    own.write_bytes(b"weights")
    engine, worker = FakeEngine(), ThreadPoolExecutor(max_workers=1)
    running = embedded.Engine(engine, worker)
    monkeypatch.setattr(embedded, "_engine", lambda path: running)
    made = embedded.EmbeddedAsker(load_settings(model_file=own))
    made.engine = engine
    yield made
    worker.shutdown(wait=True)


async def test_reading_counts_tokens_and_gives_the_distribution(asker):
    """One token is asked for, with its alternatives; usage tells the cached part."""
    reading = await asker.read(PROMPT)
    assert reading.logprobs == {"A": -0.1, "B": -2.4}
    assert (reading.usage.prompt_tokens, reading.usage.cached_tokens, reading.usage.generated_tokens) == (100, 60, 2)
    assert reading.usage.requests == 1
    asked = asker.engine.asked[1]
    assert (asked["max_tokens"], asked["cache_prompt"], asked["logprobs"]) == (1, True, True)
    assert asked["messages"][1]["content"] == "t\nq"


async def test_every_question_begins_where_its_text_ends(asker):
    """A text is read from its first word, and again to its end before each question: what was asked before plays no part.
    After other work, or another text, it is read anew."""
    other = PROMPT.model_copy(update={"shared": "u\n"})
    for prompt in (PROMPT, PROMPT, other, PROMPT):
        await asker.read(prompt)
    await asker.write("s", "t\n", most=5)
    await asker.read(PROMPT)
    begun = [
        (asked["messages"][1]["content"], asked["cache_prompt"])
        for asked in asker.engine.asked
        if "logprobs" not in asked
    ]
    assert begun == [("t\n", False), ("t\n", True), ("u\n", False), ("t\n", False), ("t\n", True), ("t\n", False)]


async def test_speed_is_measured_both_ways_by_one_engine(asker, monkeypatch, capsys):
    """The benchmark loads the weights, asks both ways and the same in JSON (of another judge here), and prints the ratios."""
    from benchmarks import speed

    monkeypatch.setattr(speed, "EmbeddedAsker", lambda settings: asker)
    monkeypatch.setattr(speed, "open_judge", lambda name: ReadoutJudge(asker))
    await speed._run(["staff-shortage"], "good")
    printed = capsys.readouterr().out
    assert "staff-shortage" in printed and "times" in printed and "beside same in JSON" in printed
    assert {asked["max_tokens"] for asked in asker.engine.asked} > {1}


async def test_seconds_are_the_models_and_not_the_queues(asker):
    """Questions side by side do not count each other's time: together they took no longer than the clock says."""
    asker.engine.seconds = 0.02
    started = time.perf_counter()
    readings = await asyncio.gather(*(asker.read(PROMPT) for _ in range(6)))
    assert sum(reading.usage.seconds for reading in readings) <= time.perf_counter() - started


async def test_question_that_nobody_waits_for_is_not_asked(asker):
    """Stopping takes effect between two prompts: what still queued is dropped."""
    begun, go_on = threading.Event(), threading.Event()
    answer = asker.engine.handle_chat_completions

    def slowly(asked: dict) -> dict:
        begun.set()
        go_on.wait(timeout=30)
        return answer(asked)

    asker.engine.handle_chat_completions = slowly
    tasks = [asyncio.create_task(asker.read(PROMPT)) for _ in range(5)]
    await asyncio.to_thread(begun.wait, 30)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    go_on.set()
    asker.engine.handle_chat_completions = answer
    await asker.read(PROMPT)
    assert sum("logprobs" in asked for asked in asker.engine.asked) == 2


@pytest.mark.parametrize(
    ("error", "cause"), [("exceeds the available context size", "too_long"), ("something else", "unreadable")]
)
async def test_error_of_the_engine_is_a_failed_reading(asker, error, cause):
    """The engine's refusal names its cause and becomes no point."""
    asker.engine.reply = {"error": {"message": error}}
    with pytest.raises(ReadingFailed) as caught:
        await asker.read(PROMPT)
    assert caught.value.cause == cause
