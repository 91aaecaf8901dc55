"""evaluator: grades what people say and write on the job, and traces every point to the speaker's own words.

    import asyncio, evaluator
    card = asyncio.run(evaluator.evaluate("客服：您好…\\n客户：…", "cross-border-wrong-item"))
    print(card.total, [verdict.evidence for verdict in card.verdicts])

Importing this package loads nothing heavy: names are imported from their modules on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaluator.batch import evaluate_many
    from evaluator.errors import EvaluatorError
    from evaluator.grading import Progress, evaluate, open_judge
    from evaluator.judge import Judge
    from evaluator.rubric import Rubric
    from evaluator.rubrics import find as find_rubric
    from evaluator.scorecard import Evidence, Scorecard, UngradedVerdict, Verdict
    from evaluator.settings import Settings
    from evaluator.transcript import Transcript, parse

__version__ = "0.1.0"

_HOMES = {
    "EvaluatorError": "errors",
    "Evidence": "scorecard",
    "Judge": "judge.questions",
    "Progress": "grading",
    "Rubric": "rubric",
    "Scorecard": "scorecard",
    "Settings": "settings",
    "Transcript": "transcript",
    "UngradedVerdict": "scorecard",
    "Verdict": "scorecard",
    "evaluate": "grading",
    "evaluate_many": "batch.many",
    "find_rubric": "rubrics",
    "open_judge": "grading",
    "parse": "transcript",
}
_RENAMED = {"find_rubric": "find"}

__all__ = [
    "EvaluatorError",
    "Evidence",
    "Judge",
    "Progress",
    "Rubric",
    "Scorecard",
    "Settings",
    "Transcript",
    "UngradedVerdict",
    "Verdict",
    "evaluate",
    "evaluate_many",
    "find_rubric",
    "open_judge",
    "parse",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'evaluator' has no attribute {name!r}")
    home = importlib.import_module(f"evaluator.{_HOMES[name]}")
    return getattr(home, _RENAMED.get(name, name))


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
