"""Which engine runs the weights here: the fastest installed one that passes a trial.

The trial runs once; its result is stored beside the weights while processor, weights and packages stay the same. If an
engine failed only because the machine was busy or short of memory, the next process tries again.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import platform
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from evaluator.encoding import Frozen
from evaluator.errors import InputError
from evaluator.files import write_in_one_step
from evaluator.judge.backends.engines.engine import EngineName, Setup
from evaluator.judge.backends.engines.opening import ENGINES, installed
from evaluator.judge.backends.engines.trial import CONTEXT_TOKENS, Tried, try_engine
from evaluator.judge.tuned import ENGINE_DIVERGENCE, ENGINE_GAIN
from evaluator.settings import Settings

NOTE = "engines.json"
_choosing = threading.Lock()


class EngineChoice(Frozen):
    """The engine that runs the weights here, and what was tried."""

    engine: EngineName
    tried: tuple[Tried, ...] = ()

    @property
    def stamp(self) -> str:
        """The engine as recorded.

        Versions are left out: a newer one rounds differently just as another processor does.
        """
        return "ik_llama.cpp" if self.engine == "ik" else self.engine


def threads_for(settings: Settings) -> int:
    """The number of reading threads: from the settings, otherwise one per processor and at most eight."""
    return settings.threads or max(1, min(8, os.cpu_count() or 2))


def choose_engine(settings: Settings, path: Path, digest: str) -> EngineChoice:
    """The engine for the weights at `path`; the first call takes half a minute.

    Raises InputError if the settings name an engine that is not installed.
    """
    here = installed()
    if settings.engine != "auto":
        if settings.engine not in here:
            raise InputError("engine_missing", name=settings.engine, package=ENGINES[settings.engine])
        return EngineChoice(engine=settings.engine)
    if len(here) < 2:
        return EngineChoice(engine=next(iter(here), "xllamacpp"))
    setup = Setup(
        path=path, threads=threads_for(settings), gpu_layers=settings.gpu_layers, context_tokens=CONTEXT_TOKENS
    )
    told = json.dumps([digest, here, platform.machine(), _processor(), setup.gpu_layers])
    key = hashlib.sha256(told.encode()).hexdigest()
    with _choosing:
        return _chosen(path.parent / NOTE, key, setup)


@cache
def _chosen(note: Path, key: str, setup: Setup) -> EngineChoice:
    known = _read(note)
    try:
        return EngineChoice.model_validate(known[key])
    except (KeyError, ValidationError):
        pass
    chosen = best([try_engine(name, version, setup) for name, version in installed().items()])
    if not any(one.passing for one in chosen.tried):
        _write(note, {**known, key: chosen.model_dump(mode="json")})
    return chosen


def best(tried: list[Tried]) -> EngineChoice:
    """The fastest engine that works and agrees with xllamacpp; xllamacpp if none is sufficiently faster."""
    usual = next((one for one in tried if one.engine == "xllamacpp" and not one.failure), None)
    judged = [_compared(one, usual) for one in tried]
    able = [one for one in judged if not one.failure]
    fastest = max(able, key=lambda one: one.speed, default=None)
    if fastest is None or (usual and fastest.speed < ENGINE_GAIN * usual.speed):
        return EngineChoice(engine="xllamacpp", tried=tuple(judged))
    return EngineChoice(engine=fastest.engine, tried=tuple(judged))


def _compared(tried: Tried, usual: Tried | None) -> Tried:
    if tried.failure or usual is None:
        return tried
    far = max((divergence(one, other) for one, other in zip(usual.readings, tried.readings, strict=True)), default=0.0)
    if far <= ENGINE_DIVERGENCE:
        return tried
    return tried.model_copy(update={"failure": f"reads {far:.2f} nats away from xllamacpp"})


def divergence(one: dict[str, float], other: dict[str, float]) -> float:
    """Kullback-Leibler divergence, in nats, between two distributions over the same labels, given as log-probabilities."""
    shares = [_shares(each) for each in (one, other)]
    return sum(p * math.log(p / q) for p, q in zip(*shares, strict=True) if p > 0)


def _shares(logprobs: dict[str, float]) -> list[float]:
    values = [math.exp(value) for _, value in sorted(logprobs.items())]
    return [max(value / sum(values), 1e-9) for value in values]


def _processor() -> str:
    """The processor's name, and the number of processors."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next((line for line in lines if line.startswith("model name")), "")
        flags = next((line for line in lines if line.startswith("flags")), "")
    except OSError:
        name, flags = platform.processor(), ""
    return f"{name} {flags} {os.cpu_count()}"


def _read(note: Path) -> dict[str, object]:
    try:
        known = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _write(note: Path, known: dict[str, object]) -> None:
    with suppress(OSError):  # an unwritable folder only means another trial
        write_in_one_step(note, json.dumps(known, ensure_ascii=False, indent=1))
