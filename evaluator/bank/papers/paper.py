"""A paper while it is being read: its sections, its answer sections, and what is left over."""

from __future__ import annotations

from dataclasses import dataclass, field

from evaluator.bank.formats.lines import Line
from evaluator.bank.items import Unplaced
from evaluator.bank.papers import line_patterns
from evaluator.bank.papers.question import Draft


@dataclass
class OpenSection:
    """A section that is being read, with the background and requirements that hold for the questions below."""

    heading: line_patterns.Heading
    line: int
    drafts: list[Draft] = field(default_factory=list)
    background: list[str] = field(default_factory=list)
    requirements: list[str] = field(default_factory=list)
    preface: str = ""  # which of the two a line without a mark goes on
    waiting: list[tuple[str, Line]] = field(default_factory=list)  # what went on which, until a question comes for it
    chapter: str = ""
    holds_for: tuple[int, int] | None = None  # the numbers that the background is said to hold for
    options_for: tuple[int, int] | None = None  # the numbers of the questions that share `shared_options`
    shared_options: list[line_patterns.Found] = field(default_factory=list)
    case: Draft | None = None  # the stem of the case whose parts are being read

    def background_of(self, number: int | None) -> list[str]:
        """The background that holds for a question; one for `第1—2题` is over behind them."""
        if self.holds_for is not None and number is not None and not self.holds_for[0] <= number <= self.holds_for[1]:
            return []
        return self.background


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
    chapter: str = ""
    in_notice: bool = False  # below `注意事项:`, above the first section

    @property
    def has_items(self) -> bool:
        return any(section.drafts for section in self.sections)
