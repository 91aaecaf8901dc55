"""A trial of one engine in its own process, because an unsuitable engine may crash the process it runs in.

    python -m evaluator.judge.backends.engines.trial NAME SETUP      (SETUP as JSON)

Prints one line of JSON, a `Tried`: the engine's readings of some short prompts, whether it read them identically in
another order, and its speed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from pydantic import ValidationError

from evaluator.encoding import Frozen
from evaluator.judge.backends.asking import Prompt
from evaluator.judge.backends.engines.engine import Engine, EngineName, Setup

CONTEXT_TOKENS = 1024
LONGEST_S = 120  # a trial takes some 15 s where nothing else runs
_FROM_OUTSIDE = (-signal.SIGTERM, -getattr(signal, "SIGKILL", 9))  # memory ran out, or somebody ended it

_SYSTEM = "只看材料里实际说了什么，如实判断。"
_TEXT = (
    "客户：我昨天到货的电饭煲，插上电灯都不亮。\n客服：实在对不起，让您白等了一场。我现在就给您换一台新的，今天下午寄出，"
    "来回的邮费都算我们的。\n客户：那行，谢谢，我等新的。\n\n"
)
_OTHER = (
    "Customer: Where is my parcel? Agent: I do not know, call again tomorrow. Customer: That is no help at all.\n\n"
)
_ASKED = (
    "客服有没有向客户道歉？\nA. 道歉了\nB. 没有道歉\n只回答一个字母。",
    "邮费由谁承担？\nA. 商家\nB. 客户\n只回答一个字母。",
    "Does the customer get help?\nA. Yes\nB. No\nAnswer with one letter only.",
)


class Tried(Frozen):
    """The result of a trial. `speed` is tokens read per second of processor time, whatever else the machine does."""

    engine: EngineName
    version: str = ""
    failure: str = ""  # why it cannot be used; empty if it can
    passing: bool = False  # the failure may be the machine's, which was busy or short of memory
    speed: float = 0.0
    readings: tuple[dict[str, float], ...] = ()  # log-probabilities of the labels, prompt by prompt


def try_engine(name: EngineName, version: str, setup: Setup) -> Tried:
    """Tries the engine called `name` in its own process; whatever goes wrong there counts as its failure."""
    command = [sys.executable, "-m", __name__, name, setup.model_dump_json()]
    root = str(Path(__file__).resolve().parents[4])
    paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": paths, "GGML_NO_BACKTRACE": "1"}
    try:
        done = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return Tried(engine=name, version=version, failure=f"no answer in {LONGEST_S} s", passing=True)
    except OSError as error:
        return Tried(engine=name, version=version, failure=error.strerror or type(error).__name__, passing=True)
    lines = done.stdout.strip().splitlines()
    try:
        return Tried.model_validate_json(lines[-1]).model_copy(update={"version": version})
    except (IndexError, ValidationError):
        said = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        passing = done.returncode in _FROM_OUTSIDE
        return Tried(engine=name, version=version, failure=said[-1][:300], passing=passing)


def run(engine: Engine, name: EngineName) -> Tried:
    """Reads the prompts twice, the second time in reverse order and after another text."""
    prompts = [
        Prompt(system=_SYSTEM, task="任务：看客服处理得怎么样。\n", text=_TEXT, question=asked, labels=("A", "B"))
        for asked in _ASKED
    ]
    other = prompts[0].model_copy(update={"text": _OTHER})
    engine.read(other)  # warms up
    started = time.process_time()
    found = [engine.read(prompt) for prompt in prompts]
    spent = max(time.process_time() - started, 1e-3)
    engine.read(other)
    again = [engine.read(prompt) for prompt in reversed(prompts)][::-1]
    read = sum(reading.usage.prompt_tokens - reading.usage.cached_tokens for reading in found)
    readings = tuple({label: reading.logprobs.get(label, float("-inf")) for label in "AB"} for reading in found)
    changed = any(one.logprobs != two.logprobs for one, two in zip(found, again, strict=True))
    unread = any(
        value != value or value in (float("-inf"), float("inf")) for each in readings for value in each.values()
    )
    failure = "reads differently after other texts" if changed else "does not answer" if unread else ""
    return Tried(engine=name, failure=failure, speed=read / spent, readings=() if failure else readings)


def _main() -> None:
    from evaluator.judge.backends.engines.opening import open_engine

    name, setup = sys.argv[1], Setup.model_validate_json(sys.argv[2])
    engine = open_engine(name, setup)  # type: ignore[arg-type]
    print(run(engine, name).model_dump_json(), flush=True)  # type: ignore[arg-type]
    os._exit(0)  # some engines take seconds to end


if __name__ == "__main__":
    _main()
