"""Engines: what reads a prompt with weights on this machine. Two are known, behind one interface (`Engine`).

`choose_engine` says which of those installed here is the fastest that passes a trial, `open_engine` loads it. Their
readings differ a little (docs/benchmarks.md), so a record names its engine and nothing mixes two.
"""

from evaluator.judge.backends.engines.choice import EngineChoice, choose_engine
from evaluator.judge.backends.engines.engine import Engine, Setup
from evaluator.judge.backends.engines.opening import ENGINES, installed, offered, open_engine

__all__ = ["ENGINES", "Engine", "EngineChoice", "Setup", "choose_engine", "installed", "offered", "open_engine"]
