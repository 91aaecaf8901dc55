"""Damage checks: declared against found numbers, keys that cannot be right, truncated questions."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator

from evaluator.bank.items import CHOICE_KINDS, OBJECTIVE_KINDS, Item, ItemWarning, Paper, Section
from evaluator.bank.papers import line_patterns
from evaluator.bank.papers.question import QuestionDraft, ends, hangs


def mark_damage(items: list[Item], drafts: list[QuestionDraft], cut: list[QuestionDraft]) -> list[Item]:
    """Marks as truncated questions without a text, and the last one before a break that lacks what the others have."""
    marked = []
    for item, draft in zip(items, drafts, strict=True):
        truncated = not item.text
        if not truncated and any(draft is last for last in cut):
            truncated = _is_incomplete(item, draft, [other for other in items if other is not item])
        marked.append(item.model_copy(update={"truncated": True}) if truncated else item)
    return marked


def _is_incomplete(item: Item, draft: QuestionDraft, others: list[Item]) -> bool:
    """Whether a question at the break is incomplete."""
    if item.kind in CHOICE_KINDS:
        usual = min((len(other.options) for other in others), default=2)
        fewer = len(item.options) < max(2, usual)
        return item.key is None and (fewer or (draft.part == "options" and _breaks_word(item, others)))
    if item.kind == "true_false":
        return item.key is None and not ends(draft.text.value)
    if draft.part == "criteria":
        return _criteria_missing(item)
    return draft.part == "text" and not ends(item.text)


def _breaks_word(item: Item, others: list[Item]) -> bool:
    """Whether the last option breaks off, or ends without a full stop where all others end with one."""
    last = [other.options[-1].text for other in others if other.options]
    return hangs(item.options[-1].text) or (bool(last) and all(map(ends, last)) and not ends(item.options[-1].text))


def _criteria_missing(item: Item) -> bool:
    given = [criterion.points for criterion in item.criteria]
    return None in given or (item.points is not None and sum(p or 0 for p in given) < item.points)


def check_paper(paper: Paper, file: str, total: float | None, cut: list[QuestionDraft]) -> Paper:
    """The paper with all warnings: on items if they concern these, otherwise on the paper."""
    held = _items_by_section(paper)
    keyed = {place: any(map(_is_answered, items)) for place, items in held.items()}
    items = []
    truncated = [draft for draft in cut if draft.target().value and not ends(draft.target().value)]
    for item in paper.items:
        found = [*item.warnings, *check_item(item), *(_cut_text(item, paper, truncated) if truncated else ())]
        items.append(item.model_copy(update={"warnings": _with_file(found, file)}) if found else item)
    warnings = [*_check_sections(paper, held), *_check_numbers(paper, held), *_check_total(paper, held, total)]
    warnings += [
        ItemWarning(code="no_keys_in_section", line=section.line, values={"section": section.title})
        for section in paper.sections
        if section.found and not keyed[section.line, section.title]
    ]
    warnings += [
        ItemWarning(code="unplaced", line=entry.line, values={"text": entry.text[:80]}) for entry in paper.unplaced
    ]
    return paper.model_copy(update={"items": tuple(items), "warnings": _with_file(warnings, file)})


def _with_file(warnings: list[ItemWarning], file: str) -> tuple[ItemWarning, ...]:
    return tuple(warning.model_copy(update={"file": file}) for warning in warnings)


def check_item(item: Item) -> Iterator[ItemWarning]:
    """Faults of one question on its own."""
    line = item.source.start if item.source else None
    labels = {option.label for option in item.options}
    if item.truncated:
        yield ItemWarning(code="truncated", line=line, values=_named(item))
    if item.kind in CHOICE_KINDS and item.key_letters and (missing := set(item.key_letters) - labels):
        yield ItemWarning(
            code="key_missing_option", line=line, values={**_named(item), "missing": "".join(sorted(missing))}
        )
    if item.kind in CHOICE_KINDS and not item.truncated and len(labels) < 2 and not item.steps:
        yield ItemWarning(code="few_options", line=line, values=_named(item))
    if item.kind == "single_choice" and len(item.key_letters) > 1:
        yield ItemWarning(code="several_keys", line=line, values={**_named(item), "key": item.key or ""})
    if item.kind == "true_false" and item.key and item.key not in (line_patterns.RIGHT, line_patterns.WRONG):
        yield ItemWarning(code="key_not_true_false", line=line, values={**_named(item), "key": item.key})
    if not (item.key or item.references or item.criteria or item.blanks or item.pairs or item.truncated):
        yield ItemWarning(code="no_key", line=line, values=_named(item))
    if item.kind in OBJECTIVE_KINDS and not item.key and item.references:
        yield ItemWarning(code="key_unreadable", line=line, values={"value": item.references[0].text[:40]})
    yield from _check_criteria(item, line)


def _check_criteria(item: Item, line: int | None) -> Iterator[ItemWarning]:
    if not item.criteria:
        return
    without = [str(criterion.number) for criterion in item.criteria if criterion.points is None]
    total = sum(criterion.points or 0 for criterion in item.criteria)
    if without:
        yield ItemWarning(
            code="criterion_without_points", line=line, values={**_named(item), "numbers": ", ".join(without)}
        )
    elif item.points is not None and abs(total - item.points) > 1e-9:
        values = {**_named(item), "sum": f"{total:g}", "points": f"{item.points:g}"}
        yield ItemWarning(code="criteria_sum", line=line, values=values)


def _cut_text(item: Item, paper: Paper, cut: list[QuestionDraft]) -> Iterator[ItemWarning]:
    """A truncated explanation or answer: certainly if it breaks off, possibly if it has no full stop."""
    if item.truncated:
        return
    for draft in cut:
        text = draft.target().value
        if not text or ends(text) or text not in (item.explanation, *(answer.text for answer in item.references)):
            continue
        others = [other.explanation for other in paper.items if other.explanation and other.explanation != text]
        usual = len(others) >= 3 and sum(map(ends, others)) >= 0.6 * len(others)
        if hangs(text):
            yield ItemWarning(code=f"{draft.part}_truncated", line=draft.end, values=_named(item))
        elif usual:
            yield ItemWarning(code=f"{draft.part}_unfinished", line=draft.end, values=_named(item))


def _named(item: Item) -> dict[str, str]:
    return {"number": "?" if item.number is None else str(item.number), "kind": item.kind}


def _is_answered(item: Item) -> bool:
    return bool(item.key or item.references or item.criteria or item.blanks or item.pairs)


_Held = dict[tuple[int, str], list[Item]]  # by line and title of the section: several may stand on one line


def _items_by_section(paper: Paper) -> _Held:
    """The questions below each heading, up to the next; chapters repeat the titles of their sections."""
    starts = sorted({section.line for section in paper.sections})
    titled: dict[str, list[int]] = defaultdict(list)
    for section in paper.sections:
        titled[section.title].append(section.line)
    held: _Held = {(section.line, section.title): [] for section in paper.sections}
    for item in paper.items:
        lines = titled.get(item.section, [])
        if item.source is not None:
            place = bisect_right(starts, item.source.start) - 1
            lines = [starts[place]] if place >= 0 and (starts[place], item.section) in held else []
        for line in lines:
            held[line, item.section].append(item)
    return held


def _check_sections(paper: Paper, held: _Held) -> Iterator[ItemWarning]:
    lost, starts = sorted(entry.line for entry in paper.unplaced), sorted({line for line, _ in held})
    for section in paper.sections:
        named = {"section": section.title}
        if section.declared_count is not None and section.declared_count != section.found:
            counts = {"declared": str(section.declared_count), "found": str(section.found)}
            yield ItemWarning(code="count_differs", line=section.line, values={**named, **counts})
        if section.declared_count is None and _is_empty(section, starts, lost):
            yield ItemWarning(code="empty_section", line=section.line, values=named)
        each, points, count = section.declared_each, section.declared_points, section.declared_count
        if (
            each is not None
            and points is not None
            and count
            and not section.per_gap
            and abs(each * count - points) > 1e-9
        ):
            values = {**named, "each": f"{each:g}", "count": str(count), "points": f"{points:g}"}
            yield ItemWarning(code="points_differ", line=section.line, values=values)
        yield from _check_item_points(section, held[section.line, section.title])


def _is_empty(section: Section, starts: list[int], lost: list[int]) -> bool:
    """Whether questions were lost or are missing: a heading with only headings below it needs none."""
    if section.found:
        return False
    place = bisect_right(starts, section.line)
    if place == len(starts):
        return True
    missing = bisect_right(lost, section.line)
    return missing < len(lost) and lost[missing] < starts[place]


def _check_item_points(section: Section, items: list[Item]) -> Iterator[ItemWarning]:
    """Compares the sum of the questions' own points with the heading's."""
    given = [item.points for item in items]
    own = any(points != section.declared_each for points in given)  # otherwise the heading's own figures differ
    complete = own and section.declared_count in (None, section.found) and None not in given
    total = sum(points or 0 for points in given)
    if complete and section.declared_points is not None and abs(total - section.declared_points) > 0.01:
        values = {"section": section.title, "sum": f"{total:g}", "points": f"{section.declared_points:g}"}
        yield ItemWarning(code="item_points_differ", line=section.line, values=values)


def _check_numbers(paper: Paper, held: _Held) -> Iterator[ItemWarning]:
    """Repeated numbers in a section, and numbers missing between the first and the last."""
    for section in paper.sections:
        numbers = [item.number for item in held[section.line, section.title] if item.number]
        twice = sorted(number for number, times in Counter(numbers).items() if times > 1)
        gaps = sorted(set(range(min(numbers), max(numbers) + 1)) - set(numbers)) if numbers else []
        for code, found in (("number_twice", twice), ("number_gap", gaps)):
            if found:
                values = {"section": section.title, "numbers": _ranges(found)}
                yield ItemWarning(code=code, line=section.line, values=values)


def _ranges(numbers: list[int]) -> str:
    """Sorted numbers in short form: `3, 7-9, 1003-2018`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _sum_of(section: Section, held: _Held) -> float:
    """The points of a section that declares those of a question and their number, or those of a gap; 0 otherwise."""
    if section.per_gap:
        return sum(item.points or 0 for item in held[section.line, section.title])
    return (section.declared_each or 0) * (section.declared_count or 0)


def _check_total(paper: Paper, held: _Held, total: float | None) -> Iterator[ItemWarning]:
    """Compares the paper's full marks with the sum of its sections' points."""
    declared = [
        section.declared_points or _sum_of(section, held)
        for section in paper.sections
        if section.found or section.declared_count  # `第一部分(共24分)` only sums up the sections below it
    ]
    if total is not None and declared and all(declared) and abs(sum(declared) - total) > 1e-9:
        yield ItemWarning(code="total_differs", line=1, values={"total": f"{total:g}", "sum": f"{sum(declared):g}"})
