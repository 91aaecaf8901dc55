"""inspect_ai: its model client, four graded questions a transcript in the wording of its model-graded scorer."""

import asyncio

from peer_file import run

PROMPT = (
    '{task}\n\n[TEXT]\n{text}\n\n[CRITERION]\n{name}\n{levels}\n\nReply with JSON: {{"score": NUMBER, "reason": TEXT}}'
)


def make_grade(base_url, rubric):
    import json

    from inspect_ai.model import GenerateConfig, get_model

    model = get_model(
        "openai-api/scripted/scripted-1", base_url=base_url, api_key="none", config=GenerateConfig(max_connections=256)
    )

    async def one(criterion, text):
        levels = "\n".join(f"{level['points']:g} = {level['description']}" for level in criterion["levels"])
        asked = PROMPT.format(task=rubric["task"], text=text, name=criterion["name"], levels=levels)
        reply = await model.generate(asked)
        return json.loads(reply.completion).get("score")

    async def grade(text):
        return list(await asyncio.gather(*(one(criterion, text) for criterion in rubric["criteria"])))

    return grade


if __name__ == "__main__":
    run(make_grade)
