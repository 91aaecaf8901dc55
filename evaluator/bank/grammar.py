"""The grammar of exam papers: lines in, papers with sections and items out.

One pass over the lines. A line is tried as noise, as a heading, as a label (答案:, 解析:, …), as an option, as the head
of a question, and at last as the continuation of what came before. What fits nowhere is reported as unplaced.
"""

from __future__ import annotations

import re

from evaluator.bank import marks, noise
from evaluator.bank.drafts import Draft, ends
from evaluator.bank.finishing import finish_paper
from evaluator.bank.grids import spread_tables
from evaluator.bank.items import Paper, Unplaced
from evaluator.bank.openpaper import OpenPaper, OpenSection
from evaluator.bank.reading.lines import Document, Line

_TITLE_WORDS = re.compile(
    r"试[卷题]|考[核试]|测[试评验]|题[库集]|面试|练习|培训|竞赛|卷|exam|test|quiz|assessment|paper|questions",
    re.I,
)


def parse(document: Document) -> list[Paper]:
    """The papers of a document (nearly always one), with their warnings."""
    reading = _Reading(spread_tables(document.lines))
    for place in range(len(reading.lines)):
        reading.take(place)
    reading.break_off()
    return [finish_paper(paper, document) for paper in reading.papers]


class _Reading:
    """Where the reading stands."""

    def __init__(self, lines: tuple[Line, ...]) -> None:
        self.lines = lines
        self.papers = [OpenPaper()]
        self.in_answers = False
        self.in_tail = False
        self.draft: Draft | None = None
        self.held: Unplaced | None = None  # a line that may turn out to be the next paper's title

    @property
    def paper(self) -> OpenPaper:
        return self.papers[-1]

    @property
    def section(self) -> OpenSection | None:
        groups = self.paper.answers if self.in_answers else self.paper.sections
        return groups[-1] if groups else None

    def take(self, place: int) -> None:
        """One line, through the recognisers in the order of their certainty."""
        line = self.lines[place]
        if self._take_noise(line):
            return
        steps = (self._take_rows, self._take_heading, self._take_criterion, self._take_label, self._take_step)
        if any(step(line, place) for step in steps):
            return
        if self._take_option(line) or self._take_header(line, place) or marks.is_label(line.text):
            return
        if not self._take_plain(line, place):
            self.paper.unplaced.append(Unplaced(line=line.number, text=line.text.strip()))

    # --------------------------------------------------------------------------------------- noise, boundaries

    def _take_noise(self, line: Line) -> bool:
        row = noise.recognise(line.text, self.in_tail, in_front=not (self.paper.sections or self.paper.answers))
        if row is None:
            return False
        self.paper.noise += 1
        if row.place == noise.END:
            self.break_off()
            self.in_tail = True
        return True

    def break_off(self) -> None:
        """The paper ends here, so what was being read may be incomplete."""
        if self.draft is not None and self.draft not in self.paper.cut:
            self.paper.cut.append(self.draft)

    # ------------------------------------------------------------------------------------------------ headings

    def _take_heading(self, line: Line, place: int) -> bool:
        if marks.is_answer_heading(line.text) and self._answers_follow(line, place):
            self._leave_tail()
            self._close_draft()
            self.in_answers = True
            self.paper.answers.append(OpenSection(marks.Heading("", None, None), line.number))
            return True
        if self.in_answers and marks.is_question_heading(line.text):
            self._close_draft()
            self.in_answers = False
            return True
        heading = self._read_heading(line, place)
        if heading is None:
            return False
        self._open_section(heading, line, place)
        return True

    def _answers_follow(self, line: Line, place: int) -> bool:
        """`答案` may head a section or an answer: a section has headings, numbers or keys behind it."""
        text = self._next_text(place)
        waiting = self.draft is not None and not self.in_answers and not self.draft.key
        if re.search(r"[与及和]|and|key|section|部分|附|卷", marks.fold(line.text), re.I) or not waiting:
            return True
        header = marks.read_header(text)
        return bool(marks.read_heading(text) or marks.read_compact_keys(text) or (header and header.number == 1))

    def _read_heading(self, line: Line, place: int) -> marks.Heading | None:
        heading = marks.read_heading(line.text)
        if heading and (heading.kind or heading.some_choice or heading.count or heading.each):
            return heading if self._heads_something(heading, line, place) else None
        header = marks.read_header(line.text)
        numbered_next = self._numbered_one_follows(place)
        if heading and numbered_next:
            return heading
        if header and header.style == "chinese" and numbered_next and not ends(line.text) and len(line.text) <= 30:
            return marks.Heading(line.text.strip(), header.number, None)
        return None

    def _heads_something(self, heading: marks.Heading, line: Line, place: int) -> bool:
        """A heading without any declaration must look like one: a question may name a kind too."""
        if heading.declares or self.in_answers:
            return True
        return bool(re.search(r"题\W*$|questions?\W*$|部分", marks.fold(heading.title), re.I)) or (
            self._numbered_one_follows(place) and not ends(line.text)
        )

    def _numbered_one_follows(self, place: int) -> bool:
        for text in self._texts_after(place, 3):
            header = marks.read_header(text)
            if header and header.style != "chinese":
                return True
            if not marks.is_label(text) and not marks.read_label(text):
                return False
        return False

    def _open_section(self, heading: marks.Heading, line: Line, place: int) -> None:
        if self.in_answers and self._questions_follow(heading, place):
            self.in_answers = False
            if self.paper.has_items:
                self._next_paper()
        elif not self.in_answers and self._restarts(heading):
            self._next_paper()
        self._leave_tail()
        self._close_draft()
        groups = self.paper.answers if self.in_answers else self.paper.sections
        groups.append(OpenSection(heading, line.number))

    def _questions_follow(self, heading: marks.Heading, place: int) -> bool:
        """Whether a heading inside the answers opens questions: options stand below it, or it was answered already."""
        labels = 0
        for text in self._texts_after(place, 40):
            if marks.read_heading(text) or marks.is_answer_heading(text):
                break
            labels += marks.option_label(text) in ("A", "B") or bool(marks.find_inline_options(text)[1])
        known = [(group.heading.ordinal, group.heading.kind) for group in self.paper.answers]
        return labels >= 2 or (heading.ordinal, heading.kind) in known

    def _restarts(self, heading: marks.Heading) -> bool:
        """Whether the sections begin again: a second paper in the same document."""
        last = next((s.heading for s in reversed(self.paper.sections) if s.heading.ordinal), None)
        if heading.ordinal is None or last is None or last.ordinal is None or not self.paper.has_items:
            return False
        return heading.ordinal == 1 and (last.ordinal > 1 or self.held is not None or last.kind == heading.kind)

    def _next_paper(self) -> None:
        self.break_off()
        title = ""
        if self.held is not None:
            title = self.held.text
            if self.held in self.paper.unplaced:
                self.paper.unplaced.remove(self.held)
        self.papers.append(OpenPaper(title=title))
        self.in_answers, self.draft, self.held = False, None, None

    def _leave_tail(self) -> None:
        self.in_tail, self.held = False, None

    def _close_draft(self) -> None:
        self.draft = None

    # ---------------------------------------------------------------------------------- labels, options, steps

    def _take_rows(self, line: Line, place: int) -> bool:
        """Compact keys (`1-5 ABCDA`), with the section's name before them or not."""
        label = marks.read_label(line.text)
        if not self.in_answers and (label is None or label[0] != "answer"):
            return False
        given = label[1] if label and label[0] == "answer" else line.text
        name, given = marks.split_named_keys(given)
        keys = marks.read_compact_keys(given)
        if not keys or (len(keys) == 1 and not name):
            return False
        self._open_compact_section(name, line)
        for number, key in keys.items():
            draft = self._open_draft(marks.Header(number, "compact", ""), line)
            draft.key, draft.key_line = key, line.number
        return True

    def _open_compact_section(self, name: str, line: Line) -> None:
        if not self.in_answers or name:
            self._close_draft()
            self.in_answers = True
            heading = marks.read_heading(name) or marks.Heading(name, None, marks.read_kind(name))
            self.paper.answers.append(OpenSection(heading, line.number))

    def _take_criterion(self, line: Line, place: int) -> bool:
        """A numbered line below 评分标准, in the style of the first one."""
        draft = self.draft
        if draft is None or draft.part != "criteria":
            return False
        step = marks.read_step(line.text)
        header = marks.read_header(line.text)
        bullet = re.match(r"^\s*[-–•·*]\s*", marks.fold(line.text))
        style = "circled" if step else header.style if header else "bullet" if bullet else "plain"
        points = marks.split_points(line.text)[1]
        first = draft.criteria[0][0] if draft.criteria else style
        in_sequence = header is None or header.number == len(draft.criteria) + 1
        if style != first or not in_sequence or (points is None and style in ("dot", "word", "chinese", "plain")):
            return False
        text = step[1] if step else line.text[bullet.end() :] if bullet else header.rest if header else line.text
        if header and header.points is not None:
            text = f"{text}({header.points:g}分)"
        for number, piece in enumerate(_split_inline_criteria(text, style)):
            draft.add_criterion(piece, style if number == 0 else first, line)
        draft.touch(line)
        return True

    def _take_label(self, line: Line, place: int) -> bool:
        found = marks.read_label(line.text)
        if found is None:
            return False
        name, rest = found
        if name in ("background", "requirements"):
            return self._take_preface(name, rest, line)
        if self.draft is None:
            return False
        self._fill(name, rest, line)
        return True

    def _fill(self, name: str, rest: str, line: Line) -> None:
        draft = self.draft
        assert draft is not None
        self._leave_tail()
        draft.touch(line)
        draft.nested = 0
        if name == "answer":
            draft.add_answer(rest, line)
        elif name == "explanation":
            draft.part = "explanation"
            if rest:
                draft.explanation.add(rest, line)
        else:
            draft.part = "criteria"
            for piece in _split_inline_criteria(rest, "bracket") if rest else ():
                draft.add_criterion(re.sub(r"^\s*[(（]?\d{1,2}[)）.、]\s*", "", piece), "bracket", line)

    def _take_preface(self, name: str, rest: str, line: Line) -> bool:
        """Background and requirements hold for the questions below; inside a question that is still open, for it."""
        draft = self.draft
        if draft is not None and not draft.closed and draft.part == "text":
            draft.text.add(line.text, line)
            draft.touch(line)
            return True
        if self.in_answers:
            return False
        self._close_draft()
        holder = self.section or self.paper
        getattr(holder, name)[:] = [rest] if rest else []
        if isinstance(holder, OpenSection):
            holder.preface = name
        return True

    def _take_step(self, line: Line, place: int) -> bool:
        draft, step = self.draft, marks.read_step(line.text)
        if draft is None or step is None or draft.closed or draft.part != "text":
            return False
        if step[0] != len(draft.steps) + 1 or marks.is_sequence(line.text):
            return False
        pieces = re.split(rf"\s*[{marks.CIRCLED}]\s*[.、．]?\s*", line.text.strip())[1:]
        draft.steps.extend(piece.strip().rstrip(";；") for piece in pieces)
        draft.touch(line)
        return True

    def _take_option(self, line: Line) -> bool:
        draft = self.draft
        if draft is None or draft.part not in ("text", "options") or self.in_answers:
            return False
        found = marks.read_options(line.text, draft.last_label)
        if not found:
            return False
        draft.add_options(found, line)
        draft.touch(line)
        return True

    # ----------------------------------------------------------------------------------------------- questions

    def _take_header(self, line: Line, place: int) -> bool:
        header = marks.read_header(line.text)
        if header is None or not self._begins_question(header, line, place):
            return False
        self._leave_tail()
        draft = self._open_draft(header, line)
        if self.in_answers:
            self._start_entry(draft, header.rest, line)
        else:
            text, options = marks.find_inline_options(header.rest)
            if text:
                draft.text.add(text, line)
            if options:
                draft.add_options(options, line)
        return True

    def _open_draft(self, header: marks.Header, line: Line) -> Draft:
        section = self.section
        if section is None:
            section = OpenSection(marks.Heading("", None, None), line.number)
            (self.paper.answers if self.in_answers else self.paper.sections).append(section)
        heading = section.heading
        self.draft = Draft(
            number=header.number,
            start=line.number,
            end=line.number,
            page=line.page,
            kind=header.kind or heading.kind,
            some_choice=heading.some_choice,
            style=header.style,
            points=header.points,
            background="\n".join(section.background or self.paper.background),
            requirements="\n".join(section.requirements or self.paper.requirements),
            section=heading.title,
        )
        section.drafts.append(self.draft)
        return self.draft

    def _start_entry(self, draft: Draft, rest: str, line: Line) -> None:
        """What follows the number in an answer section: a label, a key, or the answer itself."""
        found = marks.read_label(rest)
        if found and found[0] in ("answer", "explanation", "criteria"):
            self._fill(found[0], found[1], line)
            draft.style = f"{draft.style}+label"
        elif rest:
            draft.add_answer(rest, line)
        else:
            draft.part = "answer"

    def _begins_question(self, header: marks.Header, line: Line, place: int) -> bool:
        """Whether a number begins a question, or only a list inside one."""
        section, draft = self.section, self.draft
        before = section.drafts[-1] if section and section.drafts else None
        if before is None or header.style == "word" or header.kind:
            return True
        expected = (before.number or 0) + 1
        if draft is None:
            return not self.in_tail or header.number == expected
        if self.in_answers:
            return self._begins_entry(header, before, expected)
        if self._options_follow(place):
            return True
        return self._begins_open_question(header, line, draft, expected)

    def _begins_entry(self, header: marks.Header, before: Draft, expected: int) -> bool:
        """In an answer section, entries look like the first one; other numbers are lists inside an answer."""
        labelled = (marks.read_label(header.rest) or ("",))[0] in ("answer", "explanation", "criteria")
        if labelled or before.style == "compact":
            return True
        if before.style.endswith("+label") and not marks.read_key(header.rest):
            return False
        if header.style != before.style:
            return False
        return self._in_sequence(header, before, expected)

    def _begins_open_question(self, header: marks.Header, line: Line, draft: Draft, expected: int) -> bool:
        if header.style != draft.style and header.style in ("bracket", "chinese"):
            fits = draft.closed or draft.kind == "true_false"
            return fits and header.number == expected and draft.part != "answer" and not self._is_nested(header, draft)
        objective = draft.wants_letters or draft.kind == "true_false"
        if objective and draft.part != "answer":
            restarts = draft.kind == "true_false" and header.number == 1 and draft.closed
            return (header.number >= expected or restarts) and not self._is_nested(header, draft)
        asks = bool(re.search(r"[?？]\s*$|[(（]\s*\d+\s*分\s*[)）]", line.text)) or header.points is not None
        labelled = bool(
            re.match(r"^\s*\d{1,3}\s*[.、)]\s*(?:题目|题干|问题|question)\s*:", marks.fold(line.text), re.I)
        )
        return labelled or self._in_sequence(header, draft, expected, asks)

    @staticmethod
    def _is_nested(header: marks.Header, draft: Draft) -> bool:
        """Whether the number goes on a list inside an explanation (the grammar notes how far such a list has come)."""
        return draft.part == "explanation" and draft.nested > 0 and header.number == draft.nested + 1

    @staticmethod
    def _in_sequence(header: marks.Header, draft: Draft, expected: int, asks: bool = False) -> bool:
        """The next number begins the next question, unless it is also the next number of a list inside this one."""
        number = header.number
        if number == draft.nested + 1 and (draft.nested or number != expected) and not (asks and number == expected):
            draft.nested = number
            return False
        return expected <= number <= expected + 3

    def _options_follow(self, place: int) -> bool:
        """Whether option A comes before the next number."""
        if marks.find_inline_options(self.lines[place].text)[1]:
            return True
        for text in self._texts_after(place, 8):
            label = marks.option_label(text)
            if label:
                return label == "A"
            header = marks.read_header(text)
            if header or marks.read_label(text):
                return False
        return False

    # --------------------------------------------------------------------------------------------- plain lines

    def _take_plain(self, line: Line, place: int) -> bool:
        """A line without any mark: the paper's title, something about the paper, or the continuation of a text."""
        if self.in_tail:
            self._hold(line)
            return False
        if self._announces_paper(line, place):
            self._hold(line)
            return False
        if not self.paper.sections and not self.paper.answers:
            return self._take_preamble(line)
        if self.draft is None:
            return self._take_below_heading(line)
        if not self.draft.takes(line, self._next_text(place)):
            return False
        self._note_list(line)
        self._continue(line)
        return True

    def _note_list(self, line: Line) -> None:
        """A numbered line inside an explanation begins a list, or goes on with it."""
        header, draft = marks.read_header(line.text), self.draft
        if (
            draft is not None
            and header is not None
            and draft.part == "explanation"
            and header.number == draft.nested + 1
        ):
            draft.nested = header.number

    def _hold(self, line: Line) -> None:
        self.held = Unplaced(line=line.number, text=line.text.strip())

    def _announces_paper(self, line: Line, place: int) -> bool:
        """Whether this is the title of a further paper: short, and a first section follows."""
        if not self.paper.has_items or ends(line.text) or len(line.text.strip()) > 40:
            return False
        following = [text for text in self._texts_after(place, 3) if not marks.is_about_paper(text)]
        heading = marks.read_heading(following[0]) if following else None
        titled = bool(_TITLE_WORDS.search(marks.fold(line.text)))
        return heading is not None and heading.ordinal == 1 and (heading.declares or titled)

    def _take_preamble(self, line: Line) -> bool:
        total = marks.read_total(line.text)
        if marks.is_about_paper(line.text) or (total is not None and len(line.text) < 60):
            self.paper.total = total if total is not None else self.paper.total
            self.paper.about.append(line.text.strip())
            return True
        text = line.text.strip()
        titled = bool(_TITLE_WORDS.search(marks.fold(self.paper.title)))
        fits = len(text) <= 60 and not ends(text.rstrip(")）")) and not titled
        if not fits or (self.paper.title and not _TITLE_WORDS.search(marks.fold(text))):
            return False
        if self.paper.title:
            self.paper.unplaced.append(Unplaced(line=line.number, text=self.paper.title))
        self.paper.title = text
        return True

    def _take_below_heading(self, line: Line) -> bool:
        """Between a heading and its first question: prose goes on the background, or is a requirement."""
        section = self.section
        if section is None or self.in_answers or not (ends(line.text) or section.preface):
            return False
        getattr(section, section.preface or "requirements").append(line.text.strip())
        return True

    def _continue(self, line: Line) -> None:
        draft = self.draft
        assert draft is not None
        draft.touch(line)
        if draft.part == "answer":
            draft.add_answer(line.text, line) if not draft.answer.value else draft.answer.add(line.text, line)
            return
        text, options = marks.find_inline_options(line.text) if draft.part == "text" else (line.text, [])
        if text:
            draft.target().add(text, line)
        if options:
            draft.add_options(options, line)

    # ----------------------------------------------------------------------------------------------- lookahead

    def _texts_after(self, place: int, count: int) -> list[str]:
        """The next lines that are not noise."""
        following = (line.text for line in self.lines[place + 1 : place + 1 + 2 * count])
        return [text for text in following if noise.recognise(text, self.in_tail) is None][:count]

    def _next_text(self, place: int) -> str:
        return next(iter(self._texts_after(place, 1)), "")


def _split_inline_criteria(text: str, style: str) -> list[str]:
    """`(1)…(3分);(2)…(4分)` on one line: a piece for each."""
    if style != "bracket":
        return [text]
    return [piece for piece in re.split(r"(?<=[;；。)）])\s*[(（]\d{1,2}[)）]\s*", text) if piece.strip()]
