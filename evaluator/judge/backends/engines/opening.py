"""Which engines exist, which are installed, and how to load one."""

from __future__ import annotations

import platform
import sys
from importlib import metadata
from importlib.util import find_spec

from evaluator.judge.backends.engines.engine import Engine, EngineName, Setup

ENGINES: dict[EngineName, str] = {
    "ik": "ik-llama-cpp-python",
    "xllamacpp": "xllamacpp",
}  # package of each engine, fastest first
_MODULES: dict[EngineName, str] = {"ik": "ik_llama_cpp", "xllamacpp": "xllamacpp"}


def installed() -> dict[EngineName, str]:
    """The installed engines with their versions, fastest first."""
    found: dict[EngineName, str] = {}
    for name, package in ENGINES.items():
        if find_spec(_MODULES[name]):
            try:
                found[name] = metadata.version(package)
            except metadata.PackageNotFoundError:
                found[name] = "?"
    return found


def offered() -> str | None:
    """The package of a faster engine that is available for this machine but not installed, or None."""
    fits = sys.platform == "linux" and platform.machine() == "x86_64" and sys.version_info < (3, 14)
    return ENGINES["ik"] if fits and "ik" not in installed() else None


def open_engine(name: EngineName, setup: Setup) -> Engine:
    """Loads the weights with the engine called `name`; ModelError if it cannot."""
    if name == "ik":
        from evaluator.judge.backends.engines.ik import IkEngine

        return IkEngine(setup)
    from evaluator.judge.backends.engines.xllama import XllamaEngine

    return XllamaEngine(setup)
