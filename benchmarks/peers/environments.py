"""An environment of its own for each peer, made at first use under benchmarks/cache/peers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.asking import CACHE

PEERS = {
    "plain": (),
    "autorubric": ("autorubric==1.6.1",),
    "deepeval": ("deepeval==4.3.1",),
    "openevals": ("openevals==0.2.2", "openai"),
}
RUNNERS = Path(__file__).parent / "runners"


def prepare(peer: str) -> Path:
    """Returns the Python of the peer's environment, creating and filling it if needed. `plain` needs none."""
    packages = PEERS[peer]
    if not packages:
        return Path(sys.executable)
    folder = CACHE / "peers" / peer
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    ready = folder / ".ready"
    if ready.exists() and ready.read_text() == " ".join(packages):
        return python
    print(f"setting up {peer} …", file=sys.stderr, flush=True)
    for command in _commands(folder, python, packages):
        subprocess.run(command, check=True, stdout=sys.stderr)
    ready.write_text(" ".join(packages))
    return python


def _commands(folder: Path, python: Path, packages: tuple[str, ...]) -> list[list[str]]:
    """Uses uv if available, which takes seconds; otherwise venv and pip."""
    beside = Path(sys.executable).with_name("uv")
    uv = shutil.which("uv") or (str(beside) if beside.exists() else None)
    if uv:
        install = [uv, "pip", "install", "--quiet", "--python", str(python), *packages]
        return [[uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)], install]
    return [
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", *packages],
    ]
