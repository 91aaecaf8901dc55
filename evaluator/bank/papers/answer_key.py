"""Answer sections: assigns their entries to questions by section and number."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from evaluator.bank.items import ItemWarning, Unplaced
from evaluator.bank.papers import line_patterns
from evaluator.bank.papers.paper import OpenSection
from evaluator.bank.papers.question import PART, QuestionDraft

if TYPE_CHECKING:
    from evaluator.bank.papers.line_patterns import Heading
    from evaluator.bank.papers.paper import OpenPaper


_EMPTY = OpenSection(line_patterns.Heading("", None, None), 0)


def apply_answers(sections: list[OpenSection], answers: list[OpenSection]) -> list[Unplaced]:
    """Fills keys, explanations, answers and criteria into the drafts; returns the entries without a question."""
    unmatched: list[Unplaced] = []
    used: list[OpenSection] = []
    for group in (piece for answer in answers for piece in _split_restarts(answer)):
        target = _matching_section(group, sections, used)
        if target is not None:
            used.append(target)
        for entry in group.drafts:
            if entry.text.value:  # words behind a row of keys, which belong to no question
                unmatched.append(Unplaced(line=entry.end, text=entry.text.value))
            if _fill_parts(entry, target, sections):
                continue
            question = _matching_question(entry, target, sections)
            if question is None:
                unmatched.append(Unplaced(line=entry.start, text=_shown(entry)))
            else:
                _fill(question, entry)
    return unmatched


def section_for(heading: Heading, paper: OpenPaper, before: OpenSection | None = None) -> OpenSection | None:
    """The section of questions that a group of answers with this heading would belong to, next to those before it.

    `before` is the group itself if it is open already.
    """
    used: list[OpenSection] = []
    for answer in (group for group in paper.answers if group is not before):
        for piece in _split_restarts(answer):
            target = _matching_section(piece, paper.sections, used)
            used += [target] if target is not None else []
    return _matching_section(replace(_EMPTY, heading=heading, chapter=paper.chapter), paper.sections, used)


def _split_restarts(group: OpenSection) -> list[OpenSection]:
    """Splits an answer section without headings where its numbering restarts at 1 for the next question section."""
    pieces: list[list[QuestionDraft]] = []
    current: list[QuestionDraft] = []
    for entry in group.drafts:
        if current and (entry.number or 0) <= (current[-1].number or 0):
            pieces.append(current)
            current = []
        current.append(entry)
    pieces.append(current)
    return [replace(group, drafts=piece) for piece in pieces if piece]


def _matching_section(group: OpenSection, sections: list[OpenSection], used: list[OpenSection]) -> OpenSection | None:
    """The section by ordinal and kind, by kind, by ordinal; without a heading, the next one with these numbers."""
    free = [section for section in sections if section.drafts and not any(section is taken for taken in used)]
    heading = group.heading
    if heading.ordinal is not None or heading.kind is not None or heading.some_choice:
        if group.chapter:
            free = [section for section in free if _same_chapter(section, group)] or free
        by_ordinal = [s for s in free if s.heading.ordinal == heading.ordinal and heading.ordinal is not None]
        if heading.kind is None and not heading.some_choice:  # `二、`: a place and nothing else
            return next(iter(by_ordinal), None)
        by_kind = [section for section in free if _same_kind(section, group)]
        both = [section for section in by_kind if section.heading.ordinal == heading.ordinal]
        return next(iter([*both, *by_kind, *by_ordinal]), None)
    wanted = {entry.number for entry in group.drafts}
    holding = [s for s in free if wanted <= {draft.number for draft in s.drafts} | {_case_number(d) for d in s.drafts}]
    waiting = [s for s in holding if not all(draft.key or draft.answer.value for draft in s.drafts)]
    return next(iter([*waiting, *holding]), None)


def _case_number(draft: QuestionDraft) -> int | None:
    return int(draft.case) if draft.style == PART and draft.case.isdecimal() else None


def _same_chapter(section: OpenSection, group: OpenSection) -> bool:
    """Whether both are in the same chapter, by its ordinal: answers repeat a chapter's number, not always its name."""
    return _ordinal_of(section.chapter) == _ordinal_of(group.chapter)


def _ordinal_of(chapter: str) -> int | None:
    found = line_patterns.read_chapter(chapter)
    return found.ordinal if found else None


def _same_kind(section: OpenSection, group: OpenSection) -> bool:
    return (section.heading.kind, section.heading.some_choice) == (
        group.heading.kind,
        group.heading.some_choice,
    )


def _matching_question(
    entry: QuestionDraft, target: OpenSection | None, sections: list[OpenSection]
) -> QuestionDraft | None:
    """The question in the section, or without one, the only question in the paper with that number."""
    places = [target] if target is not None else sections
    found = [
        draft for section in places for draft in section.drafts if draft.number == entry.number and draft.style != PART
    ]
    waiting = [draft for draft in found if not (draft.key or draft.answer.value)]
    return found[0] if len(found) == 1 else waiting[0] if len(waiting) == 1 else None


def _fill_parts(entry: QuestionDraft, target: OpenSection | None, sections: list[OpenSection]) -> bool:
    """`(33) B B D`: the keys of a case's parts, in order; False if the entry does not have that form."""
    places = [target] if target is not None else sections
    parts = [
        draft
        for section in places
        for draft in section.drafts
        if draft.style == PART and draft.case == str(entry.number)
    ]
    keys = (entry.key or "").split()
    if not parts or len(keys) != len(parts):
        return False
    for part, key in zip(parts, keys, strict=True):
        part.key, part.raw_key = part.key or key, key
    return True


def _fill(question: QuestionDraft, entry: QuestionDraft) -> None:
    """Fills in an entry. What the question already has is kept; a difference is a warning."""
    question.split_key_of(entry)
    for has, given in ((question.explanation, entry.explanation), (question.answer, entry.answer)):
        if has.value and given.value not in ("", has.value):
            question.warnings.append(_unused(entry, given.value))
    if question.criteria and entry.criteria:
        question.warnings.append(_unused(entry, "\n".join(text.value for _, text in entry.criteria)))
    if entry.key and question.key and entry.key != question.key:
        values = {"first": question.key, "second": entry.key}
        question.warnings.append(ItemWarning(code="two_keys", line=entry.start, values=values))
    question.key = question.key or entry.key
    question.explanation = question.explanation if question.explanation.value else entry.explanation
    question.answer = question.answer if question.answer.value else entry.answer
    question.criteria = question.criteria or entry.criteria
    question.warnings.extend(entry.warnings)


def _unused(entry: QuestionDraft, text: str) -> ItemWarning:
    return ItemWarning(code="given_twice", line=entry.start, values={"text": text[:80]})


def _shown(entry: QuestionDraft) -> str:
    text = " ".join(filter(None, (entry.key, entry.answer.value, entry.explanation.value)))
    return f"{entry.number}. {text}"[:200]
