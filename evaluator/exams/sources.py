"""Papers of the bank: the list of them, and one of them as it is asked."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import PurePath
from typing import NamedTuple, Protocol

from evaluator.bank import Item, MarkingPolicy, full_points, language_of
from evaluator.errors import InputError
from evaluator.exams.declared import minutes_in, pass_mark_in
from evaluator.exams.keyed import has_key, is_keyed
from evaluator.exams.paper import ExamPaper, ExamQuestion, ExamSection
from evaluator.exams.rubrics import rubric_of
from evaluator.settings import Settings, load_settings

OPEN_POINTS, KEYED_POINTS = 10.0, 1.0  # of questions for which the paper gives no points


class Holder(Protocol):
    """What this module needs of a bank."""

    def items(self) -> list[Item]: ...
    def files(self) -> dict[str, str]: ...
    def papers(self, path: str) -> list: ...  # type: ignore[type-arg]


class BankPaper(NamedTuple):
    """A paper of the bank: `title` is the document's own, or the file's name where it has none."""

    title: str
    file: str
    items: tuple[Item, ...]
    about: tuple[str, ...]

    @property
    def left_out(self) -> tuple[Item, ...]:
        """Questions that cannot be asked: cut off, or without a key."""
        return tuple(item for item in self.items if not _can_be_asked(item))


def papers_in(bank: Holder) -> list[BankPaper]:
    """Returns all papers, in the order of their documents. Papers with the same title in one document count as one."""
    grouped: dict[tuple[str, str], list[Item]] = {}
    for item in bank.items():
        file = item.source.file if item.source else ""
        grouped.setdefault((file, item.paper), []).append(item)
    about: dict[tuple[str, str], tuple[str, ...]] = {}
    for path in bank.files():
        for read in bank.papers(path):
            about[PurePath(path.rsplit("!", 1)[-1]).name, read.title] = read.about
    return [
        BankPaper(title or PurePath(file).stem, file, tuple(items), about.get((PurePath(file).name, title), ()))
        for (file, title), items in grouped.items()
    ]


def from_bank(
    bank: Holder,
    name: str,
    *,
    settings: Settings | None = None,
    policy: MarkingPolicy = "all_or_nothing",
    pass_mark: float | None = None,
    minutes: float | None = None,
    only_open: bool = False,
) -> ExamPaper:
    """Returns the paper whose title or file is `name`, or the only one that contains it.

    Otherwise an InputError suggests the nearest titles. `pass_mark` and `minutes` default to what the paper declares.
    `only_open` leaves out questions with a key, as an interview does. Questions that were cut off, or lack a key, are
    left out.
    """
    settings = settings or load_settings()
    found = _find(papers_in(bank), name)
    items = [item for item in found.items if _can_be_asked(item) and not (only_open and is_keyed(item))]
    if not items:
        raise InputError("exam_no_questions", title=found.title)
    titles = list(dict.fromkeys(item.section for item in items))
    sections = {title: f"s{place}" for place, title in enumerate(titles, start=1)}
    numbers = _numbers(items, titles)
    return ExamPaper(
        title=found.title,
        language=language_of(items[0]),
        sections=tuple(
            ExamSection(id=place, title=title, pass_mark=pass_mark_in([title])) for title, place in sections.items()
        ),
        questions=tuple(
            _question(item, f"q{place}", numbers[place - 1], sections[item.section], policy, settings)
            for place, item in enumerate(items, start=1)
        ),
        pass_mark=pass_mark if pass_mark is not None else pass_mark_in(found.about),
        minutes=minutes if minutes is not None else minutes_in(found.about),
    )


def _can_be_asked(item: Item) -> bool:
    return not item.truncated and (not is_keyed(item) or has_key(item))


def _numbers(items: list[Item], titles: list[str]) -> list[str]:
    """The paper's own numbers, prefixed with their sections' numbers if a number occurs twice."""
    plain = [str(item.number or place) for place, item in enumerate(items, start=1)]
    if len(set(plain)) == len(plain):
        return plain
    return [f"{titles.index(item.section) + 1}.{number}" for item, number in zip(items, plain, strict=True)]


def _question(
    item: Item, place: str, number: str, section: str, policy: MarkingPolicy, settings: Settings
) -> ExamQuestion:
    keyed = is_keyed(item)
    return ExamQuestion(
        id=place,
        number=number,
        section=section,
        kind=item.kind,
        text=item.text,
        background=item.background,
        requirements=item.requirements,
        points=(full_points(item) or KEYED_POINTS) if keyed else (item.points or OPEN_POINTS),
        item=item,
        rubric=None if keyed else rubric_of(item, settings),
        policy=policy,
    )


def _find(papers: Iterable[BankPaper], name: str) -> BankPaper:
    papers, wanted = list(papers), name.strip().casefold()
    exact = [one for one in papers if wanted in (one.title.casefold(), one.file.casefold(), PurePath(one.file).name)]
    near = exact or [one for one in papers if wanted and wanted in f"{one.title}\n{one.file}".casefold()]
    if len(near) == 1 or (exact and len({one.title for one in exact}) == 1 and len(exact) == 1):
        return near[0]
    if near:
        raise InputError("exam_paper_several", name=name, titles="; ".join(one.title for one in near))
    titles = [one.title for one in papers]
    if not titles:
        raise InputError("exam_bank_empty")
    close = difflib.get_close_matches(name, titles, n=3, cutoff=0.2) or titles[:3]
    raise InputError("exam_paper_unknown", name=name, near="; ".join(close))
