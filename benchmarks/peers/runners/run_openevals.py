"""openevals: its LLM-as-judge with a closed choice of points and its reasoning, one call a criterion."""

from job_file import describe, run, scale

PROMPT = """Grade the output by this criterion only:
{criterion}

<question>
{inputs}
</question>
{reference}
<output>
{outputs}
</output>"""


def make_scorer(base_url, model):
    from openai import OpenAI
    from openevals.llm import create_llm_as_judge

    client = OpenAI(base_url=base_url, api_key="none", timeout=1800, max_retries=0)

    def score(job):
        judge = create_llm_as_judge(prompt=PROMPT, judge=client, model=model, choices=scale(job["criterion"]))
        reference = f"<reference>\n{job['reference']}\n</reference>" if job["reference"] else ""
        given = judge(
            inputs=job["question"], outputs=job["answer"], criterion=describe(job["criterion"]), reference=reference
        )
        return None if given["score"] is None else float(given["score"])

    return score


if __name__ == "__main__":
    run(make_scorer)
