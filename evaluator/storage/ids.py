"""Record ids: short, in time order, without letters that are easily confused.

Eight characters encode the milliseconds since 2026 (enough until 2060) and four are random, in Crockford's base 32: no
i, l, o or u. Ids rise strictly within one process, and `tables.InOrder` lets them rise across processes, even if somebody
sets the clock back: the newest of several rows is the one with the highest id, never the one with the latest time.
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


def new_id(after: str = "") -> str:
    """A new id of twelve characters; it sorts after this process's earlier ones, and after the id `after`."""
    global _last
    with _lock:
        value = (_moment() << 20) | secrets.randbits(20)
        _last = max(value, _last + 1, _decode(after) + 1)
        return _encode(_last)


def is_ahead(id: str) -> bool:
    """Whether an id is from a later time than the clock shows, because somebody set the clock back."""
    return _decode(id) >> 20 > _moment()


def _moment() -> int:
    return max(int(time.time() * 1000) - EPOCH_MS, 0)


def read_id(text: str) -> str:
    """An id, or the start of one, as somebody typed it: upper case and confused letters are corrected."""
    return text.strip().lower().translate(_MISTAKEN)


def _encode(value: int) -> str:
    return "".join(ALPHABET[(value >> shift) & 31] for shift in range(55, -1, -5))


def _decode(id: str) -> int:
    """The number that an id encodes; 0 for one that was not made here."""
    if len(id) != 12 or not set(id) <= set(ALPHABET):
        return 0
    value = 0
    for char in id:
        value = value << 5 | ALPHABET.index(char)
    return value
