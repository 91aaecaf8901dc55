"""Keys of the HTTP API: generated here, shown once, stored as digests with their scopes."""

from __future__ import annotations

import hashlib
import json
import secrets
from pathlib import Path
from typing import Literal, get_args

from pydantic import ValidationError

from evaluator.encoding import Strict
from evaluator.errors import InputError
from evaluator.files import not_written, write_in_one_step
from evaluator.settings import Role, Settings, make_writable

Scope = Literal["grade", "batch", "read", "override", "decide", "metrics"]
SCOPES: tuple[Scope, ...] = get_args(Scope)


class Key(Strict):
    """A key without its secret: its name, its scopes, and the owner of its records."""

    name: str
    digest: str
    scopes: tuple[Scope, ...]
    owner: str = ""
    role: Role | None = None  # what the key's bearer may do at most; None leaves it to the scopes


class Keys:
    """The keys in the file `service-keys.json` in the data folder."""

    def __init__(self, settings: Settings) -> None:
        self.path = settings.data_dir / "service-keys.json"
        self._seen: tuple[int, int] | None = None
        self._keys: dict[str, Key] = {}

    def find(self, secret: str) -> Key | None:
        """The key with that secret; a changed file is read again, so that revoking a key takes effect at once."""
        return self.all().get(_digest(secret))

    def all(self) -> dict[str, Key]:
        """All keys by digest."""
        try:
            found = self.path.stat()
        except OSError:
            self._seen, self._keys = None, {}
            return {}
        state = (found.st_mtime_ns, found.st_size)
        if state != self._seen:
            try:
                entries = json.loads(self.path.read_text(encoding="utf-8"))
                self._keys = {key.digest: key for key in map(Key.model_validate, entries)}
            except (ValueError, ValidationError, OSError) as error:
                raise InputError("service_keys_unreadable", path=self.path, detail=type(error).__name__) from None
            self._seen = state
        return self._keys

    def add(self, name: str, scopes: tuple[str, ...], owner: str = "", role: str | None = None) -> str:
        """Creates a key and returns its secret, which is not stored; replaces a key of the same name."""
        unknown = set(scopes) - set(SCOPES)
        if unknown:
            raise InputError("service_scope_unknown", scope=", ".join(sorted(unknown)), known=", ".join(SCOPES))
        if role is not None and role not in get_args(Role):
            raise InputError("service_role_unknown", role=role, known=", ".join(get_args(Role)))
        secret = f"ev_{secrets.token_urlsafe(32)}"
        key = Key(name=name, digest=_digest(secret), scopes=scopes or SCOPES, owner=owner, role=role)  # type: ignore[arg-type]
        self._write([one for one in self.all().values() if one.name != name] + [key])
        return secret

    def remove(self, name: str) -> bool:
        """Removes a key; False if there is none of that name."""
        keys = [*self.all().values()]
        left = [one for one in keys if one.name != name]
        if len(left) < len(keys):
            self._write(left)
        return len(left) < len(keys)

    def _write(self, keys: list[Key]) -> None:
        make_writable(self.path.parent)
        text = json.dumps([key.model_dump() for key in keys], ensure_ascii=False, indent=1)
        try:
            write_in_one_step(Path(self.path), text)
        except OSError as error:
            raise not_written(self.path, error) from None


def _digest(secret: str) -> str:
    """The secrets are random and long, so a plain digest cannot be reversed."""
    return hashlib.sha256(secret.encode()).hexdigest()
