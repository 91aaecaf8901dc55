"""deepeval: G-Eval with its own evaluation steps and log-probabilities, one metric a criterion."""

import os

os.environ.setdefault("DEEPEVAL_TELEMETRY_OPT_OUT", "1")
os.environ.setdefault("DEEPEVAL_DISABLE_TIMEOUTS", "1")
os.environ.setdefault("DEEPEVAL_PER_ATTEMPT_TIMEOUT_SECONDS_OVERRIDE", "1800")  # a processor takes minutes

from job_file import describe, run


def make_scorer(base_url, model):
    from deepeval.metrics import GEval
    from deepeval.models import OpenAIModel
    from deepeval.test_case import LLMTestCase, SingleTurnParams

    judge = OpenAIModel(
        model=model, api_key="none", base_url=base_url, cost_per_input_token=0, cost_per_output_token=0, temperature=0
    )
    metrics = {}

    def score(job):
        wanted = describe(job["criterion"])
        params = [SingleTurnParams.INPUT, SingleTurnParams.ACTUAL_OUTPUT]
        params += [SingleTurnParams.EXPECTED_OUTPUT] if job["reference"] else []
        if (wanted, len(params)) not in metrics:  # the steps that G-Eval writes for a criterion are kept, as it does
            metrics[wanted, len(params)] = GEval(
                name=job["criterion"]["name"],
                criteria=wanted,
                evaluation_params=params,
                model=judge,
                async_mode=False,
            )
        metric = metrics[wanted, len(params)]
        case = LLMTestCase(input=job["question"], actual_output=job["answer"], expected_output=job["reference"] or None)
        metric.measure(case, _show_indicator=False)
        return None if metric.score is None else float(metric.score) * job["criterion"]["points"]

    return score


if __name__ == "__main__":
    run(make_scorer)
