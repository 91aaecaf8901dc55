"""autorubric: a criterion with levels as ordered options, one call a criterion."""

import asyncio
import os

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

from job_file import run


def make_scorer(base_url, model):
    from autorubric import Criterion, CriterionOption, LLMConfig, Rubric
    from autorubric.graders import CriterionGrader

    config = LLMConfig(
        model=f"openai/{model}", api_base=base_url, api_key="none", temperature=0.0, timeout=1800.0, max_retries=0
    )
    grader = CriterionGrader(judge_model_config=config, seed=1)
    loop = asyncio.new_event_loop()

    def score(job):
        wanted = job["criterion"]
        options = [
            CriterionOption(label=level["description"], value=level["points"] / wanted["points"])
            for level in wanted["levels"]
        ]
        text = ": ".join(part for part in (wanted["name"], wanted["description"]) if part)
        rubric = Rubric([Criterion(name=wanted["id"], requirement=text, options=options, weight=1.0)])
        report = loop.run_until_complete(
            rubric.grade(job["answer"], grader, query=job["question"], reference_submission=job["reference"] or None)
        )
        if report.error:
            raise RuntimeError(report.error)
        return None if report.score is None else report.score * wanted["points"]

    return score


if __name__ == "__main__":
    run(make_scorer)
