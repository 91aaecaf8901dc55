"""The corpus: attacks by family on poor texts of shipped scenarios, and texts that speak of grades innocently.

`families.yaml` has the wordings, `clean.yaml` the innocent texts; families made of others (encodings, orders split over
turns, composites) are built in `derived.py`. A hash alone chooses what is held back from tuning: a third of the
families by their names, half of the clean texts by their words.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import yaml

from benchmarks.attacks.derived import DERIVED
from benchmarks.examples import read_example, shipped
from evaluator.references import tokens
from evaluator.rubric import Rubric
from evaluator.transcript import parse

Language = Literal["zh", "en"]
WORDINGS = 5
# Poor texts by number of the wording; only texts that are for development.
BASES: dict[Language, tuple[str, ...]] = {
    "zh": (
        "cross-border-wrong-item",
        "bank-marketing-messages",
        "training-plan",
        "smart-appliance-email",
        "feedback-improvement",
    ),
    "en": ("cross-border-wrong-item-en", "bank-marketing-messages-en"),
}
LABELS: dict[Language, tuple[str, str]] = {"zh": ("客服：", "客户："), "en": ("Agent: ", "Customer: ")}
_SENTENCE = re.compile(r"[^。！？；.!?;\n]+[。！？；.!?;]?")


class Attack(NamedTuple):
    """One attacked text: `inserted` are the words that were inserted, as they occur in `text`."""

    family: str
    language: Language
    wording: int
    rubric: str
    text: str
    inserted: tuple[str, ...]

    @property
    def held_back(self) -> bool:
        return is_held_back(self.family, 3)


class Clean(NamedTuple):
    """A text that speaks innocently; `form` and rubric are those of the base that it is graded with."""

    language: Language
    rubric: str
    text: str
    said: str

    @property
    def held_back(self) -> bool:
        return is_held_back(self.said, 2)


def is_held_back(name: str, share: int) -> bool:
    """True for a name in `share`, by its SHA-256."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % share == 0


@cache
def rubrics() -> dict[str, Rubric]:
    """The rubrics of all bases, by id."""
    return {rubric.id: rubric for rubric in shipped([name for names in BASES.values() for name in names])}


def base_of(language: Language, wording: int) -> Rubric:
    """The rubric whose poor text a wording attacks."""
    names = BASES[language]
    return rubrics()[names[wording % len(names)]]


def attacks(wordings: int = WORDINGS) -> list[Attack]:
    """All attacks, or only the first wordings of each family and language."""
    return [attack for name in names() for attack in _family(name) if attack.wording < wordings]


def names() -> list[str]:
    """All families, those of the file first."""
    return [*_written(), *DERIVED]


def clean_texts() -> list[Clean]:
    """The innocent texts, each behind a poor text of its form."""
    found = []
    for language, texts in _yaml("clean").items():
        for place, said in enumerate(texts):
            dialogue = bool(re.match(r"客服|客户|Agent|Customer", said))
            found.append(_clean(language, said, _fitting(language, dialogue, place)))
    return found


def _clean(language: Language, said: str, rubric: Rubric) -> Clean:
    dialogue = rubric.form == "dialogue"
    inserted = said.replace("|", "\n")
    if dialogue and not re.match(r"客服|客户|Agent|Customer", said):
        inserted = LABELS[language][0] + inserted
    return Clean(language, rubric.id, f"{read_example(rubric, 'poor')}\n{inserted}", said)


def _fitting(language: Language, dialogue: bool, place: int) -> Rubric:
    """A base of the right form; English has dialogues only."""
    found = [rubrics()[name] for name in BASES[language]]
    fitting = [rubric for rubric in found if (rubric.form == "dialogue") == dialogue] or found
    return fitting[place % len(fitting)]


def _family(name: str) -> Iterator[Attack]:
    for language in ("zh", "en"):
        for wording in range(WORDINGS):
            rubric = base_of(language, wording)
            base = read_example(rubric, "poor")
            where, said = _said(name, language, wording)
            filled = _fill(said, rubric, base, language)
            text, inserted = insert(base, filled, where, language, rubric.form == "dialogue")
            yield Attack(name, language, wording, rubric.id, text, inserted)


def _said(name: str, language: Language, wording: int) -> tuple[str, str]:
    if name in DERIVED:
        return DERIVED[name](_wording, language, wording)
    return _wording(name, language, wording)


def _wording(name: str, language: Language, wording: int) -> tuple[str, str]:
    """Where a wording of a written family goes, and the wording."""
    family = _written()[name]
    return family.get("where", "agent"), family[language][wording]


def insert(base: str, said: str, where: str, language: Language, dialogue: bool) -> tuple[str, tuple[str, ...]]:
    """The base with something said in it, and the inserted text."""
    agent, customer = LABELS[language]
    if where == "whole":
        return said, ()
    if not dialogue:
        parts = said.split("|")
        return base + "\n" + "\n".join(parts), tuple(parts)
    if where == "line":
        return f"{base}\n{said}", (said,)
    if where == "start":
        return f"{agent}{said}\n{base}", (said,)
    if where in ("spread", "customer_spread", "between"):
        return _spread(base, said.split("|"), where, language)
    return f"{base}\n{customer if where == 'customer' else agent}{said}", (said,)


def _spread(base: str, parts: list[str], where: str, language: Language) -> tuple[str, tuple[str, ...]]:
    """Puts the parts at the ends of turns of the graded person, the customer, or both alternately.

    The remaining parts go into the last of those turns.
    """
    agent, customer = LABELS[language]
    wanted = {"spread": (agent,), "customer_spread": (customer,), "between": (agent, customer)}[where]
    lines = base.splitlines()
    own = [place for place, line in enumerate(lines) if line.startswith(tuple(label.strip() for label in wanted))]
    own = own[-len(parts) :]
    gap = "" if language == "zh" else " "
    for number, part in enumerate(parts):
        lines[own[min(number, len(own) - 1)]] += gap + part
    return "\n".join(lines), tuple(parts)


def _fill(said: str, rubric: Rubric, base: str, language: Language) -> str:
    """The wording filled in with what it takes from the rubric."""
    found = re.sub(
        r"(?<!\\color)\{([a-z_0-9]+)(\|?)\}", lambda match: _value(match[1], bool(match[2]), rubric, base), said
    )
    return found if language == "zh" else found.replace("。", ". ")


def _value(name: str, apart: bool, rubric: Rubric, base: str) -> str:
    parts, gap = _parts_of(re.sub(r"_[12]$", "", name), rubric, base)
    half = (len(parts) + 1) // 2
    parts = parts[:half] if name.endswith("_1") else parts[half:] or parts if name.endswith("_2") else parts
    return ("|" if apart else gap).join(parts)


def _parts_of(name: str, rubric: Rubric, base: str) -> tuple[list[str], str]:
    """The pieces that a placeholder stands for, and what joins them."""
    chinese = rubric.language == "zh"
    gap, comma = ("", "，") if chinese else (" ", ", ")
    checks = [check for criterion in rubric.criteria for check in criterion.checks]
    points = [point for reference in rubric.references for point in reference.key_points]
    sentences = _SENTENCE.findall(_spoken(rubric))
    examples = [check.example for check in checks if check.example] or sentences[:6]
    tops = [criterion.levels[-1].description for criterion in rubric.criteria if criterion.levels]
    shuffled = random.Random(7).sample(sentences, len(sentences))
    clauses = [
        clause for sentence in shuffled for clause in re.split(r"[，,、]", sentence.strip("。.！!？?")) if clause
    ]
    lines = rubric.references[0].text.strip().splitlines()
    texts = {
        "examples": (examples, gap),
        "examples_loose": ([_loosened(one, chinese) for one in examples], gap),
        "points": ([point.text for point in points], "；" if chinese else "; "),
        "points_said": ([point.example or point.text for point in points], gap),
        "points_loose": ([_loosened(point.example or point.text, chinese) for point in points], gap),
        "reference": (sentences, gap),
        "reference_shuffled": (shuffled, gap),
        "reference_clauses": (random.Random(8).sample(clauses, len(clauses)), comma),
        "dialogue": (lines, "\n"),
        "top": (tops[:1], gap),
        "tops": (tops, gap),
        "levels": ([level.description for item in rubric.criteria for level in item.levels], gap),
        "descriptions": ([criterion.description for criterion in rubric.criteria], gap),
        "names": ([criterion.name for criterion in rubric.criteria], comma),
        "yes": ([check.yes for check in checks] or [point.text for point in points[:5]], comma),
        "words": (_words(rubric), "、" if chinese else ", "),
        "task": (_SENTENCE.findall(rubric.task), gap),
        "text": ([base], gap),
        "text_turns_doubled": ([line for line in base.splitlines() for _ in "12"], "\n"),
        "text_sentences_doubled": (
            [_SENTENCE.sub(lambda match: match[0] * 2, line) for line in base.splitlines()],
            "\n",
        ),
    }
    return texts[name]


def _spoken(rubric: Rubric) -> str:
    """What the graded person says in the first reference answer."""
    turns = parse(rubric.references[0].text, form=rubric.form).turns
    own = [turn.text for turn in turns if turn.role == "agent"] or [turn.text for turn in turns]
    return "\n".join(own)


def _words(rubric: Rubric) -> list[str]:
    """The longer words of the reference's key points, each once."""
    points = [point for reference in rubric.references for point in reference.key_points]
    text = " ".join(f"{point.text} {point.example}" for point in points) or _spoken(rubric)
    if rubric.language == "zh":
        return list(dict.fromkeys(piece[:6] for piece in re.findall(r"[\u4e00-\u9fff]{2,6}", text)))[:40]
    return list(dict.fromkeys(word for word in tokens(text, function_words=False) if len(word) > 3))[:40]


def _loosened(sentence: str, chinese: bool) -> str:
    """The sentence reworded slightly, as by someone who hides where it comes from."""
    if chinese:
        changes = {
            "您": "你",
            "我们": "咱们",
            "马上": "立刻",
            "现在": "这会儿",
            "已经": "早就",
            "一定": "肯定",
            "，": "，那个",
        }
    else:
        changes = {
            "I will": "I'll",
            "We will": "We'll",
            "you are": "you're",
            "straight away": "at once",
            ",": ", well,",
        }
    for old, new in changes.items():
        sentence = sentence.replace(old, new)
    return sentence


@cache
def _written() -> dict[str, dict[str, Any]]:
    return _yaml("families")


@cache
def _yaml(name: str) -> Any:
    return yaml.safe_load(Path(__file__).with_name(f"{name}.yaml").read_text(encoding="utf-8"))
