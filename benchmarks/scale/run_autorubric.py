"""autorubric: one rubric of four criteria with levels as options, as its users write it."""

import os

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

from peer_file import run


def make_grade(base_url, rubric):
    from autorubric import Criterion, CriterionOption, LLMConfig, Rubric
    from autorubric.graders import CriterionGrader

    config = LLMConfig(model="openai/scripted-1", api_base=base_url, api_key="none", temperature=0.0, timeout=60.0)
    grader = CriterionGrader(judge_model_config=config, seed=1)
    criteria = [
        Criterion(
            name=one["id"],
            requirement=one["name"],
            options=[CriterionOption(label=x["description"], value=x["points"] / one["points"]) for x in one["levels"]],
            weight=1.0,
        )
        for one in rubric["criteria"]
    ]
    wanted = Rubric(criteria)

    async def grade(text):
        report = await wanted.grade(text, grader, query=rubric["task"])
        if report.error:
            raise RuntimeError(report.error)
        return [report.score]

    return grade


if __name__ == "__main__":
    run(make_grade)
