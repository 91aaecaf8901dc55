"""What the bank gives to the store of references: answers of open items, explanations of choice questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal

from evaluator.bank.items import Item
from evaluator.bank.papers import line_patterns

if TYPE_CHECKING:
    from evaluator.references.entries import Entry


def references_of(items: Iterable[Item]) -> list[Entry]:
    """The entries of these items, with ids that stay as long as the items keep theirs.

    An answer in parts gives one entry for the whole and one key point for each part. The question goes along as
    context, so that an explanation ("calm first") is found by what its question was about.
    """
    return [entry for item in items for entry in _entries(item)]


def _entries(item: Item) -> Iterator[Entry]:
    for number, answer in enumerate(item.references, start=1):
        yield _entry(item, f"answer{number}", "reference_answer", answer.text)
        for part in answer.parts:
            text = f"{part.title}：{part.text}" if part.title and part.title != part.text else part.text
            yield _entry(item, f"answer{number}.{part.number}", "key_point", text)
    if item.explanation:
        yield _entry(item, "explanation", "explanation", item.explanation)
    if item.key and (right := right_answer(item)):
        yield _entry(item, "key", "answer", right)


def right_answer(item: Item) -> str:
    """The right options in words; empty for true or false, whose key alone says nothing."""
    chosen = [option.text for option in item.options if option.label in item.key_letters]
    if item.kind != "ordering":
        return "；".join(chosen)
    order = (item.key or "") if "→" in (item.key or "") else (chosen[0] if chosen else "")
    places = [line_patterns.CIRCLED.index(mark) for mark in order if mark in line_patterns.CIRCLED]
    return "；".join(item.steps[place] for place in places if place < len(item.steps))


def _entry(
    item: Item, part: str, kind: Literal["reference_answer", "key_point", "explanation", "answer"], text: str
) -> Entry:
    from evaluator.references.entries import Entry

    place = f"{item.source.file}:{item.source.start}" if item.source else ""
    return Entry(
        id=f"{item.id}/{part}",
        item=item.id,
        kind=kind,
        topic=item.paper,
        text=text,
        source=place,
        language=language_of(item),
        context="\n".join(piece for piece in (item.background, item.text) if piece),
    )


def language_of(item: Item) -> Literal["zh", "en"]:
    """Chinese where a tenth of the letters is."""
    letters = [ch for ch in item.text + item.explanation if ch.isalpha()]
    return "zh" if sum("一" <= ch <= "鿿" for ch in letters) * 10 >= len(letters) else "en"
