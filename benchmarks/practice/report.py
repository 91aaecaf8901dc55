"""What the calls of `calls.py` show: order, roles, hidden facts, inventions, cooperativeness, consistency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.practice.calls import QUALITIES, rows
from evaluator.practice import Persona, find_persona
from evaluator.practice.call import invented, likeness, tells_hidden
from evaluator.practice.call.hearing import asks
from evaluator.references import passage_vectors

NEAR_ASKED = 0.25  # centred cosine of the other embedder: a turn below it is not about the hidden fact
UNKNOWN = 0.35  # a line this far from everything that the persona knows may have been made up


def order(calls: Iterable[dict[str, Any]], value: str) -> tuple[int, int]:
    """Pairs of qualities of one persona in the right order by `value`, and all pairs; a tie is wrong."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for call in calls:
        if call[value] is not None:
            found[call["persona"]][call["quality"]] = call[value]
    pairs = [
        values[better] > values[worse]
        for values in found.values()
        for better, worse in combinations([one for one in QUALITIES if one in values], 2)
    ]
    return sum(pairs), len(pairs)


def lines(calls: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every answer of a customer with its persona and what was said before."""
    found = []
    for call in calls:
        persona, told = find_persona(call["persona"]), []
        said = [persona.lines.opening[0]]
        for turn in call["turns"]:
            text = turn["line"]["text"]
            found.append({**turn, "who": persona, "before": list(told), "text": text, "earlier": list(said)})
            told = turn["state"]["told"]
            said.append(text)
    return found


def unasked(line: dict[str, Any]) -> bool:
    """Whether the line gives away a hidden fact that no question came near, or that no cue called for."""
    persona: Persona = line["who"]
    if tells_hidden(line["text"], persona, line["state"]["told"]):
        return True
    new = [fact for fact in persona.hidden if fact.id in set(line["state"]["told"]) - set(line["before"])]
    if not new:
        return False
    near = float((passage_vectors([new[0].asked_about]) @ passage_vectors([line["agent"]]).T)[0, 0])
    return near < NEAR_ASKED or not asks(line["agent"], persona.language)


def known(line: dict[str, Any]) -> float:
    """How near the line comes to the nearest thing that the persona knows or has heard."""
    persona: Persona = line["who"]
    stock = [text for name in type(persona.lines).model_fields for text in getattr(persona.lines, name)]
    things = [*(fact.says for fact in persona.facts), *persona.wants, *persona.speech.samples, *stock, line["agent"]]
    return max(likeness(line["text"], one) for one in things)


def report(out: Path) -> None:
    """Prints the figures, each with its n."""
    calls = rows(out)
    for writer in sorted({call["writer"] for call in calls}):
        _one([call for call in calls if call["writer"] == writer], writer)


def _one(calls: list[dict[str, Any]], writer: str) -> None:
    said = lines(calls)
    if not said:
        return
    by_model = [line for line in said if line["line"]["source"] == "model"]
    refused = [fault for line in said for one in line["line"]["refused"] for fault in one["faults"]]
    print(
        f"writer {writer}: {len(calls)} calls, {len({call['persona'] for call in calls})} personas, {len(said)} answers"
    )
    for name, value in {"order of totals": "total", "order of moods at the end": "mood"}.items():
        right, pairs = order(calls, value)
        print(f"  {name}: {right} of {pairs} pairs right")
    print(f"  lines by the model: {len(by_model)} of {len(said)}; refused drafts by fault: " + _counts(refused))
    made_up = [line for line in by_model if invented(line["text"], line["who"], [line["agent"], *line["earlier"]])]
    far = [line for line in by_model if known(line) < UNKNOWN]
    print(
        f"  figures or names invented in shown lines: {len(made_up)} of {len(by_model)}; far from all that is known: {len(far)}"
    )
    print(f"  hidden facts told unasked: {sum(map(unasked, said))} of {len(said)} answers")
    told = sum(len(set(line["state"]["told"]) - set(line["before"])) for line in said)
    print(f"  facts told: {told}; calls by end: " + _counts(call["ended"] or "script over" for call in calls))
    repeated = sum(line["text"] in line["earlier"] for line in said)
    print(f"  lines said twice in a call: {repeated} of {len(said)}")
    if by_model:
        meant = mean(max(likeness(line["text"], text) for text in _meant(line)) for line in by_model)
        print(f"  prompt to line: mean likeness {meant:.2f}")
    for quality in QUALITIES:
        some = [call for call in calls if call["quality"] == quality]
        if some:
            content = sum(call["ended"] == "satisfied" for call in some)
            print(
                f"  {quality}: mood {mean(call['mood'] for call in some):.1f}, content at the end {content} of {len(some)}"
            )
    waits = sorted(line["first_words_s"] for line in said)
    print(f"  first words: median {waits[len(waits) // 2]:.1f} s, 90th percentile {waits[int(len(waits) * 0.9)]:.1f} s")


def _meant(line: dict[str, Any]) -> list[str]:
    persona: Persona = line["who"]
    cue = line["cue"]
    return (
        [persona.fact(cue["fact"]).says]
        if cue["fact"]
        else [*getattr(persona.lines, cue["manner"]), *persona.lines.wants]
    )


def _counts(names: Iterable[str]) -> str:
    found: dict[str, int] = defaultdict(int)
    for name in names:
        found[name] += 1
    return ", ".join(f"{name} {count}" for name, count in sorted(found.items())) or "none"
