"""Work that a first grading would wait for, done while the person is still pasting the text."""

from __future__ import annotations

import asyncio

from evaluator.grading.evaluation import compare
from evaluator.grading.material import empty_state, role_name
from evaluator.judge import is_embedded, render_question
from evaluator.rubric import Rubric
from evaluator.rubrics import plan_anchors, with_key_points
from evaluator.settings import Settings
from evaluator.transcript import parse


async def prepare(rubric: Rubric, settings: Settings) -> None:
    """Loads the embedded model, lets it read the instructions and the rubric's task, and embeds the rubric's sentences.

    Nothing is asked, and only vectors are stored. Other models are left alone, since asking them may cost money. Raises
    ModelMissing and ModelError as in a grading.
    """
    if not is_embedded(settings.model):
        return
    from evaluator.judge.backends import EmbeddedAsker

    asker = await asyncio.to_thread(EmbeddedAsker, settings, settings.model)
    questions = plan_anchors(rubric, knows=asker.traits.knows)
    some_text = parse(f"{role_name('agent', rubric.language)}{rubric.title}", form=rubric.form)
    compared = asyncio.to_thread(compare, with_key_points(rubric), some_text)
    if questions:
        await asyncio.gather(compared, asker.prepare(render_question(empty_state(rubric), questions[0])))
    else:
        await compared
