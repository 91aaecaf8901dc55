"""Writes `rubrics/anchors.json`: what the embedded model says of the shipped rubrics' anchors.

    python -m benchmarks.anchors

Run it after a change of a shipped rubric, a prompt or the weights. What was asked before is taken from benchmarks/cache,
and from the file itself: its answers count for the very text and question that they were given to. To have all of them
read anew, as after a change of the engine, empty both.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from benchmarks.asking import open_memo_judge
from benchmarks.examples import shipped
from evaluator.grading.material import anchor_states
from evaluator.judge.combined.memory import RememberingJudge, question_key
from evaluator.judge.combined.shipped import shipped_file
from evaluator.judge.questions import Ungraded
from evaluator.rubric import Rubric
from evaluator.rubrics.questions import plan_anchors


async def answers_for(rubric: Rubric, judge: RememberingJudge) -> dict[str, Any]:
    """What the judge says of a rubric's anchors, by key."""
    found, questions = {}, plan_anchors(rubric, knows=judge.traits.knows)
    for state in anchor_states(rubric).values():
        reply = await judge.decide(state, questions)
        for question in questions:
            answer = reply.answers[question.id]
            if isinstance(answer, Ungraded):
                raise SystemExit(f"{rubric.id}, {question.id}: {answer.cause} {answer.detail}; nothing was written")
            kept = {"model": reply.model, "answer": answer.model_dump(exclude_defaults=True)}
            found[question_key(judge.stamp, state, question)] = kept
    return found


async def main() -> None:
    """Asks about all shipped rubrics and writes the file, an answer a line."""
    judge, answers = open_memo_judge(), dict[str, Any]()
    for rubric in shipped([]):
        answers |= await answers_for(rubric, judge)
        print(f"{rubric.id}: {len(answers)} answers so far", flush=True)
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(answer)}" for key, answer in sorted(answers.items()))
    shipped_file().write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
