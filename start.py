#!/usr/bin/env python3
"""Sets everything up beside this file and runs one thing: an example grading, or the tests.

    python3 start.py grade      set up, download the model (1.1 GB, once), grade an example call
    python3 start.py test       set up, download what the tests need, run them
    python3 start.py run …      set up, then run `evaluator …`, for example `run ui` for the page

Needs Python 3.11 or later and nothing else. Everything is installed into `.venv` beside this file; delete that folder
to start over.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
LOCKS = (
    "run",
    "full",
    "test",
)  # in requirements/: the command line; the page, calibration and batches too; the tests too
LIGHT = {
    "grade",
    "rubrics",
    "model",
    "history",
    "show",
    "bank",
    "transcript",
}  # commands that need only the first lock
EXAMPLE = ["grade", "--rubric", "cross-border-wrong-item", "examples/cross-border-wrong-item/good.txt", "--yes"]
DOWNLOAD = dict(zip(LOCKS, ("about 330 MB", "about 490 MB", "about 670 MB"), strict=True))
# pip settings that uv does not read. If one of them is set, pip installs.
PIP_ONLY = {"index-url", "extra-index-url", "find-links", "no-index", "proxy", "cert", "client-cert", "trusted-host"}
UNREACHABLE = re.compile(
    "NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeoutError|ProxyError|Max retries exceeded"
    "|Temporary failure in name resolution|Network is unreachable|dns error|error sending request|Failed to fetch"
    "|from versions: none|Connection refused|Connection reset"
)


class SetUpError(Exception):
    """The set-up cannot continue. The message is one sentence that says what to do."""


# Two processes for most tests (tests/conftest.py says which stay together), then one for those that drive a browser or ask the
# embedded model: side by side they wait for each other.
SIDE_BY_SIDE = ("-n", "2", "--dist", "loadgroup", "-m", "not browser and not model")
ONE_BY_ONE = ("-m", "browser or model")


def main() -> int:
    """Runs what the command line names and returns its exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python reads this file too
        print(f"Python 3.11 or later is needed, and this is {sys.version.split()[0]}: run this file with a newer one.")
        return 2
    command, *rest = sys.argv[1:] or ["help"]
    if command not in ("grade", "test", "run"):
        print(__doc__)
        return 0 if command in ("help", "-h", "--help") else 2
    try:
        with one_at_a_time():
            python = set_up(lock_for(command, rest))
    except SetUpError as problem:
        print(problem, file=sys.stderr)
        return 1
    if command == "run":  # the user's folder: their paths are relative to it
        return call(python, "-m", "evaluator", *rest)
    os.chdir(HERE)
    if command == "grade":
        return call(python, "-m", "evaluator", *EXAMPLE, *rest)
    prepare_tests(python)
    return run_tests(python, rest)


def run_tests(python: str, rest: list[str]) -> int:
    """Runs all tests, or what the arguments say; returns the first exit code that is not 0."""
    if rest:
        return call(python, "-m", "pytest", *rest)
    codes = [call(python, "-m", "pytest", *part) for part in (SIDE_BY_SIDE, ONE_BY_ONE)]
    return codes[0] or codes[1]


def lock_for(command: str, arguments: list[str]) -> str:
    """The smallest lock that holds what a command line needs: grading needs neither the page nor statistics."""
    if command == "test":
        return "test"
    asked = next((word for word in arguments if not word.startswith("-") and word not in ("zh", "en")), "--help")
    light = command == "grade" or asked in LIGHT or asked.startswith("-")
    return "run" if light and "--profile" not in arguments else "full"


def set_up(lock: str) -> str:
    """Makes `.venv` match the lock and returns its interpreter.

    An environment that already matches is left alone. An interrupted set-up continues; an environment without an
    interpreter or pip, or for another Python, is created again. Raises SetUpError if that is impossible.
    """
    python, stamp = interpreter(VENV), VENV / ".installed.json"
    done = read_stamp(stamp)
    if python.exists() and matches(done, lock):
        return str(python)
    if done.get("lock") in LOCKS:  # never shrink: a changed lock upgrades in place, and what was there stays usable
        lock = max(lock, done["lock"], key=LOCKS.index)
    print(f"Setting up {VENV} (once, {DOWNLOAD[lock]} to download) …", flush=True)
    if not is_whole(python):
        make_venv(python)
        done = {}
    requirements = HERE / "requirements" / f"{lock}.txt"
    before = set(done.get("pins", []))
    # If this run is interrupted, the next one still knows what to remove.
    stamp.write_text(json.dumps({"lock": lock, "pins": sorted(before | pins(requirements))}))
    install(python, requirements)
    remove(python, before - pins(requirements))
    run_quietly(
        [str(python), "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--quiet", "-e", str(HERE)],
        "The checkout itself could not be installed.",
    )
    stamp.write_text(json.dumps({"digest": digest(lock), "lock": lock, "pins": sorted(pins(requirements))}))
    return str(python)


def interpreter(folder: Path) -> Path:
    """The path of the interpreter of a virtual environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def matches(done: dict, lock: str) -> bool:
    """True if the installed packages are those of the current lock, or of a larger lock, which contains it."""
    installed = str(done.get("lock"))
    is_enough = installed in LOCKS and LOCKS.index(installed) >= LOCKS.index(lock)
    return is_enough and done.get("digest") == digest(installed)


def digest(lock: str) -> str:
    """SHA-256 of the lock, the project's own metadata and the Python version."""
    files = [HERE / "requirements" / f"{lock}.txt", HERE / "pyproject.toml"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files) + sys.version.encode()).hexdigest()


def read_stamp(stamp: Path) -> dict:
    """What the last finished set-up recorded; empty if there is none or it is damaged."""
    try:
        found = json.loads(stamp.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def is_whole(python: Path) -> bool:
    """True if the environment has pip and runs the same Python as this file."""
    if not python.exists():
        return False
    script = "import pip, sys; print(sys.version)"
    found = subprocess.run([str(python), "-c", script], capture_output=True, text=True, check=False)
    return found.returncode == 0 and found.stdout.strip() == sys.version.strip()


def make_venv(python: Path) -> None:
    """Creates a new environment."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    try:
        venv.create(VENV, with_pip=True, clear=True, symlinks=os.name != "nt")
    except (subprocess.CalledProcessError, OSError, SystemExit) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it has no ensurepip"
        raise SetUpError(
            f"This Python cannot create a virtual environment in {VENV} ({reason}): on Debian or Ubuntu install the "
            f"package python{version}-venv; elsewhere check that the folder can be written."
        ) from None
    if not python.exists():
        raise SetUpError(f"{VENV} has no interpreter: delete that folder and run this again.")


def install(python: Path, requirements: Path) -> None:
    """Installs exactly what the lock pins. Nothing is resolved, so no later release of any package can matter.

    uv is used if it is on the PATH and pip's configuration holds nothing that uv would ignore; otherwise, or if uv
    fails, pip is used. Raises SetUpError if neither works.
    """
    if uv := usable_uv(python):
        command = [uv, "pip", "install", "--python", str(python), "--no-deps", "--require-hashes", "-r"]
        if call(*command, str(requirements)) == 0:
            return
        print("uv could not install the packages; trying pip.", flush=True)
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--no-deps", "--require-hashes"]
    # Packages that are never imported are never compiled: that saves half of the space and a third of the time.
    code, output = follow([*command, "--no-compile", "-r", str(requirements)], len(pins(requirements)))
    if code:
        raise SetUpError(explained(output, requirements.stem))


def usable_uv(python: Path) -> str | None:
    """The path of uv, or None if pip has to install."""
    uv = shutil.which("uv")
    if not uv:
        return None
    listed = subprocess.run([str(python), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    configured = {line.split("=")[0].rsplit(".", 1)[-1].strip() for line in listed.stdout.splitlines()}
    return None if listed.returncode or configured & PIP_ONLY else uv


def explained(output: str, lock: str) -> str:
    """One sentence on why pip failed, with pip's own last words in a file."""
    log = VENV / "setup.log"
    log.write_text(output, encoding="utf-8")
    last = next((line for line in reversed(output.splitlines()) if line.startswith("ERROR:")), "").removeprefix(
        "ERROR:"
    )
    if "No space left" in output:
        return f"The disk is full: free about 2 GB on the disk that holds {VENV} and run this again; it continues."
    if UNREACHABLE.search(output):
        return (
            f"The package index cannot be reached, and the first run needs it ({DOWNLOAD.get(lock, 'packages')} of packages, "
            "then 1.1 GB for the model): connect to the network, or name your mirror or proxy in pip's configuration "
            f"(`pip config set global.index-url …`), and run this again; it continues where it stopped. Details: {log}"
        )
    return (
        f"The packages could not be installed:{last or ' see the details'}. Run this again to continue. Details: {log}"
    )


def follow(command: list[str], total: int) -> tuple[int, str]:
    """Runs pip, counts the packages as it downloads them, and returns its exit code and output."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace"
    )
    lines, seen = [], 0
    assert process.stdout
    for line in process.stdout:
        lines.append(line)
        if line.startswith("Collecting"):
            seen += 1
            show(f"  {seen} of {total}: {line.split()[1].split('==')[0]}")
        elif line.startswith("Installing collected"):
            show(f"  installing {seen} packages …")
    show("")
    return process.wait(), "".join(lines)


def show(text: str) -> None:
    """Shows one line of progress that replaces the previous one, on a terminal only."""
    if sys.stdout.isatty():
        print(f"\r{text[:70]:<70}", end="" if text else "\r", flush=True)


def pins(requirements: Path) -> set[str]:
    """The names that a lock pins."""
    return set(re.findall(r"^([A-Za-z0-9._-]+)==", requirements.read_text(), re.MULTILINE))


def remove(python: Path, names: set[str]) -> None:
    """Uninstalls packages of an earlier lock that are not in this one. Packages that the user added stay."""
    if names:
        call(str(python), "-m", "pip", "--disable-pip-version-check", "uninstall", "--yes", "--quiet", *sorted(names))


def run_quietly(command: list[str], otherwise: str) -> None:
    """Runs a command that should print nothing; raises SetUpError with its output if it fails."""
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if found.returncode:
        raise SetUpError(f"{otherwise} {(found.stderr or found.stdout).strip()[-500:]}")


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Holds a lock, so that two set-ups of one checkout wait for each other."""
    lock = locker()
    try:
        with (HERE / ".venv.lock").open("w") as file:
            lock(file.fileno())
            yield
    except OSError as problem:
        raise SetUpError(
            f"{HERE} cannot be written ({problem.strerror}): move the checkout to a folder of yours."
        ) from None


def locker() -> Callable[[int], object]:
    """The system's way of locking an open file until it is closed."""
    if os.name == "nt":
        import msvcrt

        return lambda file: msvcrt.locking(file, msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined]
    import fcntl

    return lambda file: fcntl.flock(file, fcntl.LOCK_EX)


def prepare_tests(python: str) -> None:
    """Downloads the model and, on Debian as root, Chromium and PostgreSQL; tests of what is missing are skipped."""
    if call(python, "-m", "evaluator", "model", "pull"):
        print("The embedded model could not be fetched: its tests are skipped.")
    wanted = [] if shutil.which("chromium") else ["chromium", "fonts-noto-cjk"]
    wanted += [] if any(Path("/usr/lib/postgresql").glob("*/bin/initdb")) else ["postgresql"]
    if wanted and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print(f"Installing {', '.join(wanted)} for the tests …", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update"], ["install", "-y", "--no-install-recommends", *wanted]):
            subprocess.run(
                ["apt-get", *step], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
            )


def call(*command: str) -> int:
    """Runs a command and returns its exit code."""
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again; it continues where it stopped.", file=sys.stderr)
        sys.exit(130)
