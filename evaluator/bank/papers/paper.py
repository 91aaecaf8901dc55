"""A paper being read: its sections, its answer sections, and unassigned text."""

from __future__ import annotations

from dataclasses import dataclass, field

from evaluator.bank.formats.lines import Line
from evaluator.bank.items import Unplaced
from evaluator.bank.papers import line_patterns
from evaluator.bank.papers.question import QuestionDraft


@dataclass
class OpenSection:
    """A section being read, with the background and requirements for the questions below."""

    heading: line_patterns.Heading
    line: int
    drafts: list[QuestionDraft] = field(default_factory=list)
    background: list[str] = field(default_factory=list)
    requirements: list[str] = field(default_factory=list)
    preface: str = ""  # which of the two an unmarked line continues
    waiting: list[tuple[str, Line]] = field(default_factory=list)  # what continued which, until a question comes
    chapter: str = ""
    holds_for: tuple[int, int] | None = None  # the question numbers to which the background applies
    options_for: tuple[int, int] | None = None  # the numbers of the questions that share `shared_options`
    shared_options: list[line_patterns.FoundOption] = field(default_factory=list)
    case: QuestionDraft | None = None  # the stem of the case whose parts are being read

    def background_of(self, number: int | None) -> list[str]:
        """The background of a question; one for `第1—2题` ends after them."""
        if self.holds_for is not None and number is not None and not self.holds_for[0] <= number <= self.holds_for[1]:
            return []
        return self.background


@dataclass
class OpenPaper:
    """A paper being read: its sections, and its answer sections in order."""

    title: str = ""
    total: float | None = None
    about: list[str] = field(default_factory=list)
    sections: list[OpenSection] = field(default_factory=list)
    answers: list[OpenSection] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)
    noise: int = 0
    cut: list[QuestionDraft] = field(default_factory=list)  # drafts after which the document broke off
    background: list[str] = field(default_factory=list)
    requirements: list[str] = field(default_factory=list)
    chapter: str = ""
    in_notice: bool = False  # below `注意事项:`, before the first section

    @property
    def has_items(self) -> bool:
        return any(section.drafts for section in self.sections)
