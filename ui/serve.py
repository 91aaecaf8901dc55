"""Starts the page: Streamlit with this product's colours, and without asking, reporting or watching files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ui.theme import THEME

APP = Path(__file__).with_name("app.py")
DEFAULT_PORT = 8501

_FLAGS = {
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "server.fileWatcherType": "none",
    "server.maxUploadSize": "50",
    "server.runOnSave": "false",
    "server.showEmailPrompt": "false",
}


def command(port: int = DEFAULT_PORT, headless: bool = False, address: str = "127.0.0.1") -> list[str]:
    """The command line that serves the page. It listens to this machine only unless `address` says otherwise."""
    flags = {
        **_FLAGS,
        **THEME,
        "server.port": str(port),
        "server.address": address,
        "server.headless": str(headless).lower(),
    }
    return [sys.executable, "-m", "streamlit", "run", str(APP), *(f"--{key}={value}" for key, value in flags.items())]


def serve(port: int = DEFAULT_PORT, headless: bool = False, address: str = "127.0.0.1") -> int:
    """Serves the page until it is stopped, and gives the exit code. Opens a browser unless `headless`."""
    from evaluator.settings import load_settings

    load_settings()  # a wrong settings file stops here, with one sentence
    root = str(APP.parents[1])  # the checkout, or site-packages: where `ui` and `evaluator` are imported from
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    server = subprocess.Popen(
        command(port, headless, address), env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    )
    try:
        return server.wait()
    except KeyboardInterrupt:
        server.terminate()
        return server.wait()


if __name__ == "__main__":
    raise SystemExit(serve(int(os.environ.get("PORT", DEFAULT_PORT)), headless="--headless" in sys.argv))
