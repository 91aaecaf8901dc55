"""Printed papers, past sittings, and the figures of a paper's questions."""

from __future__ import annotations

from html import escape

import streamlit as st

from evaluator.reports import Bullets, Paragraph, Table, Title
from evaluator.sittings import (
    figures_of,
    key_blocks,
    paper_blocks,
    sittings_of,
    statistics_blocks,
)
from ui.papers.sitting import show_review
from ui.scorecard.view import section
from ui.shared import stores
from ui.shared.choices import distinct, hold
from ui.shared.documents import offer_document
from ui.shared.language import language, tr
from ui.shared.layout import empty, guarded, when
from ui.shared.literal import literal
from ui.shared.papers import choose_paper


def show_print() -> None:
    """The paper without answers, and its key as a separate document."""
    with guarded():
        paper = choose_paper("print")
        if paper is None:
            return
        chosen = language()
        section("ui_paper.the_paper")
        offer_document("print", paper.title, lambda: paper_blocks(paper, language=chosen))
        section("paper.key")
        offer_document("print_key", f"{paper.title}-key", lambda: key_blocks(paper, language=chosen))


def show_sat() -> None:
    """This person's graded sittings."""
    found = [
        one for one in sittings_of(stores.records(), stores.records().sittings.all(owner=stores.owner())) if one.graded
    ]
    if not found:
        empty("paper.none")
        return
    names = distinct(
        {one.id: f"{one.candidate or '–'} · {one.paper.title} · {when(one.at)}" for one in reversed(found)}
    )
    hold("sat_chosen", names, next(iter(names)))
    chosen = st.selectbox(tr("ui_paper.open_one"), list(names), format_func=names.__getitem__, key="sat_chosen")
    show_review(next(one for one in found if one.id == chosen))


def show_statistics() -> None:
    """Figures over all who sat a paper, weak questions named."""
    kept = [one for one in stores.records().sittings.all() if one.state == "submitted" and stores.may_see(one.owner)]
    if not kept:
        empty("paper.none")
        return
    titles = distinct({one.paper_digest: one.title for one in kept})
    hold("statistics_paper", titles, next(iter(titles)))
    digest = st.selectbox(tr("ui_paper.paper"), list(titles), format_func=titles.__getitem__, key="statistics_paper")
    found = [
        one for one in sittings_of(stores.records(), [one for one in kept if one.paper_digest == digest]) if one.graded
    ]
    if not found:
        empty("paper.none")
        return
    blocks = statistics_blocks(found[0].paper, figures_of(found[0].paper, found), language=language())
    for block in blocks:
        if isinstance(block, Title):
            st.html(f'<h2 class="ev-h2">{escape(block.text)}</h2>')
        elif isinstance(block, Paragraph):
            for line in block.text.splitlines():
                st.write(literal(line))
        elif isinstance(block, Bullets):
            for item in block.items:
                st.markdown(f"- {literal(item)}")
        elif isinstance(block, Table):
            st.dataframe(
                [dict(zip(block.head, row, strict=True)) for row in block.rows], hide_index=True, placeholder="–"
            )
    offer_document("statistics", found[0].paper.title, lambda: blocks)
