"""How well a turn of the agent is read: labelled turns, the chosen questions, and the fit of the weights.

    python -m benchmarks.practice fit        figures of every event beside what the weights of `hearing.py` make of them

Weights are fitted on the turns with an odd number and measured on the others. Readings are remembered in the data folder, so
that a run that was stopped goes on.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import NamedTuple

from evaluator.encoding import read_yaml
from evaluator.grading import open_judge
from evaluator.judge import Answer, Judge, Option, Question, State
from evaluator.practice.call import hearing
from evaluator.settings import load_settings

TURNS = Path(__file__).with_name("turns.yaml")
ASKED = 6  # the nearest events of each turn, as the product asks; what is true and further away is asked too


class Case(NamedTuple):
    """One question about one turn: two figures, and whether it is so."""

    turn: int
    language: str
    event: str
    likeness: float
    judged: float
    asked: bool  # among the nearest that the product would ask about
    true: bool


def _state(turn: dict[str, str], agent: str | None = None, customer: str | None = None) -> State:
    zh = turn["language"] == "zh"
    names = ("客户：", "客服：") if zh else ("Customer: ", "Agent: ")
    task = "看客服最后说的这一段话做了什么。" if zh else "Look at what the agent's last turn does."
    text = f"{names[0]}{customer or turn['customer']}\n{names[1]}{agent or turn['agent']}"
    return State(language=turn["language"], task=task, text=text, form="dialogue")


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


async def cases(judge: Judge, seconds: float) -> list[Case]:
    """The cases of as many turns as fit into `seconds`; what was asked before takes no time."""
    end = time.monotonic() + seconds
    turns = read_yaml(TURNS.read_text(encoding="utf-8"))
    neutral: dict[tuple[str, str], float] = {}

    async def plain(language: str, name: str) -> float:
        """The log-odds of a turn that says nothing, asked when it is needed first."""
        if (language, name) not in neutral:
            said = ("……", "嗯，您好。") if language == "zh" else ("…", "Mm, hello.")
            state = _state({"language": language, "customer": said[0], "agent": said[1]})
            reply = await judge.decide(state, [_questions(language)[name]])
            neutral[language, name] = hearing.log_odds(reply.answers[name])
        return neutral[language, name]

    found = []
    for number, turn in sorted(
        enumerate(turns, start=1), key=lambda one: (one[0] * 29) % 57
    ):  # both languages from the start
        if time.monotonic() > end:
            print(f"stopped at {len(found)} questions: run it again to go on", flush=True)
            break
        questions = _questions(turn["language"])
        shown = tuple(hearing.wordings(turn["language"])[name].examples for name in questions)
        near = dict(zip(questions, hearing.likenesses(turn["language"], turn["agent"], shown), strict=True))
        true = {*turn["events"], *(["closes"] if turn.get("closes") else [])}
        order = sorted(questions, key=lambda name: -near[name])
        chosen = [name for name in order if order.index(name) < ASKED or name in true]
        reply = await judge.decide(_state(turn), [questions[name] for name in chosen])
        for name in chosen:
            answer = reply.answers[name]
            if isinstance(answer, Answer):
                judged = hearing.log_odds(answer) - await plain(turn["language"], name)
                asked = order.index(name) < hearing.MOST_ASKED
                found.append(Case(number, turn["language"], name, near[name], judged, asked, name in true))
        read = {name: round(row.judged, 1) for name, row in ((one.event, one) for one in found if one.turn == number)}
        print(f"{number}/{len(turns)} true {sorted(true)}: {read}", flush=True)
    return found


def fit(seconds: float = 540) -> None:
    """Fits on odd turns, measures on even ones, and prints both."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import average_precision_score, precision_recall_fscore_support

    found = asyncio.run(cases(open_judge(load_settings()), seconds))
    table = np.array([[one.likeness, one.judged] for one in found])
    true = np.array([one.true for one in found])
    odd = np.array([one.turn % 2 == 1 for one in found])
    shipped = hearing.WITH_JUDGE
    for name, columns in {"likeness": [0], "judge": [1], "both": [0, 1]}.items():
        model = LogisticRegression(C=10).fit(table[odd][:, columns], true[odd])
        chances = model.predict_proba(table[~odd][:, columns])[:, 1]
        precision, recall, score, _ = precision_recall_fscore_support(true[~odd], chances > 0.5, average="binary")
        rank = average_precision_score(true[~odd], chances)
        weights = ", ".join(f"{value:.2f}" for value in [*model.intercept_, *model.coef_[0]])
        print(
            f"{name}: weights {weights}; even turns: precision {precision:.2f} recall {recall:.2f} F1 {score:.2f} AP {rank:.2f}"
        )
    score = shipped.constant + table @ np.array([shipped.likeness, shipped.judged])
    told = score > 0
    asked = np.array([one.asked for one in found])
    for part, rows in {"odd (fitted)": odd, "even (measured)": ~odd}.items():
        reached = told & asked & rows
        precision = (true & reached).sum() / max(1, reached.sum())
        recall = (true & reached).sum() / (true & rows).sum()
        print(f"shipped weights, {part}: n {int((true & rows).sum())} precision {precision:.2f} recall {recall:.2f}")
    for name in dict.fromkeys(one.event for one in found):
        rows = np.array([one.event == name for one in found])
        print(
            f"  {name}: true {int((true & rows).sum())}, found {int((true & told & rows).sum())}, false {int((~true & told & rows).sum())}"
        )
