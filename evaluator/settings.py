"""Settings: what the user chose, from the environment (EVALUATOR_…) and a TOML file in the user's config folder.

Arguments override the environment, and the environment overrides the file. The file lies outside any repository and
holds the API key, readable by its owner only.
"""

from __future__ import annotations

import difflib
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from evaluator.encoding import keep_secret, redact, secrets_of
from evaluator.errors import InputError
from evaluator.files import make_private_dir, not_written, read_bounded, write_in_one_step

Role = Literal["trainee", "grader", "reviewer", "trainer", "administrator"]

_WAYS = ("swapped:", "structured:", "decisions:", "readout:")
MAX_BYTES = 1_000_000
_KEY_NAMES = ("_API_KEY", "_TOKEN", "_SECRET", "_PASSWORD")  # of variables, such as OPENAI_API_KEY
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def config_path() -> Path:
    """The settings file: EVALUATOR_CONFIG, or settings.toml in the user's config folder. It need not exist."""
    chosen = os.environ.get("EVALUATOR_CONFIG")
    folder = platformdirs.user_config_dir("evaluator", appauthor=False)
    return Path(chosen).expanduser() if chosen else Path(folder) / "settings.toml"


def _default_data_dir() -> Path:
    return Path(platformdirs.user_data_dir("evaluator", appauthor=False))


class Settings(BaseSettings):
    """All settings. `load_settings()` reads them and reports an invalid one in one sentence."""

    model_config = SettingsConfigDict(
        env_prefix="EVALUATOR_", env_ignore_empty=True, extra="forbid", validate_default=False
    )

    data_dir: Path = Field(default_factory=_default_data_dir, description="Records, references and models lie here.")
    cache_dir: Path | None = Field(default=None, description="Model weights, if they should lie elsewhere.")
    rubric_dir: Path | None = Field(default=None, description="Your own rubrics; data_dir/rubrics by default.")
    database_url: str | None = Field(default=None, description="SQLAlchemy URL; SQLite in data_dir by default.")
    chroma_url: str | None = Field(default=None, description="A Chroma server; embedded in data_dir by default.")
    chroma_token: SecretStr | None = Field(default=None, description="The bearer token of the Chroma server.")

    model: str = Field(default="embedded", description="The model that judges.")
    audio_model: str | None = Field(default=None, description="The model that transcribes recordings.")
    model_file: Path | None = Field(default=None, description="Weights that you already have.")
    engine: Literal["auto", "ik", "xllamacpp"] = Field(default="auto", description="What runs the embedded model.")
    threads: int | None = Field(
        default=None, ge=1, le=256, description="Threads that read; one a processor, eight at most."
    )
    gpu_layers: int | None = Field(default=None, ge=0, description="Layers on a GPU; as many as fit by default.")
    base_url: str | None = Field(default=None, description="Address of an OpenAI-compatible endpoint.")
    api_key: SecretStr | None = Field(default=None, description="Its key.")
    api_key_for: str | None = Field(
        default=None, description="The vendor or address that the key belongs to; it is sent nowhere else."
    )

    lang: Literal["zh", "en"] | None = Field(default=None, description="Language of texts; the locale's by default.")
    connect_timeout_s: float = Field(default=10.0, gt=0)
    request_timeout_s: float = Field(default=120.0, gt=0)
    concurrency: int = Field(default=4, ge=1, description="Gradings at the same time in a batch.")
    ray_workers: int | None = Field(default=None, ge=1, description="Workers of the engine ray; one a core by default.")
    provider_poll_s: float = Field(
        default=30.0, gt=0, le=45, description="How often a provider's batch job is looked at."
    )
    requests_at_once: int = Field(default=64, ge=1, description="Requests in flight to one endpoint.")
    attempts: int = Field(default=5, ge=1, le=20, description="Tries of one request.")
    output_limit: int | None = Field(
        default=None, ge=64, le=200_000, description="Tokens of one reply, thinking included; 8192 by default."
    )
    request_fields: dict[str, Any] = Field(
        default_factory=dict, description="Further fields of every request, such as one that switches thinking off."
    )
    samples: int = Field(default=1, ge=1, le=50, description="Samples of a model that only writes JSON.")
    # docs/benchmarks.md: above it the embedded model's answers say little, and at .6 hardly any would be kept
    cascade_doubt: float = Field(
        default=0.9, ge=0, le=1, description="Entropy from which cascade: asks its second model."
    )
    service_max_bytes: int = Field(default=5_000_000, ge=1000, description="Largest request of the HTTP API.")
    service_rate: int = Field(default=600, ge=1, description="Requests a minute and key of the HTTP API.")
    webhook_hosts: list[str] = Field(default_factory=list, description="Hosts that webhooks may be sent to.")
    webhook_secret: SecretStr | None = Field(default=None, description="What webhooks are signed with.")
    privacy: Literal["strict", "standard", "off"] = Field(
        default="off",
        description="What may leave this machine: nothing (strict), texts without personal data (standard), texts (off).",
    )
    mask_order_numbers: bool = Field(default=False, description="Whether order numbers are personal data too.")
    roles: dict[Role, list[str]] = Field(
        default_factory=dict, description="Who has which role, by e-mail address; without any, roles are off."
    )
    default_role: Role = Field(default="trainee", description="The role of whoever is signed in and not listed.")
    prices: Path | None = Field(default=None, description="Your own price list, in the form of the one that ships.")
    budget_usd: float | None = Field(default=None, ge=0, description="Spending limit of one run; none by default.")

    def __repr_args__(self) -> Any:
        """Passwords in addresses stay out of `repr` and `str`, and so out of a debugger's or a test's output."""
        for name, value in super().__repr_args__():
            yield name, redact(value) if isinstance(value, str) else value

    @field_validator("lang", mode="before")
    @classmethod
    def _language_of_locale(cls, value: Any) -> Any:
        """`zh_CN.UTF-8` means zh, because people copy their locale's value."""
        lowered = value.lower() if isinstance(value, str) else ""
        return next((known for known in ("zh", "en") if lowered.startswith(known)), value)

    @field_validator("data_dir", "cache_dir", "rubric_dir", "model_file", "prices")
    @classmethod
    def _home_means_home(cls, value: Path | None) -> Path | None:
        return value.expanduser() if value else value

    @property
    def model_dir(self) -> Path:
        """The folder for weights."""
        return self.cache_dir or self.data_dir / "models"

    @property
    def user_rubric_dir(self) -> Path:
        """The folder for the user's own rubrics."""
        return self.rubric_dir or self.data_dir / "rubrics"

    @property
    def chroma_dir(self) -> Path:
        """The folder of the embedded reference store."""
        return self.data_dir / "chroma"

    @property
    def records_url(self) -> str:
        """SQLAlchemy URL of the records."""
        return self.database_url or f"sqlite:///{self.data_dir / 'records.db'}"

    @property
    def is_on_server(self) -> bool:
        """Whether the records are on a database server, which several machines may share."""
        return not self.records_url.startswith("sqlite")

    @property
    def bank_url(self) -> str:
        """SQLAlchemy URL of the question bank; beside the records if those are on a server."""
        return self.records_url if self.is_on_server else f"sqlite:///{self.data_dir / 'bank.db'}"

    @property
    def memo_path(self) -> Path:
        """The cache of a model's answers."""
        return self.data_dir / "memo.db"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the file; a `.env` in the current folder is never read."""
        return init_settings, env_settings, _File(settings_cls, config_path())


class _File(TomlConfigSettingsSource):
    """The settings file. A key that does not say where it belongs belongs to the address in the same file."""

    def _read_file(self, file_path: Any) -> dict[str, Any]:
        return _stored(Path(file_path))

    def __call__(self) -> dict[str, Any]:
        found = super().__call__()
        if found.get("api_key") and not found.get("api_key_for") and not os.environ.get("EVALUATOR_API_KEY"):
            found["api_key_for"] = _destination_in(found)
        return found


def destination_of(model: str, base_url: str | None = None) -> str | None:
    """The destination of requests to a model of this name: a vendor, or scheme, host and port of an address.

    None for the embedded model, and if several vendors are asked.
    """
    joint = model.strip().removeprefix("panel:").removeprefix("cascade:")
    parts = re.split(r"[+>]", joint) if joint != model.strip() else [joint]
    found = {_destination(part.strip(), base_url) for part in parts} - {None}
    return found.pop() if len(found) == 1 else None


def _destination(name: str, base_url: str | None) -> str | None:
    way = ""
    while (head := next((one for one in _WAYS if name.startswith(one)), "")) != "":
        way, name = head, name.removeprefix(head)
    if name in ("embedded", ""):
        return None
    if name.startswith(("http://", "https://")):
        return _origin(name)
    if base_url:
        return _origin(base_url)
    return "openai" if way == "decisions:" and ":" not in name else name.partition(":")[0]


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address.partition("#")[0])
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return address
    return f"{parts.scheme}://{parts.hostname}:{port}"


def _destination_in(stored: Mapping[str, Any]) -> str | None:
    return destination_of(str(stored.get("model") or "embedded"), stored.get("base_url"))


def load_settings(**chosen: Any) -> Settings:
    """The settings, overridden by those in `chosen` that are not None; InputError names an invalid setting."""
    try:
        settings = Settings(**{name: value for name, value in chosen.items() if value is not None})
        _keep_secrets(settings)
        return settings
    except ValidationError as error:
        raise _wrong_setting(error) from None
    except (SettingsError, RecursionError) as error:  # a list or table in the environment that is not JSON
        name = next((name for name in Settings.model_fields if f'"{name}"' in str(error)), "?")
        values = {"name": name, "variable": f"EVALUATOR_{name.upper()}", "detail": 'JSON: ["…"], {"…": …}'}
        raise InputError("settings_wrong", **values) from None


def save_settings(**changes: Any) -> Path:
    """Writes `changes` into the settings file (None removes a setting) and returns its path; checks them first.

    A key is stored with the vendor or address that the model then has. Changing the address without giving a key
    deletes the stored one: it must not be sent to a host that it was not entered for.
    """
    import tomli_w

    path = config_path()
    before = _stored(path)
    known = {**before, **{name: _plain(value) for name, value in changes.items()}}
    if changes.get("api_key"):
        known["api_key_for"] = changes.get("api_key_for") or _destination_in(known)
    elif known.get("api_key") and _destination_in(known) != (before.get("api_key_for") or _destination_in(before)):
        known["api_key"] = None
    if not known.get("api_key"):
        known["api_key_for"] = None
    known = {name: value for name, value in known.items() if value is not None}
    try:
        Settings.model_validate(known)
    except ValidationError as error:
        raise _wrong_setting(error) from None
    make_writable(path.parent)
    _write_private(path, tomli_w.dumps(known))
    return path


def _keep_secrets(settings: Settings) -> None:
    """Registers the secrets of the settings and of vendors' own variables for redaction."""
    key = settings.api_key.get_secret_value() if settings.api_key else None
    addresses = (settings.database_url, settings.chroma_url, settings.base_url, *re.split(r"[+>]", settings.model))
    passwords = [
        one for address in addresses for one in secrets_of(address and address[max(0, address.find("http")) :])
    ]
    proxies = [one for name in _PROXIES for one in secrets_of(os.environ.get(name) or os.environ.get(name.lower()))]
    tokens = [one.get_secret_value() for one in (settings.chroma_token, settings.webhook_secret) if one]
    vendors = [value for name, value in os.environ.items() if name.upper().endswith(_KEY_NAMES) and len(value) >= 8]
    keep_secret(key, *tokens, *vendors, *passwords, *secrets_of(settings.database_url), *proxies)


def make_writable(folder: Path) -> Path:
    """Creates `folder` for its owner only if it is missing, and proves that it is writable; raises StorageError."""
    try:
        make_private_dir(folder)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"1")
    except OSError as error:
        raise not_written(folder, error) from None
    return folder


def _stored(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_bounded(path, MAX_BYTES).decode("utf-8"))
    except FileNotFoundError:
        return {}
    except RecursionError:
        raise InputError("settings_unreadable", path=path, detail="[[[…") from None
    except OSError as error:
        raise InputError("settings_unreadable", path=path, detail=error.strerror or error) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError("settings_unreadable", path=path, detail=error) from None


def _plain(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value) if isinstance(value, Path) else value


def _write_private(path: Path, text: str) -> None:
    """Replaces the file atomically, readable by its owner only, because it may hold a key."""
    try:
        write_in_one_step(path, text)
    except OSError as error:
        raise not_written(path, error) from None


def _wrong_setting(error: ValidationError) -> InputError:
    """The first fault, without the value, which could be a key."""
    first = error.errors(include_input=False, include_url=False)[0]
    name = str(first["loc"][0]) if first["loc"] else "?"
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, Settings.model_fields, n=1)
        known = near[0] if near else ", ".join(sorted(Settings.model_fields))
        return InputError("settings_unknown", name=name, known=known, path=config_path())
    return InputError("settings_wrong", name=name, variable=f"EVALUATOR_{name.upper()}", detail=first["msg"])
