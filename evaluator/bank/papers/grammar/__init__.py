"""The grammar of exam papers: lines in, papers with sections and items out.

It makes one pass over the lines. Each line is tried as noise, as a heading, as a label (答案:, 解析:, …), as an option, as
the head of a question, and finally as the continuation of the previous text. What fits nowhere is reported as unplaced.

`reading` holds the state of the pass; `headings`, `labels`, `questions` and `plain` hold the recognisers, functions of
the state and the line that return True if they consumed it. What one line says by itself is in
`evaluator.bank.papers.line_patterns`.
"""

from __future__ import annotations

from evaluator.bank.formats.lines import Document, Line
from evaluator.bank.items import Paper, Unplaced
from evaluator.bank.papers import noise
from evaluator.bank.papers.exports import rewrite_exports
from evaluator.bank.papers.finishing import finish_paper
from evaluator.bank.papers.grammar.headings import open_section_as_said, take_heading
from evaluator.bank.papers.grammar.labels import (
    take_criterion,
    take_label,
    take_option,
    take_response,
    take_rows,
    take_shared_options,
    take_shared_stem,
    take_step,
)
from evaluator.bank.papers.grammar.questions import take_bare_label, take_header, take_number_alone
from evaluator.bank.papers.grammar.reading import PaperReading
from evaluator.bank.papers.grammar.unmarked import take_plain, take_preamble, take_unnumbered
from evaluator.bank.papers.grids import spread_tables
from evaluator.bank.papers.pieces import break_lines, find_cards
from evaluator.bank.readings import Resolved, mark_lines

# In order of certainty.
_RECOGNISERS = (
    take_preamble,
    take_response,
    take_rows,
    take_heading,
    take_criterion,
    take_shared_stem,
    take_shared_options,
    take_label,
    take_step,
    take_option,
    take_header,
    take_bare_label,
    take_number_alone,
    take_unnumbered,
    take_plain,
)


def parse(document: Document, said: Resolved | None = None) -> list[Paper]:
    """The papers of a document (nearly always one), with their warnings; `said` is what a person said about lines."""
    said = said or Resolved()
    at = PaperReading(spread_tables(break_lines(rewrite_exports(mark_lines(document.lines, said)))))
    cards = find_cards(at.lines)
    for place, line in enumerate(at.lines):
        at.place = place
        if place in cards or line.noise:
            at.paper.noise += 1
        elif line.heading:
            open_section_as_said(at, line)
        elif line.unknown or not (_take_noise(at, line) or any(take(at, line) for take in _RECOGNISERS)):
            at.paper.unplaced.append(Unplaced(line=line.number, text=line.text.strip()))
    at.break_off()
    return [finish_paper(paper, document, said) for paper in at.papers]


def _take_noise(at: PaperReading, line: Line) -> bool:
    row = noise.recognise(line.text, at.in_tail, in_front=not (at.paper.sections or at.paper.answers))
    if row is None:
        return False
    at.paper.noise += 1
    if row.place == noise.END:
        at.break_off()
        at.in_tail = True
    return True


__all__ = ["parse"]
