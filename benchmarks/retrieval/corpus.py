"""The benchmark's items and queries, and the proof that half of the queries share no word with their text."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from pydantic import BaseModel

from evaluator.references.entries import Entry
from evaluator.text.folding import fold

FOLDER = Path(__file__).parent
_COMMON_ENGLISH = frozenset(
    """
    a an the of to in on at for and or but is are be was were do does did what which how when who why it its this
    that with without by from not no my your his her their our you he she they them me us can could should may must
    will would if as has have had any some one more most than then so up down out back over before after about
    """.split()  # noqa: SIM905 - a list of 90 strings reads worse
)


class Item(BaseModel):
    """One exam-like item with two paraphrased queries: `near` may share words with it, `far` shares none."""

    id: str
    topic: str
    language: str = "zh"
    question: str
    text: str
    near: str
    far: str

    def entry(self) -> Entry:
        """The item's explanation, as the bank stores it."""
        return Entry(
            id=self.id,
            item=self.id,
            kind="explanation",
            topic=self.topic,
            text=self.text,
            context=self.question,
            source="benchmark",
            language=self.language,  # type: ignore[arg-type]
        )


def load_items() -> list[Item]:
    """All items; raises ValueError if a far query shares a word with its item."""
    items = [Item(**fields) for fields in _load("corpus.yaml")]
    for item in items:
        shared = words(item.far) & words(f"{item.question}\n{item.text}")
        if shared:
            raise ValueError(f"{item.id}: the far query shares {sorted(shared)}")
    return items


def load_unfitting() -> dict[str, list[str]]:
    """Returns the tasks that no item answers, by how far away they are."""
    return _load("unfitting.yaml")


def words(text: str) -> set[str]:
    """Returns pairs of neighbouring Chinese characters and English content words.

    Two characters are the shortest Chinese words that mean something.
    """
    folded = fold(text)
    runs = re.findall(r"[\u4e00-\u9fff]+", folded)
    pairs = {run[i : i + 2] for run in runs for i in range(len(run) - 1)}
    latin = {word for word in re.findall(r"[a-z]+", folded) if len(word) > 2}
    return pairs | (latin - _COMMON_ENGLISH)


def _load(name: str):  # type: ignore[no-untyped-def]
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
