"""Old Word files (.doc), converted to .docx by LibreOffice if it is installed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evaluator.bank.formats import docx
from evaluator.bank.formats.lines import Line
from evaluator.errors import InputError

TIMEOUT_S = 180  # a first start on a busy machine takes a minute


def read(path: Path) -> tuple[Line, ...]:
    """The lines of an old Word file; InputError if LibreOffice is missing, too slow, or cannot open it."""
    with as_docx(path) as converted:
        return docx.read(converted)


@contextmanager
def as_docx(path: Path) -> Iterator[Path]:
    """An old Word file as a .docx, which is deleted when the block ends; any other file unchanged."""
    if path.suffix.lower() != ".doc":
        yield path
        return
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise InputError("bank_no_libreoffice", file=path.name)
    with tempfile.TemporaryDirectory(prefix="evaluator-doc-", ignore_cleanup_errors=True) as folder:
        yield _convert(office, path, Path(folder))


def _convert(office: str, path: Path, folder: Path) -> Path:
    """Works on a copy with a plain name; a name starting with a dash would be read as an option."""
    copy = folder / "paper.doc"
    shutil.copyfile(path, copy)
    _run(_command(office, copy, folder), path.name)
    converted = copy.with_suffix(".docx")
    if not converted.exists():
        raise InputError("bank_damaged", file=path.name)
    return converted


def _command(office: str, copy: Path, folder: Path) -> list[str]:
    """Uses a private profile, so that conversions can run beside each other and beside an open LibreOffice window."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    options = ("--headless", "--norestore", "--nolockcheck", "--convert-to", "docx", "--outdir", str(folder))
    return [office, profile, *options, str(copy)]


def _run(command: list[str], name: str) -> None:
    """Runs `soffice`, a script that starts the office: after the timeout the whole process group must be ended."""
    try:
        started = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        raise InputError("bank_no_libreoffice", file=name) from None
    try:
        failed = started.wait(TIMEOUT_S) != 0
    except subprocess.TimeoutExpired:
        raise InputError("bank_office_slow", file=name, seconds=TIMEOUT_S) from None
    finally:
        _end(started)
    if failed:
        raise InputError("bank_damaged", file=name)


def _end(started: subprocess.Popen[bytes]) -> None:
    """Ends what is still running after a timeout, or when the user stopped the import."""
    if started.poll() is not None:
        return
    if hasattr(os, "killpg"):
        os.killpg(started.pid, signal.SIGKILL)
    else:
        started.kill()
    started.wait()
