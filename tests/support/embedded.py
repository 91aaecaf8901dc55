"""The mark of tests that ask the real embedded model: they run when its weights are on disk."""

from __future__ import annotations

import pytest

from evaluator.judge.backends.weights import status
from evaluator.settings import load_settings

NEEDS_WEIGHTS = [
    pytest.mark.model,
    pytest.mark.skipif(
        status(load_settings()).state not in ("ready", "own"),
        reason="the embedded model's weights are not on disk: run evaluator model pull",
    ),
]
