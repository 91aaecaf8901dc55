"""The references for a grading: the rubric's own first, then principles from elsewhere that fit its task."""

from __future__ import annotations

from evaluator.references.entries import Entry, entries_of_rubric
from evaluator.references.retrieval import Hit, search
from evaluator.references.store import ReferenceStore, open_store
from evaluator.rubric import Criterion, Rubric
from evaluator.scorecard import ReferenceUse

PRINCIPLES = (
    3  # most references by meaning: people read them beside the scorecard, and more would bury the fitting ones
)


def pull(rubric: Rubric, *, store: ReferenceStore | None = None) -> list[ReferenceUse]:
    """The references for one rubric: by item, then by meaning; an empty list if nothing fits.

    The rubric is indexed first, which costs nothing if the store already has it. Only explanations are found by
    meaning: those of choice questions and of other rubrics, in the rubric's language. The transcript plays no part: a
    candidate's words must not choose the standard they are measured by. Blocks for up to a second the first time.
    """
    chosen = store or open_store()
    chosen.index_rubric(rubric)
    own = [_use(entry, "item", None) for entry in _own_entries(rubric, chosen)]
    texts = {use.text for use in own}
    principles = [hit for hit in find_principles(rubric, store=chosen) if hit.entry.text not in texts]
    return own + [_use(hit.entry, "meaning", round(hit.score, 4)) for hit in principles]


def find_principles(rubric: Rubric, *, k: int = PRINCIPLES, store: ReferenceStore | None = None) -> list[Hit]:
    """Up to `k` explanations of other items that fit the task or one of the criteria, best first."""
    chosen = store or open_store()
    best: dict[str, Hit] = {}
    for query in [rubric.task, *map(_asked_for, rubric.criteria)]:
        for hit in search(query, k=2 * k, store=chosen, kind="explanation", language=rubric.language):
            known = best.get(hit.entry.id)
            if hit.fits and hit.entry.item != rubric.id and (known is None or known.score < hit.score):
                best[hit.entry.id] = hit
    return sorted(best.values(), key=lambda hit: (-hit.score, hit.entry.id))[:k]


def _own_entries(rubric: Rubric, store: ReferenceStore) -> list[Entry]:
    """Reference answers and explanations in the rubric's order, followed by what the bank holds for the same item."""
    order = {entry.id: number for number, entry in enumerate(entries_of_rubric(rubric))}
    kinds = ("reference_answer", "answer", "explanation")
    found = [entry for entry in store.entries(item=rubric.id) if entry.kind in kinds]
    return sorted(found, key=lambda entry: (entry.id not in order, order.get(entry.id, 0), entry.id))


def _asked_for(criterion: Criterion) -> str:
    """What the criterion asks for, in words: its name with its description or its best level."""
    best = criterion.levels[-1].description if criterion.levels else ""
    return f"{criterion.name}\n{criterion.description or best}".strip()


def _use(entry: Entry, matched_by: str, score: float | None) -> ReferenceUse:
    return ReferenceUse(
        id=entry.id,
        kind="explanation" if entry.kind == "explanation" else "reference_answer",
        text=entry.text,
        source=entry.source,
        digest=entry.digest,
        matched_by=matched_by,  # type: ignore[arg-type]
        score=score,
    )
