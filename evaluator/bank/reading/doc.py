"""Old Word files (.doc), turned into .docx by LibreOffice where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from evaluator.bank.reading import docx
from evaluator.bank.reading.lines import Line
from evaluator.errors import InputError

TIMEOUT_S = 120


def read(path: Path) -> tuple[Line, ...]:
    """The lines of an old Word file; InputError where LibreOffice is missing or cannot open it."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise InputError("bank_no_libreoffice", file=path.name)
    with tempfile.TemporaryDirectory(prefix="evaluator-doc-") as folder:
        return docx.read(_convert(office, path, Path(folder)))


def _convert(office: str, path: Path, folder: Path) -> Path:
    """A private profile, so that a LibreOffice window that is open does not get in the way."""
    command = [
        office,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        *("--headless", "--convert-to", "docx", "--outdir", str(folder), str(path)),
    ]
    try:
        subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=True)
    except (subprocess.SubprocessError, OSError):
        raise InputError("bank_damaged", file=path.name) from None
    converted = folder / f"{path.stem}.docx"
    if not converted.exists():
        raise InputError("bank_damaged", file=path.name)
    return converted
