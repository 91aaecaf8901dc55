"""Starts the process that writes a store's folder anew; see `evaluator.references.rewriting`."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evaluator.errors import StorageError
from evaluator.references.entries import Entry

if TYPE_CHECKING:
    from evaluator.references.embedding import Vectors

PACKAGES = Path(__file__).parents[2]
LONGEST_S = 1800


def write_apart(folder: Path, entries: Sequence[Entry], vectors: Vectors) -> None:
    """A store with these entries and their vectors in an empty folder; StorageError if the process fails."""
    import numpy as np

    data = np.ascontiguousarray(vectors, dtype="<f4")
    told = {
        "folder": str(folder),
        "entries": [entry.model_dump(exclude={"digest"}) for entry in entries],
        "width": data.shape[1] if len(entries) else 0,
        "vectors": base64.b64encode(data.tobytes()).decode("ascii"),
    }
    path = os.pathsep.join(filter(None, (str(PACKAGES), os.environ.get("PYTHONPATH"))))
    done = subprocess.run(
        [sys.executable, "-m", "evaluator.references.rewriting"],
        input=json.dumps(told).encode(),
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        timeout=LONGEST_S,
        check=False,
    )
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise StorageError("references_no_access", path=folder, detail=" ".join(last) or done.returncode)
