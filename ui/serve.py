"""Starts the page: Streamlit with this product's colours, and without prompting, reporting or watching files."""

from __future__ import annotations

import importlib
import importlib.util
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path

from evaluator.encoding import redact_logs
from evaluator.errors import InputError
from evaluator.settings import load_settings
from ui.theme import THEME

APP = Path(__file__).with_name("app.py")
DEFAULT_PORT = 8501
LATE = ("streamlit.emojis", "streamlit.material_icon_names")  # read at the first widget, and compiled for half a second

_FLAGS = {
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "global.disableWidgetStateDuplicationWarning": "true",  # a default beside session_state: see components/choices.py
    "logger.level": "warning",
    "runner.magicEnabled": "false",
    "server.fileWatcherType": "none",
    "server.maxUploadSize": "50",
    "server.runOnSave": "false",
    "server.showEmailPrompt": "false",
}


def flags(port: int, headless: bool, address: str) -> list[str]:
    """The settings passed to Streamlit."""
    place = {"server.port": str(port), "server.address": address, "server.headless": str(headless).lower()}
    return [f"--{key}={value}" for key, value in {**_FLAGS, **THEME, **place}.items()]


def serve(port: int = DEFAULT_PORT, headless: bool = False, address: str = "127.0.0.1") -> int:
    """Serves the page until it is stopped, and returns the exit code. Opens a browser unless `headless`.

    It listens to this machine only unless `address` says otherwise. Raises InputError when Streamlit is not installed,
    the port is taken or the settings are wrong.
    """
    redact_logs()
    load_settings()
    for package in ("streamlit", "pandas", "plotly"):
        if importlib.util.find_spec(package) is None:
            raise InputError("ui_package_missing", package=package)
    _require_free(address, port)
    root = str(APP.parents[1])  # the checkout, or site-packages: where `ui` and `evaluator` are imported from
    sys.path[:] = [root, *(place for place in sys.path if place != root)]
    from streamlit.web import cli

    _use_navigation()
    _warm_up()

    try:
        cli.main(["run", str(APP), *flags(port, headless, address)], standalone_mode=False)
    except SystemExit as stopped:
        return int(stopped.code or 0)
    return 0


def _require_free(address: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            raise InputError("ui_port_used", address=address, port=port) from None


def _use_navigation() -> None:
    """Switches Streamlit's automatic pages off from the start.

    A folder called `pages` makes Streamlit run one of its files by itself, without app.py, when its address is opened
    before any other; `st.navigation` switches that off, but only from its first call on.
    """
    from streamlit.runtime.pages_manager import PagesManager

    PagesManager.uses_pages_directory = False


def _warm_up() -> None:
    """Loads what every page needs before the browser opens, so that the first paint does not wait for it.

    It runs in this thread: two threads that import at once can see half a module.
    """
    import inspect

    import pandas  # noqa: F401

    import ui.scorecard.grading_view
    import ui.shared.health  # noqa: F401
    from evaluator.errors import EvaluatorError
    from ui.scorecard import scenario
    from ui.shared import stores

    for name in LATE:
        with suppress(ImportError):
            importlib.import_module(name)
    inspect.stack()  # Streamlit calls it at the first element; the first call reads the places of all modules
    with suppress(EvaluatorError):  # the page reports it to the user
        scenario.entries()
        stores.records()


if __name__ == "__main__":
    raise SystemExit(serve(int(os.environ.get("PORT", DEFAULT_PORT)), headless="--headless" in sys.argv))
