"""An environment of its own for each peer, made at first use under benchmarks/cache/scale."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PEERS = {
    "autorubric": ("autorubric==1.6.1",),
    "deepeval": ("deepeval==4.3.1",),
    "inspect": ("inspect-ai", "openai"),
}
CACHE = Path(__file__).parents[1] / "cache" / "scale"


def prepare(peer: str) -> Path:
    """The Python of the peer's environment, which is created if it does not exist yet."""
    python = CACHE / peer / "bin" / "python"
    if not python.exists():
        print(f"setting up {peer} …", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(CACHE / peer)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *PEERS[peer]], check=True)
    return python
