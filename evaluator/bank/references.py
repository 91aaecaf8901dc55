"""The bank's entries in the reference store: answers of open items, explanations of choice questions, and search."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from evaluator.bank.items import Item
from evaluator.bank.papers import line_patterns
from evaluator.settings import load_settings

if TYPE_CHECKING:
    from evaluator.bank.store import Bank
    from evaluator.references import Changes, Entry, Hit, Progress, ReferenceStore


def scope_of(bank: Bank) -> str:
    """The prefix of the ids of a bank's entries: empty for the data folder's bank, otherwise the bank's own mark.

    Two banks may contain the same paper, whose items have the same ids; each has its own entries, so that an undo in
    one does not remove anything from the other.
    """
    main = load_settings().data_dir / "bank.db"
    if bank.place == f"sqlite:///{main}" or Path(bank.place.removeprefix("sqlite:///")).absolute() == main.absolute():
        return ""
    return f"b{hashlib.sha256(bank.place.encode()).hexdigest()[:8]}@"


def references_of(items: Iterable[Item], scope: str = "") -> list[Entry]:
    """The entries of these items, with ids that are stable while the items keep theirs.

    An answer in parts yields one entry for the whole and one key point per part. The question is included as context,
    so that an explanation ("calm first") is found by the subject of its question.
    """
    entries = (entry for item in items for entry in _entries(item))
    return [entry.model_copy(update={"id": f"{scope}{entry.id}"}) for entry in entries] if scope else list(entries)


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
    """The text of the right options; empty for true or false, whose key alone says nothing."""
    chosen = [option.text for option in item.options if option.label in item.key_letters]
    if item.kind != "ordering":
        return "；".join(chosen)
    order = (item.key or "") if "→" in (item.key or "") else (chosen[0] if chosen else "")
    places = [line_patterns.CIRCLED.index(mark) for mark in order if mark in line_patterns.CIRCLED]
    return "；".join(item.steps[place] for place in places if place < len(item.steps))


def _entry(
    item: Item, part: str, kind: Literal["reference_answer", "key_point", "explanation", "answer"], text: str
) -> Entry:
    from evaluator.references import Entry

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
    """Chinese if a tenth of the letters are."""
    letters = [ch for ch in item.text + item.explanation if ch.isalpha()]
    return "zh" if sum("一" <= ch <= "鿿" for ch in letters) * 10 >= len(letters) else "en"


def index_bank(bank: Bank, store: ReferenceStore | None = None, progress: Progress | None = None) -> Changes:
    """Makes the store hold exactly the bank's references; embeds only new and changed ones.

    Rubrics and other banks share the store: only entries of this bank, for items that it once had, are deleted.
    """
    from evaluator.references import open_store

    store = store or open_store()
    items = bank.items()
    wanted = references_of(items, scope_of(bank))
    changes = store.index_entries(wanted, progress)
    return changes._replace(deleted=_drop_stale(bank, store, {entry.id for entry in wanted}))


def _drop_stale(bank: Bank, store: ReferenceStore, wanted: set[str]) -> int:
    """Deletes this bank's entries for items that were deleted or undone, or that lost an answer or explanation."""
    known, scope = bank.known_ids(), scope_of(bank)
    stored = [entry for entry in store.entries() if entry.id.startswith(f"{scope}{entry.item}/")]
    ours = sorted((entry for entry in stored if entry.item in known), key=lambda entry: entry.item)
    dropped = 0
    for item, entries in groupby(ours, key=lambda entry: entry.item):
        group = list(entries)
        kept = [entry for entry in group if entry.id in wanted]
        if len(kept) < len(group):
            dropped += store.replace_item(item, kept, prefix=f"{scope}{item}/").deleted
    return dropped


def search(
    query: str,
    k: int = 10,
    filters: dict[str, str] | None = None,
    *,
    bank: str | None = "",
    store: ReferenceStore | None = None,
) -> list[Hit]:
    """The `k` best hits with scores and sources, best first; `Hit.fits` says whether a hit fits or is merely nearest.

    `filters` restricts item, kind, topic, source or language; other names raise ValueError. `bank` is the `scope_of` of
    the bank to search, by default the data folder's (and the rubrics); None searches all.
    """
    from evaluator.references import FILTERS
    from evaluator.references import search as search_store

    wanted = filters or {}
    unknown = sorted(set(wanted) - set(FILTERS))
    if unknown:
        raise ValueError(f"unknown filter {', '.join(unknown)}; there are {', '.join(FILTERS)}")
    return search_store(query, k=k, store=store, bank=bank, **wanted)
