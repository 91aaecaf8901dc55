"""History: this person's gradings, searchable, one of them open."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

import streamlit as st

from evaluator.storage import GradingSummary, Sampled, memo_key
from ui.scorecard import grading_view, queue
from ui.scorecard.scenario import usable
from ui.shared import stores
from ui.shared.choices import distinct, hold
from ui.shared.language import tr
from ui.shared.layout import empty, page, say_lead, when

PER_PAGE = 50


def listing() -> None:
    """The list with its filters."""
    say_lead("history_lead")
    queue.show_appeals()
    queue.show_sampling()
    word, scenario = st.columns(2)
    text = word.text_input(tr("search_history"), key="history_text", icon=":material/search:")
    titles = distinct({name: rubric.title for name, rubric in usable().items()})
    hold("history_rubric", titles)
    rubric = scenario.selectbox(
        tr("scenario"),
        list(titles),
        index=None,
        format_func=titles.__getitem__,
        key="history_rubric",
        placeholder=tr("all"),
    )
    with st.container(horizontal=True, gap="medium"):
        waiting = st.toggle(tr("only_review"), key="history_review")
        whose = _whose()
    wanted: dict[str, Any] = {"rubric": rubric, "text": text, "owner": whose, "waiting": waiting}
    count = stores.records().count(**wanted)
    if not count:
        filtered = bool(text or rubric or waiting)
        empty("no_history_found" if filtered else "no_history", page_path="views/grade.py", label="go_grade")
        return
    pages = -(-count // PER_PAGE)
    number = st.pagination(pages, key="history_page") if pages > 1 else 1
    found = stores.records().history(PER_PAGE, offset=PER_PAGE * (min(number, pages) - 1), **wanted)
    st.caption(tr("history_count", count=f"{count:,}"))
    _table(found)


def _whose() -> str | None:
    """The person's own gradings and, on the machine itself, optionally those of the command line."""
    if stores.is_local() and st.toggle(tr("from_command_line"), key="history_cli"):
        return ""
    return stores.owner()


def _table(found: list[GradingSummary]) -> None:
    reviewed = stores.records().reviewed([one.id for one in found])
    drawn = stores.records().samples.of([one.id for one in found])
    rows = [
        {
            "label": one.label or "–",
            "total": one.counted.total,
            "most": one.max_points,
            "passed": tr({True: "passed", False: "not_passed", None: "pass_open"}[one.counted.passed]),
            "review": _review(one, reviewed, drawn),
            "scenario": one.rubric_title,
            "changed": tr("changed_yes") if one.overridden else "",
            "at": when(one.created_at),
        }
        for one in found
    ]
    columns = {name: tr(f"column_{name}") for name in rows[0]}
    points = {
        "total": st.column_config.NumberColumn(columns["total"], format="%.1f"),
        "most": st.column_config.NumberColumn(columns["most"], format="%g"),
    }
    ids = [one.id for one in found]
    table = f"history_table_{memo_key(ids)}"
    st.dataframe(
        rows,
        column_config={**columns, **points},
        on_select=lambda: _open(table, ids),
        selection_mode="single-row",
        hide_index=True,
        key=table,
        placeholder="–",
        alt=tr("history_count", count=len(rows)),
    )
    st.caption(tr("pick_row"))


def _review(one: GradingSummary, reviewed: Container[str], drawn: Mapping[str, Sampled]) -> str:
    """Whether a person should look at it, or has."""
    if one.id in reviewed:
        return tr("review_done")
    if one.id in drawn:
        return tr(f"appeal.drawn_{drawn[one.id].drawn_by}", risk=f"{drawn[one.id].risk:.1f}")
    return tr("review_yes") if one.review else ""


def _open(table: str, ids: list[str]) -> None:
    """Opens the ticked row among the rows that were shown: new gradings may be above them by now."""
    if picked := st.session_state[table]["selection"]["rows"]:
        st.query_params["id"] = ids[picked[0]]


def _close() -> None:
    """Returns to the list after the open grading was deleted."""
    st.query_params.pop("id", None)


with page("nav_history"):
    opened = st.query_params.get("id")
    if opened:
        if st.button(tr("back_to_list"), icon=":material/arrow_back:", key="history_back"):
            del st.query_params["id"]
            st.rerun()
        grading_view.show_grading(opened, gone=_close)
    else:
        listing()
