"""A paper while it is being read: its sections, its answer sections, and what is left over."""

from __future__ import annotations

from dataclasses import dataclass, field

from evaluator.bank import marks
from evaluator.bank.drafts import Draft
from evaluator.bank.items import Unplaced
from evaluator.bank.reading.lines import Line


@dataclass
class OpenSection:
    """A section that is being read, with the background and requirements that hold for the questions below."""

    heading: marks.Heading
    line: int
    drafts: list[Draft] = field(default_factory=list)
    background: list[str] = field(default_factory=list)
    requirements: list[str] = field(default_factory=list)
    preface: str = ""  # which of the two a line without a mark goes on
    waiting: list[tuple[str, Line]] = field(default_factory=list)  # what went on which, until a question comes for it


@dataclass
class OpenPaper:
    """A paper that is being read: its sections, and its answer sections as they came."""

    title: str = ""
    total: float | None = None
    about: list[str] = field(default_factory=list)
    sections: list[OpenSection] = field(default_factory=list)
    answers: list[OpenSection] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)
    noise: int = 0
    cut: list[Draft] = field(default_factory=list)  # drafts behind which the document broke off
    background: list[str] = field(default_factory=list)
    requirements: list[str] = field(default_factory=list)

    @property
    def has_items(self) -> bool:
        return any(section.drafts for section in self.sections)
