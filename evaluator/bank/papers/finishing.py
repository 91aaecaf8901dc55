"""Turns a parsed paper into the final one: answers assigned, damage marked, figures checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from evaluator.bank.formats.lines import Document, Line
from evaluator.bank.items import Item, ItemSource, Paper, Section, Unplaced
from evaluator.bank.papers.answer_key import apply_answers
from evaluator.bank.papers.checks import check_paper, mark_damage
from evaluator.bank.papers.paper import OpenPaper, OpenSection
from evaluator.bank.papers.question import UNNUMBERED, QuestionDraft
from evaluator.bank.readings import Resolved, put_into, without_fine


def finish_paper(paper: OpenPaper, document: Document, said: Resolved) -> Paper:
    """The paper with answers assigned, damage marked, what a person said put in, and figures checked."""
    unmatched = apply_answers(paper.sections, paper.answers)
    sections, items = [], []
    for section in paper.sections:
        _trust_brackets(section)
        found = [_finish_item(draft, section, paper, document) for draft in section.drafts]
        found = mark_damage(found, section.drafts, paper.cut)
        found = [put_into(item, said) for item in found] if said.into else found
        items.extend(found)
        sections.append(_finish_section(section, found))
        section.drafts.clear()  # of a long paper they take more memory than its questions
    waiting = [
        Unplaced(line=line.number, text=line.text.strip()) for group in paper.sections for _, line in group.waiting
    ]
    unplaced = sorted([*paper.unplaced, *unmatched, *waiting], key=lambda entry: entry.line)
    finished = Paper(
        title=paper.title,
        about=tuple(paper.about),
        language=_language(items, document.lines),
        sections=tuple(sections),
        items=tuple(items),
        answer_headings=tuple(group.heading.title for group in paper.answers if group.heading.title),
        unplaced=tuple(unplaced),
        noise=paper.noise,
    )
    cut_text = [draft for draft in paper.cut if draft.part in ("explanation", "answer")]
    return without_fine(check_paper(finished, document.file, paper.total, cut_text), said)


def _trust_brackets(section: OpenSection) -> None:
    """Accepts `(ABC)` inside a question as its key if most questions of the section clearly have theirs there."""
    sure = sum(draft.has_bracket_key for draft in section.drafts)
    for draft in section.drafts:
        draft.trusts_brackets = sure * 2 > len(section.drafts)


def _finish_item(draft: QuestionDraft, section: OpenSection, paper: OpenPaper, document: Document) -> Item:
    heading = section.heading
    each = heading.each
    alone = draft.style == UNNUMBERED and len(section.drafts) == 1
    if each is None and heading.points is not None and (heading.count or alone):
        each = heading.points / (heading.count or 1)
    source = ItemSource(file=document.file, digest=document.digest, start=draft.start, end=draft.end, page=draft.page)
    return draft.finish(source, paper.title, each, per_gap=heading.per_gap)


def _finish_section(section: OpenSection, items: list[Item]) -> Section:
    heading = section.heading
    return Section(
        title=heading.title,
        kind=heading.kind,
        line=section.line,
        declared_count=heading.count,
        declared_each=heading.each,
        per_gap=heading.per_gap,
        declared_points=heading.points,
        found=len(items),
        truncated=sum(item.truncated for item in items),
    )


def _language(items: list[Item], lines: Sequence[Line]) -> Literal["zh", "en"]:
    """Chinese if a tenth of the letters are."""
    letters = chinese = 0
    for text in (item.text for item in items) if items else (line.text for line in lines):
        letters += sum(map(str.isalpha, text))
        chinese += sum("一" <= ch <= "鿿" for ch in text)
    return "zh" if chinese * 10 >= letters else "en"
