"""Engines run weights on this machine. Two are supported, behind one interface (`Engine`).

`choose_engine` selects the fastest installed one that passes a trial; `open_engine` loads it. Their readings differ
slightly (docs/benchmarks.md), so a record names its engine and nothing mixes the two.
"""

from evaluator.judge.backends.engines.choice import EngineChoice, choose_engine, threads_for
from evaluator.judge.backends.engines.engine import CONTEXT_TOKENS, Engine, EngineName, Setup
from evaluator.judge.backends.engines.opening import ENGINES, installed, offered, open_engine

__all__ = [
    "CONTEXT_TOKENS",
    "ENGINES",
    "Engine",
    "EngineChoice",
    "EngineName",
    "Setup",
    "choose_engine",
    "installed",
    "offered",
    "open_engine",
    "threads_for",
]
