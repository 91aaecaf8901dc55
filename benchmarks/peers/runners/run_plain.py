"""No grader at all: a prompt that asks for reasons and points from 0 to n, as most people begin."""

import json
import re
import urllib.request

from job_file import describe, run

PROMPTS = {
    "zh": "请给下面的内容打分，满分{most}分，可以给0到{most}分。\n\n题目：{question}\n{reference}\n评分项：{criterion}\n\n"
    "内容：\n{answer}\n\n先简短说明理由，最后单独一行写“得分：数字”。",
    "en": "Give the following points from 0 to {most}.\n\nQuestion: {question}\n{reference}\nCriterion: {criterion}\n\n"
    'Answer:\n{answer}\n\nGive short reasons first, then a last line that says "Points: number".',
}
REFERENCE = {"zh": "参考答案：{}\n", "en": "Reference answer: {}\n"}


def make_scorer(base_url, model):
    def score(job):
        reference = REFERENCE[job["language"]].format(job["reference"]) if job["reference"] else ""
        prompt = PROMPTS[job["language"]].format(
            most=f"{job['criterion']['points']:g}",
            question=job["question"],
            reference=reference,
            criterion=describe(job["criterion"]),
            answer=job["answer"],
        )
        return read_points(ask(base_url, model, prompt), job["criterion"]["points"])

    return score


def ask(base_url, model, prompt):
    body = {"model": model, "temperature": 0, "max_tokens": 400, "messages": [{"role": "user", "content": prompt}]}
    request = urllib.request.Request(
        f"{base_url}/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=1800) as reply:
        return json.loads(reply.read())["choices"][0]["message"]["content"]


def read_points(text, most):
    """The number after the last "得分" or "Points", else the last number; None when it is off the scale."""
    named = re.findall(r"(?:得分|points)\W{0,6}(\d+(?:\.\d+)?)", text, re.IGNORECASE)
    found = named or re.findall(r"\d+(?:\.\d+)?", text)
    return float(found[-1]) if found and float(found[-1]) <= most else None


if __name__ == "__main__":
    run(make_scorer)
