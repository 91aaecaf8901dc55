"""Writes a store's folder in a fresh process, for `ReferenceStore.erase`.

The index of vectors is written with whatever the process had in unused memory, which in a process that has read somebody's
words can be these words. A process that never saw them cannot write them.
"""

from __future__ import annotations

import base64
import json
import sys

from evaluator.references.entries import Entry
from evaluator.references.store import open_folder


def main() -> None:
    """Reads the request from standard input and writes the store."""
    import numpy as np

    told = json.loads(sys.stdin.buffer.read())
    entries = [Entry.model_validate(one) for one in told["entries"]]
    store = open_folder(told["folder"])
    if entries:
        data = np.frombuffer(base64.b64decode(told["vectors"]), dtype="<f4")
        store.write_vectors(entries, data.reshape(len(entries), told["width"]))


if __name__ == "__main__":
    main()
