"""The user's own models: any GGUF file from a path, an address or a hub, with its digest pinned at the first pull.

    evaluator model pull ~/models/qwen3-8b-q4.gguf
    evaluator model pull https://example.org/models/qwen3-8b-q4.gguf
    evaluator model pull hub:OWNER/REPO/FILE.gguf

Each is then called `embedded:NAME`, where NAME is the file name without its suffix. A note beside the weights
(`NAME.model.json`) records where they came from, their digest, and what `evaluator model check` measured.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

from filelock import FileLock, Timeout
from pydantic import ValidationError

from evaluator.encoding import Frozen
from evaluator.errors import InputError, ModelDamaged, ModelError, ModelMissing
from evaluator.files import write_in_one_step
from evaluator.judge.backends.downloading import BEGINS, Progress, fetch, half_of, shown
from evaluator.judge.backends.weights import kept_digest
from evaluator.settings import Settings, make_writable

PREFIX = "embedded:"
HUB = "hub:"
ENDING = ".gguf"
NOTE = ".model.json"


class Measured(Frozen):
    """What `model check` measured for a model on this machine."""

    knows: bool
    understands: tuple[Literal["zh", "en"], ...]
    knowledge: str  # correct and asked, by language
    seconds_per_question: float
    version: int  # of the questions


class OwnModel(Frozen):
    """One model. `path` is the location of its weights: beside the note, or where the user keeps them."""

    name: str
    path: Path
    source: str
    size: int  # bytes
    sha256: str
    pulled_at: datetime
    measured: Measured | None = None


def own_models(settings: Settings) -> list[OwnModel]:
    """All pulled models by name; unreadable notes are left out."""
    found = []
    for note in sorted(settings.model_dir.glob(f"*{NOTE}")):
        try:
            found.append(OwnModel.model_validate_json(note.read_text(encoding="utf-8")))
        except (OSError, ValidationError):
            continue
    return found


def require_own(settings: Settings, name: str, progress: Progress | None = None) -> OwnModel:
    """The model called `name`, with its weights as pinned; otherwise ModelMissing or ModelDamaged."""
    known = {model.name: model for model in own_models(settings)}
    if name not in known:
        raise ModelMissing("own_model_unknown", name=name, known=", ".join(known) or "–")
    model = known[name]
    if not model.path.is_file():
        raise ModelMissing("own_model_gone", name=name, path=model.path, source=model.source)
    if model.path.stat().st_size != model.size or kept_digest(model.path, progress) != model.sha256:
        raise ModelDamaged("own_model_changed", name=name, path=model.path, source=model.source)
    return model


def pull_own(settings: Settings, source: str, *, anew: bool = False, progress: Progress | None = None) -> OwnModel:
    """Makes the model at `source` usable, and pins its digest.

    A file on this machine stays where it is. A model that was pulled before is only checked; if the source now has
    other weights, ModelDamaged says so, unless `anew` asks for them. Raises InputError for an invalid source or a file
    that is not GGUF.
    """
    folder = make_writable(settings.model_dir)
    name = name_of(source)
    try:
        with FileLock(folder / f".{name}.lock", timeout=0):
            return _pull(settings, name, source, anew, progress)
    except Timeout:
        raise ModelError("own_model_busy", name=name) from None


def keep_measured(settings: Settings, name: str, measured: Measured) -> None:
    """Stores what was measured for a model."""
    for model in own_models(settings):
        if model.name == name:
            _write(settings.model_dir, model.model_copy(update={"measured": measured}))


def name_of(source: str) -> str:
    """The name of a model from `source`; InputError if that is not a source of a GGUF file."""
    path = urlsplit(source).path if "://" in source else source.removeprefix(HUB)
    file = unquote(path).replace("\\", "/").rsplit("/", 1)[-1]
    name = re.sub(r"[^\w.+-]+", "-", file[: -len(ENDING)]).strip("-.") if file.lower().endswith(ENDING) else ""
    hub_parts = source.removeprefix(HUB).split("/") if source.startswith(HUB) else []
    if not name or (hub_parts and (len(hub_parts) < 3 or not all(hub_parts))):
        raise InputError("own_model_source", source=source)
    return name


def address_of(source: str) -> str | None:
    """The address of a source; None for a local file. The hub is Hugging Face, or the mirror in HF_ENDPOINT."""
    if source.startswith(HUB):
        owner, repository, *path = source.removeprefix(HUB).split("/")
        hub = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
        return f"{hub}/{quote(owner)}/{quote(repository)}/resolve/main/{quote('/'.join(path))}"
    return source if source.startswith(("http://", "https://")) else None


def _pull(settings: Settings, name: str, source: str, anew: bool, progress: Progress | None) -> OwnModel:
    folder = settings.model_dir
    pinned = next((model for model in own_models(settings) if model.name == name), None)
    address = address_of(source)
    if address is None:
        path = Path(source).expanduser().resolve()
        found = _look(path, source, progress)
    elif pinned and not anew and pinned.path.is_file() and kept_digest(pinned.path, progress) == pinned.sha256:
        return pinned
    else:
        path = folder / f"{name}{ENDING}"
        found = _load(address, source, path, progress, pinned, anew)
    if pinned and not anew and pinned.sha256 != found.sha256:
        raise ModelDamaged(
            "own_model_other", name=name, source=found.source, pinned=pinned.sha256[:16], now=found.sha256[:16]
        )
    kept = pinned if pinned and pinned.sha256 == found.sha256 else None
    made = found.model_copy(update={"name": name, "measured": kept.measured if kept else None})
    _write(folder, made)
    return made


def _look(path: Path, source: str, progress: Progress | None) -> OwnModel:
    if not path.is_file():
        raise InputError("file_missing", path=source)
    with path.open("rb") as file:
        if file.read(4) != BEGINS:
            raise InputError("download_no_gguf", url=source)
    digest = kept_digest(path, progress)
    return OwnModel(
        name="", path=path, source=str(path), size=path.stat().st_size, sha256=digest, pulled_at=datetime.now(UTC)
    )


def _load(
    address: str, source: str, path: Path, progress: Progress | None, pinned: OwnModel | None, anew: bool
) -> OwnModel:
    told = shown(address) if not source.startswith(HUB) else source
    loaded = fetch(address, path, progress, _rights(source))
    if loaded.promised and loaded.promised != loaded.sha256:
        loaded.path.unlink()
        raise ModelDamaged("download_damaged", url=told)
    if pinned and not anew and pinned.sha256 != loaded.sha256:
        loaded.path.unlink()
        raise ModelDamaged(
            "own_model_other", name=pinned.name, source=told, pinned=pinned.sha256[:16], now=loaded.sha256[:16]
        )
    loaded.path.replace(path)
    half_of(path)[1].unlink(missing_ok=True)
    kept_digest(path, None, known=loaded.sha256)
    return OwnModel(
        name="", path=path, source=told, size=loaded.size, sha256=loaded.sha256, pulled_at=datetime.now(UTC)
    )


def _rights(source: str) -> dict[str, str]:
    """The user's token, sent only to the hub."""
    token = os.environ.get("HF_TOKEN", "").strip()
    return {"Authorization": f"Bearer {token}"} if token and source.startswith(HUB) else {}


def _write(folder: Path, model: OwnModel) -> None:
    note = folder / f"{model.name}{NOTE}"
    write_in_one_step(note, model.model_dump_json(indent=1))
