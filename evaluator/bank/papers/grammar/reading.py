"""The state of reading a document: the current line, and the open paper, section and question."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from evaluator.bank.formats.lines import Line
from evaluator.bank.items import Unplaced
from evaluator.bank.papers import line_patterns, noise
from evaluator.bank.papers.paper import OpenPaper, OpenSection
from evaluator.bank.papers.question import UNNUMBERED, QuestionDraft


class PaperReading:
    """A document being read. The recognisers inspect and advance it; it decides nothing itself."""

    def __init__(self, lines: tuple[Line, ...]) -> None:
        self.lines = lines
        self.place = 0  # of the current line
        self.papers = [OpenPaper()]
        self.in_answers = False
        self.in_tail = False  # after the end of a paper, where only a new heading or number is accepted
        self.draft: QuestionDraft | None = None
        self.held: Unplaced | None = None  # a line that may be the next paper's title
        self.in_response = False  # below `我的答案:`, until something else comes
        self.platform = False  # an export of a learning platform, with the candidate's own answers and points

    @property
    def paper(self) -> OpenPaper:
        """The open paper."""
        return self.papers[-1]

    @property
    def section(self) -> OpenSection | None:
        """The open section: of the answers while those are being read, otherwise of the questions."""
        groups = self.groups
        return groups[-1] if groups else None

    @property
    def groups(self) -> list[OpenSection]:
        """The sections to which a new one would be added."""
        return self.paper.answers if self.in_answers else self.paper.sections

    def lines_after(self, count: int) -> Iterator[Line]:
        """The next lines that are not noise, up to `count`."""
        window = self.lines[self.place + 1 : self.place + 1 + 2 * count]
        following = (line for line in window if not (line.unknown or line.noise))
        return islice((line for line in following if noise.recognise(line.text, self.in_tail) is None), count)

    def texts_after(self, count: int) -> Iterator[str]:
        """The texts of the next lines that are not noise, up to `count`."""
        return (line.text for line in self.lines_after(count))

    def next_text(self) -> str:
        """The next line that is not noise; empty at the end."""
        return next(self.texts_after(1), "")

    def open_draft(self, header: line_patterns.Header, line: Line) -> QuestionDraft:
        """A new question, or entry of an answer section, in the open section, which is created if there is none."""
        section = self.section
        if section is None:
            section = OpenSection(line_patterns.Heading("", None, None), line.number, chapter=self.paper.chapter)
            self.groups.append(section)
        heading = section.heading
        background = section.background_of(header.number) or (self.paper.background if not section.holds_for else [])
        self.draft = QuestionDraft(
            number=header.number,
            start=line.number,
            end=line.number,
            page=line.page,
            kind=header.kind or heading.kind,
            some_choice=heading.some_choice,
            style=header.style,
            points=header.points,
            key=header.key,
            background="\n".join(background),
            requirements="\n".join(section.requirements or self.paper.requirements),
            section=heading.title,
            partial=heading.partial,
            pictures=list(line.pictures),
        )
        if section.options_for and section.options_for[0] <= (header.number or 0) <= section.options_for[1]:
            self.draft.add_options(section.shared_options, line)
            self.draft.part = "text"
        if background and section.holds_for:
            self.draft.case = f"{section.holds_for[0]}-{section.holds_for[1]}"
        if section.chapter:
            self.draft.tags["chapter"] = section.chapter
        section.drafts.append(self.draft)
        section.waiting.clear()
        return self.draft

    def open_unnumbered(self, line: Line) -> QuestionDraft:
        """A question, or entry of an answer section, without its own number: it gets the next one."""
        before = self.section.drafts[-1].number if self.section and self.section.drafts else None
        return self.open_draft(line_patterns.Header((before or 0) + 1, UNNUMBERED, ""), line)

    def close_draft(self) -> None:
        """Closes the open question."""
        self.draft = None

    def open_answers(self, heading: line_patterns.Heading, line: Line) -> None:
        """Starts a group of answers."""
        self.close_draft()
        self.in_answers = True
        self.paper.answers.append(OpenSection(heading, line.number, chapter=self.paper.chapter))

    def break_off(self) -> None:
        """Ends the paper here; what was being read may be incomplete."""
        if self.draft is not None and self.draft not in self.paper.cut:
            self.paper.cut.append(self.draft)

    def next_paper(self) -> None:
        """Starts another paper; the line held for it becomes its title."""
        self.break_off()
        title = ""
        if self.held is not None:
            title = self.held.text
            if self.held in self.paper.unplaced:
                self.paper.unplaced.remove(self.held)
        self.papers.append(OpenPaper(title=title))
        self.in_answers, self.draft, self.held = False, None, None

    def hold(self, line: Line) -> None:
        """Holds a line that may be the next paper's title."""
        self.held = Unplaced(line=line.number, text=line.text.strip())

    def leave_tail(self) -> None:
        """Continues the paper after all."""
        self.in_tail, self.held = False, None
