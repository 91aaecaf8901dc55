"""deepeval: four G-Eval metrics with given steps, measured together for each transcript."""

import asyncio
import os

os.environ.setdefault("DEEPEVAL_TELEMETRY_OPT_OUT", "1")
os.environ.setdefault("DEEPEVAL_DISABLE_TIMEOUTS", "1")

from peer_file import run


def make_grade(base_url, rubric):
    from deepeval.metrics import GEval
    from deepeval.models import OpenAIModel
    from deepeval.test_case import LLMTestCase, SingleTurnParams

    model = OpenAIModel(
        model="scripted-1",
        api_key="none",
        base_url=base_url,
        cost_per_input_token=0,
        cost_per_output_token=0,
        temperature=0,
    )
    params = [SingleTurnParams.INPUT, SingleTurnParams.ACTUAL_OUTPUT]

    async def one(criterion, text):
        steps = [f"{level['points']:g} = {level['description']}" for level in criterion["levels"]]
        metric = GEval(name=criterion["name"], evaluation_steps=steps, evaluation_params=params, model=model)
        await metric.a_measure(LLMTestCase(input=rubric["task"], actual_output=text), _show_indicator=False)
        return metric.score

    async def grade(text):
        return list(await asyncio.gather(*(one(criterion, text) for criterion in rubric["criteria"])))

    return grade


if __name__ == "__main__":
    run(make_grade)
