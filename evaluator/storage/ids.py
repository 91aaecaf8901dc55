"""Record ids: short, in time order, without letters that are easily confused.

Eight characters encode the milliseconds since 2026 (enough until 2060) and four are random, in Crockford's base 32: no
i, l, o or u. Within one process ids rise strictly even if the clock does not.
"""

from __future__ import annotations

import secrets
import threading
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
EPOCH_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z
_MISTAKEN = str.maketrans({"o": "0", "i": "1", "l": "1"})

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A new id of twelve characters; later ones sort after earlier ones."""
    global _last
    with _lock:
        moment = max(int(time.time() * 1000) - EPOCH_MS, 0)
        value = (moment << 20) | secrets.randbits(20)
        _last = max(value, _last + 1)
        return _encode(_last)


def read_id(text: str) -> str:
    """An id, or the start of one, as somebody typed it: upper case and confused letters are corrected."""
    return text.strip().lower().translate(_MISTAKEN)


def _encode(value: int) -> str:
    return "".join(ALPHABET[(value >> shift) & 31] for shift in range(55, -1, -5))
