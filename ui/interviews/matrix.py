"""Candidates of a round side by side: sortable, with names hidden if wanted, quotations on demand."""

from __future__ import annotations

import streamlit as st

from evaluator.interviews import RoundMatrix, matrix_blocks, matrix_of, panel_agreement
from ui.interviews.result import show_interview
from ui.shared import stores
from ui.shared.choices import distinct, hold
from ui.shared.documents import offer_document
from ui.shared.language import language, tr
from ui.shared.layout import empty
from ui.shared.literal import literal


def show_matrix() -> None:
    """This person's rounds, one of them as a matrix."""
    rounds = stores.records().interviews.rounds(owner=stores.owner())
    if not rounds:
        empty("ui_interview.no_rounds")
        return
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    hold("matrix_round", rounds, rounds[0])
    with left:
        round_name = st.selectbox(
            tr("ui_interview.round"),
            rounds,
            format_func=lambda one: one or tr("interview.unnamed_round"),
            key="matrix_round",
        )
    with middle:
        hold("matrix_by", ("questions", "criteria"), "questions")
        by = st.segmented_control(
            tr("ui_interview.columns"),
            ("questions", "criteria"),
            format_func=lambda one: tr(f"ui_interview.by_{one}"),
            key="matrix_by",
            required=True,
        )
    blind = right.toggle(tr("ui_interview.blind"), key="matrix_blind")
    matrix = matrix_of(
        stores.records(),
        round_name,
        owner=stores.owner(),
        by=by or "questions",  # type: ignore[arg-type]
        blind=blind,
        language=language(),
    ).sorted_by("total")
    _table(matrix)
    _agreement(matrix)
    chosen = language()
    quotes = st.toggle(tr("ui_interview.with_quotes"), key="matrix_quotes")
    offer_document(
        "matrix",
        round_name or tr("interview.unnamed_round"),
        lambda: matrix_blocks(matrix, quotes=quotes, language=chosen),
    )
    _one(matrix, blind)


def _table(matrix: RoundMatrix) -> None:
    labels = distinct(matrix.columns)
    rows = [
        {
            tr("interview.column_candidate"): row.name,
            **{labels[column]: (cell.points if (cell := row.cells.get(column)) else None) for column in matrix.columns},
            tr("interview.column_total"): row.total,
            tr("interview.column_most"): row.most,
            tr("interview.column_share"): None if row.share is None else round(100 * row.share),
            tr("interview.column_decision"): tr(f"interview.decision_{row.decision.decision}") if row.decision else "",
        }
        for row in matrix.rows
    ]
    points = {label: st.column_config.NumberColumn(label, format="%.1f") for label in labels.values()}
    points[tr("interview.column_total")] = st.column_config.NumberColumn(tr("interview.column_total"), format="%.1f")
    share = tr("interview.column_share")
    points[share] = st.column_config.ProgressColumn(share, format="%d %%", min_value=0, max_value=100)
    st.dataframe(rows, column_config=points, hide_index=True, key="matrix_table", placeholder="–")
    st.caption(tr("ui_interview.sort_hint"))


def _agreement(matrix: RoundMatrix) -> None:
    if not any(cell.panel for row in matrix.rows for cell in row.cells.values()):
        return
    with st.expander(tr("interview.agreement")):
        rows = [
            {
                tr("interview.column_statistic"): tr(f"interview.figure_{name}"),
                tr("interview.column_value"): one.text(language()),
            }
            for name, one in panel_agreement(matrix).items()
        ]
        st.dataframe(rows, hide_index=True)


def _one(matrix: RoundMatrix, blind: bool) -> None:
    names = distinct({row.interview: row.name for row in matrix.rows})
    hold("matrix_one", names)
    chosen = st.selectbox(
        tr("ui_interview.open_one"), list(names), index=None, format_func=names.__getitem__, key="matrix_one"
    )
    if chosen:
        row = next(row for row in matrix.rows if row.interview == chosen)
        for column, cell in row.cells.items():
            if cell.quotes:
                with st.expander(literal(matrix.columns[column])):
                    for quote in cell.quotes:
                        st.markdown(f"> {literal(quote)}")
        if not blind:
            show_interview(chosen)
