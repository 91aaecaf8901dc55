"""A question being read: where the next line goes, and the final item."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from evaluator.bank.formats.lines import Line, join
from evaluator.bank.items import (
    CHOICE_KINDS,
    Item,
    ItemKind,
    ItemOption,
    ItemSource,
    ItemWarning,
    MatchingPair,
    ScoringLine,
)
from evaluator.bank.papers import line_patterns
from evaluator.bank.papers.answers import split_answer
from evaluator.bank.papers.gaps import count_gaps, pair_up, read_blanks

_TERMINAL = re.compile(r"[。.!?;…”\"')\]》>]\s*$|[√×]\s*$|_{2,}\s*$")
_HANGING = re.compile(r"[,、:(\[“《—-]\s*$|(?:的|和|与|及|或|并|在|对|为|and|or|the|of|to|a|with|for|in)\s*$", re.I)
_GOES_ON = re.compile(
    r"^\s*(?:(?:正确)?选项|[A-H](?:项|选项|、|错|对|正确|错误|和|,)|故|因此|所以|综上|其中|此外|同时|另外|注:|即|但|而|\(\d|[①-⑳]|[-•·*]|"
    r"\d[.、)]|option|therefore|however|also|note)",
    re.I,
)
_CONCLUDES = re.compile(
    r"(?:故|所以|因此)(?:本题)?(?:正确)?(?:答案|应)?(?:选择?|为|是)\s*:?\s*([A-L]{1,8})(?:项)?\s*[。.]?\s*$"
)
_NOTHING = re.compile(r"\s*(?:无|暂无|略|none|n/?a)[。.]?\s*", re.I)  # what tools write into an empty field
PART = "part"  # the style of a question that is one of several below a stem
UNNUMBERED = "plain"  # the style of a question without its own number


def ends(text: str) -> bool:
    """Whether a text ends like a sentence."""
    return bool(_TERMINAL.search(line_patterns.fold(text)))


def hangs(text: str) -> bool:
    """Whether a text certainly continues: it ends in a comma, an open bracket, or a word that needs another."""
    return bool(_HANGING.search(line_patterns.fold(text)))


@dataclass(slots=True)
class GrowingText:
    """Lines that form one text; it remembers whether its last line can continue."""

    value: str = ""
    full: bool = False
    lines: int = 0

    def add(self, text: str, line: Line) -> None:
        """Continues the last line if the layout broke it, otherwise starts a new one."""
        text = text.strip()
        if not self.value:
            self.value = text
        elif self.full or (
            not line.blank_before and not ends(self.value) and not _GOES_ON.match(line_patterns.fold(text))
        ):
            self.value = join(self.value, text)
        else:
            self.value = f"{self.value}\n{text}"
        self.full = line.full
        self.lines += 1

    def takes(self, line: Line) -> bool:
        """Whether an unmarked line belongs here: fragments after a finished sentence do not."""
        if not self.value or self.full or hangs(self.value) or not ends(self.value):
            return True
        return ends(line.text) or bool(_GOES_ON.match(line_patterns.fold(line.text)))


@dataclass(slots=True)
class QuestionDraft:
    """One question, or one entry of an answer section, being read."""

    number: int | None
    start: int
    kind: ItemKind | None = None
    some_choice: bool = False
    style: str = ""
    page: int | None = None
    end: int = 0
    points: float | None = None
    part: str = "text"  # where an unmarked line goes: text, options, answer, explanation, criteria
    text: GrowingText = field(default_factory=GrowingText)
    answer: GrowingText = field(default_factory=GrowingText)
    explanation: GrowingText = field(default_factory=GrowingText)
    options: list[tuple[str, GrowingText]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    criteria: list[tuple[str, GrowingText]] = field(default_factory=list)  # style of the number, text
    key: str | None = None
    raw_key: str = ""  # as written: for an ordering question the order of the letters matters
    right: list[str] = field(default_factory=list)  # labels of options that are marked as right
    strong: list[str] = field(default_factory=list)  # labels of options in bold or colour
    bare: bool = False  # its options have a letter but no separator after it
    trusts_brackets: bool = False  # most questions of the section have their keys in brackets
    key_line: int | None = None
    background: str = ""
    requirements: str = ""
    section: str = ""
    case: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    pictures: list[str] = field(default_factory=list)
    partial: float | None = None
    awaited: str = ""  # a label that stood alone: the next line without a mark is what it announces
    nested: int = 0  # last number of a list inside the text, 0 if there is none
    warnings: list[ItemWarning] = field(default_factory=list)

    @property
    def closed(self) -> bool:
        """Whether the question itself is finished, so that a new one (or a new background) may start."""
        return bool(
            self.key or self.options or self.criteria or self.answer.value or self.explanation.value or self._own_key
        )

    @property
    def _own_key(self) -> bool:
        """Whether the text ends with a statement's key in brackets."""
        return (
            not self.wants_letters
            and line_patterns.find_bracket_key(self.text.value[-line_patterns.OWN_KEY_WITHIN :], letters=False)
            is not None
        )

    @property
    def wants_letters(self) -> bool:
        return bool(self.options) or self.some_choice or self.kind in CHOICE_KINDS

    @property
    def wants_key(self) -> bool:
        return self.wants_letters or self.kind == "true_false"

    @property
    def last_label(self) -> str:
        return self.options[-1][0] if self.options else ""

    @property
    def free_label(self) -> str:
        """The first unused label; side-by-side columns leave it for the line below."""
        taken = {label for label, _ in self.options}
        return next(label for label in map(chr, range(ord("A"), ord("Z") + 1)) if label not in taken)

    def touch(self, line: Line) -> None:
        self.end = max(self.end, line.number)
        self.awaited = ""

    def add_options(self, found: list[line_patterns.FoundOption], line: Line) -> None:
        """Adds options of a line, noting how the layout marks the right one (bold, ticked, `(正确答案)`)."""
        for option in found:
            text = GrowingText()
            text.add(option.text, line)
            self.options.append((option.label, text))
            if option.right:
                self.right.append(option.label)
            if line.is_strong(option.start, option.end):
                self.strong.append(option.label)
        self.part = "options"

    def add_answer(self, given: str, line: Line) -> None:
        """Adds a key if it reads as one, otherwise text of a reference answer."""
        given, explained = line_patterns.split_inner_explanation(given)
        key = line_patterns.read_key(given) if given and self._may_be_key else None
        if key is None and given and self.wants_key:
            key, reason = line_patterns.split_key(given)
            reason = "" if reason.strip(" ;；。.") in {text.value for _, text in self.options} else reason
            given, explained = (given, explained) if key is None else ("", _lines(reason, explained))
        self.part = "answer"
        if key and not (self.kind and self.kind not in (*CHOICE_KINDS, "true_false") and not self.options):
            self._take_key(key, given, line)
        elif given:
            self.answer.add(given, line)
        if explained:
            self.part = "explanation"
            self.explanation.add(explained, line)

    def split_key_of(self, entry: QuestionDraft) -> None:
        """If this question needs a key, splits an answer that starts with one into key and explanation."""
        key, reason = line_patterns.split_key(entry.answer.value) if self.wants_key and not entry.key else (None, "")
        if key:
            entry.key, entry.answer = key, GrowingText()
            entry.explanation = GrowingText(_lines(reason, entry.explanation.value))

    @property
    def _may_be_key(self) -> bool:
        """Whether the text may be a key: in a gap, `T` and `3-2` are words."""
        return self.kind not in ("blank", "matching")

    def _take_key(self, key: str, given: str, line: Line) -> None:
        """Keeps the first key; a different one is a warning."""
        if self.key and self.key != key:
            self.warnings.append(_warn("two_keys", line, first=self.key, second=key))
            return
        self.key, self.raw_key, self.key_line = key, given, line.number

    def add_criterion(self, text: str, style: str, line: Line) -> None:
        grown = GrowingText()
        grown.add(text, line)
        self.criteria.append((style, grown))
        self.part = "criteria"

    def target(self) -> GrowingText:
        """The text to which an unmarked line would be added."""
        if self.part == "options":
            return self.options[-1][1]
        if self.part == "criteria" and self.criteria:
            return self.criteria[-1][1]
        return {"answer": self.answer, "explanation": self.explanation}.get(self.part, self.text)

    def takes(self, line: Line, next_text: str) -> bool:
        """Whether an unmarked line continues what was being read."""
        target = self.target()
        if self.part == "options":
            return self._option_takes(target, line, next_text)
        if self.part == "answer" and self.key and not self.answer.value:
            return False
        if self.part == "text" and line_patterns.option_label(next_text) == "A":
            return True
        if self.part == "answer":
            return True
        if self.part == "text" and not line.blank_before and line_patterns.take_bracket_points(self.text.value)[1]:
            return True  # `看拼音写词语。(8分)`: its matter stands below
        if self.part == "criteria":
            return bool(self.criteria) and line_patterns.split_points(target.value)[1] is None
        is_list = ":" in line_patterns.fold(line.text) and not self.wants_letters and self.kind != "true_false"
        return target.takes(line) or is_list

    def _option_takes(self, target: GrowingText, line: Line, next_text: str) -> bool:
        """Whether an unmarked line continues an option that is clearly unfinished or followed by another option."""
        split_before = any(text.lines > 1 for _, text in self.options)
        indented = len(line.text) - len(line.text.lstrip()) >= 3
        return (
            not target.value
            or target.full
            or hangs(target.value)
            or line_patterns.option_label(next_text) == self.free_label
            or (not ends(target.value) and (ends(line.text) or split_before or indented or line.text[:1].islower()))
        )

    def finish(self, source: ItemSource, paper: str, section_points: float | None, *, per_gap: bool = False) -> Item:
        """The finished item; `section_points` are those of each gap if `per_gap` says so."""
        self.options.sort(key=lambda option: option[0])
        text, key = self._text_and_key()
        options = tuple(ItemOption(label=label, text=option.value) for label, option in self.options)
        criteria = tuple(
            ScoringLine(number=number, text=split[0], points=split[1])
            for number, split in enumerate(
                (line_patterns.split_points(grown.value) for _, grown in self.criteria), start=1
            )
        )
        kind = self._kind(key, options)
        text = text or (self._words_around_gap() if options else "")
        blanks = read_blanks(text, self.answer.value, self.points) if kind == "blank" else ()
        if kind == "blank" and per_gap and section_points is not None and self.points is None:
            blanks = tuple(blank.model_copy(update={"points": section_points}) for blank in blanks)
            section_points *= max(len(blanks), count_gaps(text), 1)
        pairs = self._pairs(text) if kind == "matching" else ()
        steps = tuple(self.steps) if kind == "ordering" else ()
        if self.steps and not steps:
            text = "\n".join([text, *(f"{line_patterns.CIRCLED[n]}{step}" for n, step in enumerate(self.steps))])
        return Item(
            kind=kind,
            number=self.number,
            text=text,
            options=options,
            steps=steps,
            key=self._key_for(kind, key, options),
            explanation="" if _NOTHING.fullmatch(self.explanation.value) else self.explanation.value,
            points=self.points if self.points is not None else section_points,
            criteria=criteria,
            references=(split_answer(self.answer.value),) if self.answer.value and not (blanks or pairs) else (),
            blanks=blanks,
            pairs=pairs,
            background=self.background,
            requirements=self.requirements,
            case=self.case,
            difficulty=self.tags.get("difficulty", ""),
            topics=tuple(filter(None, re.split(r"[、,，;；/|]\s*", self.tags.get("topic", "")))),
            chapter=self.tags.get("chapter", ""),
            partial=self.partial if kind == "multiple_choice" else None,
            pictures=tuple(self.pictures),
            section=self.section,
            paper=paper,
            source=source,
            warnings=tuple(self.warnings),
        )

    def _words_around_gap(self) -> str:
        """The sentence of the passage above that holds the gap with this question's number: `… your (1)____ of …`."""
        passage = "\n".join((self.background, self.requirements))
        gap = re.search(rf"[^。.!?！？\n]*[(（_]\s*{self.number}\s*[)）_][^。.!?！？\n]*[。.!?！？]?", passage)
        return gap[0].strip() if gap else ""

    def _pairs(self, text: str) -> tuple[MatchingPair, ...]:
        """What belongs together, in the words of the lists in the text, of its steps and of its options."""
        steps = [f"{line_patterns.CIRCLED[place]}{step}" for place, step in enumerate(self.steps)]
        lists = "\n".join([text, *steps, *(f"{label}.{option.value}" for label, option in self.options)])
        return pair_up(lists, self.answer.value or self.raw_key)

    def _text_and_key(self) -> tuple[str, str | None]:
        """The text and the key, which may be in the question's brackets or in the layout of its options."""
        text, key = self._take_points(self.text.value), self.key
        if key is None and self.options and self.wants_key and self.answer.value:
            options = [(label, option.value) for label, option in self.options]
            key = line_patterns.key_by_words(self.answer.value, options)
            self.answer = GrowingText() if key else self.answer
        if not self.right and (self.wants_letters or self.kind in (None, "true_false")):
            found = line_patterns.find_bracket_key(text, letters=bool(self.options))
            labels = {label for label, _ in self.options}
            if found and self.options and not (set(found.key) <= labels):
                found = None
            if found and self.kind == "single_choice" and len(found.key) > 1:
                found = None
            if found and (not found.doubtful or self.kind == "multiple_choice" or self.trusts_brackets):
                text = found.text
                if key and found.key != key:
                    values = {"first": found.key, "second": key}
                    self.warnings.append(ItemWarning(code="two_keys", line=self.start, values=values))
                key = key or found.key
                if found.reason:
                    self.explanation = GrowingText(_lines(found.reason, self.explanation.value))
        return line_patterns.drop_empty_bracket(
            text
        ) if self.kind != "blank" else text, key or self._marked_key() or self._concluded_key()

    @property
    def has_bracket_key(self) -> bool:
        """Whether the key is certainly in the question's brackets."""
        found = line_patterns.find_bracket_key(self.text.value, letters=True) if self.options else None
        return found is not None and not found.doubtful

    def _concluded_key(self) -> str | None:
        """`…，故选B。`: the key with which an explanation ends, where the paper gives no other."""
        match = _CONCLUDES.search(line_patterns.fold(self.explanation.value)[-40:]) if self.options else None
        key = line_patterns.read_key(match[1]) if match else None
        return key if key and set(key) <= {label for label, _ in self.options} else None

    def _marked_key(self) -> str | None:
        """The options marked as right; otherwise those in bold or colour, unless all are."""
        if self.right:
            return "".join(sorted(set(self.right)))
        several = self.kind == "multiple_choice"
        if self.strong and len(self.strong) < len(self.options) and (several or len(self.strong) == 1):
            return "".join(sorted(self.strong))
        return None

    def _take_points(self, text: str) -> str:
        """Takes points in brackets after the question."""
        parts = re.findall(r"\(\s*(\d+(?:\.\d+)?)\s*分\s*\)", line_patterns.fold(text))
        if len(parts) > 1 and self.points is None:  # `(1)…(8分) (2)…(12分)`: the points of its parts stay with them
            self.points = sum(map(float, parts))
            return text
        without, points = line_patterns.take_bracket_points(text)
        if points is not None and self.points is None:
            self.points = points
            return without
        return text

    def _kind(self, key: str | None, options: tuple[ItemOption, ...]) -> ItemKind:
        """The kind of the section; if it names none, inferred from options and key."""
        sequences = sum(line_patterns.is_sequence(option.text) or self._is_all_steps(option.text) for option in options)
        if (self.steps and sequences >= 2) or (key and "→" in key):
            return "ordering"
        gaps = self.kind == "blank" and len(options) > 1 and not self.answer.value  # each gap has its own options
        if self.kind and not gaps:
            return self.kind
        if len(options) == 2 and {line_patterns.read_key(option.text) for option in options} == {
            line_patterns.RIGHT,
            line_patterns.WRONG,
        }:
            return "true_false"
        if options and self._is_order(options):
            return "ordering"
        if options:
            several = re.search(
                r"多选|哪些|select all|choose (?:two|three|all)", line_patterns.fold(self.text.value), re.I
            )
            return "multiple_choice" if len(key or "") > 1 or (several and not key) else "single_choice"
        if key in (line_patterns.RIGHT, line_patterns.WRONG):
            return "true_false"
        return "blank" if self._has_gaps else "open"

    @property
    def _has_gaps(self) -> bool:
        """Whether the text has gaps: lines, or brackets with an answer in brackets for each."""
        if re.search(r"_{3,}", self.text.value):
            return True
        given = re.findall(r"\([^()]+\)", line_patterns.fold(self.answer.value))
        alone = "".join(given) == line_patterns.fold(self.answer.value).replace(" ", "")
        return bool(given) and alone and count_gaps(self.text.value) == len(given)

    def _is_all_steps(self, text: str) -> bool:
        """Whether an option holds every step once: `②①③④`."""
        marks = [mark for mark in text if mark in line_patterns.CIRCLED]
        rest = set(text) - set(line_patterns.CIRCLED) - set(" 、,，→->")
        return not rest and sorted(marks) == sorted(line_patterns.CIRCLED[: len(self.steps)])

    def _is_order(self, options: tuple[ItemOption, ...]) -> bool:
        """Whether the letters of all options are out of order, so that they state the order of the steps."""
        letters = re.sub(rf"[^{line_patterns.LETTERS}]", "", self.raw_key.upper())
        return (
            len(letters) >= 3 and sorted(letters) == [o.label for o in options] and letters != "".join(sorted(letters))
        )

    def _key_for(self, kind: ItemKind, key: str | None, options: tuple[ItemOption, ...]) -> str | None:
        """The key for this kind of question: √ or × if true and false are options A and B.

        An ordering question whose options are the steps has them in its key, in their order.
        """
        steps = kind == "ordering" and not self.steps and len(options) == len(key or "") > 1
        if steps and key and key.isalpha():
            return line_patterns.read_key(self.raw_key, ordered=True) or key
        chosen = next((option.text for option in options if option.label == key), "")
        if kind == "true_false" and line_patterns.read_key(chosen) in (line_patterns.RIGHT, line_patterns.WRONG):
            return line_patterns.read_key(chosen)
        return key


def _lines(*texts: str) -> str:
    return "\n".join(text for text in texts if text)


def _warn(code: str, line: Line, **values: str) -> ItemWarning:
    return ItemWarning(code=code, line=line.number, values=values)
