"""How the embedded model reads labelled turns: log-odds of "yes" above a turn that says nothing.

    python -m benchmarks.practice judge --seconds 540

Each question that the product could ask about a turn of turns.yaml is printed with the classifier's chance and the
model's log-odds. Readings are kept in the data folder, so a stopped run resumes.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from evaluator.encoding import read_yaml
from evaluator.grading import open_judge
from evaluator.judge import Answer, Judge, Option, Question, State
from evaluator.practice.call import hearing, spotting
from evaluator.settings import load_settings

TURNS = Path(__file__).with_name("turns.yaml")
ASKED = 6  # the likeliest events of each turn; those that are true but less likely are asked too
NOTHING = {"zh": ("……", "嗯，您好。"), "en": ("…", "Mm, hello.")}


def _state(language: str, customer: str, agent: str) -> State:
    zh = language == "zh"
    names = ("客户：", "客服：") if zh else ("Customer: ", "Agent: ")
    task = "看客服最后说的这一段话做了什么。" if zh else "Look at what the agent's last turn does."
    return State(language=language, task=task, text=f"{names[0]}{customer}\n{names[1]}{agent}", form="dialogue")  # type: ignore[arg-type]


def _questions(language: str) -> dict[str, Question]:
    return {
        name: Question(
            id=name,
            kind="predicate",
            text=words.question,
            options=(Option(id="no", text=words.no), Option(id="yes", text=words.yes)),
        )
        for name, words in hearing.wordings(language).items()
    }


async def read(judge: Judge, seconds: float) -> None:
    """Prints one line per turn, as many as fit into `seconds`."""
    end = time.monotonic() + seconds
    turns = read_yaml(TURNS.read_text(encoding="utf-8"))
    for number, turn in sorted(enumerate(turns, start=1), key=lambda one: (one[0] * 29) % 57):
        if time.monotonic() > end:
            print("stopped: run it again to go on", flush=True)
            return
        language, questions = turn["language"], _questions(turn["language"])
        spotted = spotting.spot(turn["agent"])
        true = {*turn["events"], *(["closes"] if turn.get("closes") else [])}
        likeliest = sorted(questions, key=lambda name: -spotted[name])
        chosen = [questions[name] for name in questions if name in likeliest[:ASKED] or name in true]
        reply = await judge.decide(_state(language, turn["customer"], turn["agent"]), chosen)
        plain = await judge.decide(_state(language, *NOTHING[language]), chosen)
        odds = {
            name: round(hearing.log_odds(answer) - hearing.log_odds(plain.answers[name]), 2)
            for name, answer in reply.answers.items()
            if isinstance(answer, Answer)
        }
        told = {name: (round(spotted[name], 2), value) for name, value in odds.items()}
        print(f"{number} {language} true {sorted(true)}: {told}", flush=True)


def main(seconds: float) -> None:
    """Reads with the model from the settings."""
    asyncio.run(read(open_judge(load_settings()), seconds))
