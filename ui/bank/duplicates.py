"""The same question in several papers: the groups, and a button that merges one group or all that agree."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from evaluator.bank import Item, differ, find_duplicates, merge
from ui.bank import store
from ui.bank.item import preview_html
from ui.scorecard.view import section
from ui.shared.language import tr
from ui.shared.layout import empty, guarded
from ui.shared.literal import literal

PAGE = 10  # groups at a time


def show_duplicates() -> None:
    """The groups of equal questions; those with different answers only say so, since a person has to decide."""
    section("ui_bank.duplicates")
    for text in st.session_state.pop("bank_merged", []):
        st.success(text, icon=":material/check:")
    groups = find_duplicates(store.items())
    if not groups:
        empty("ui_bank.no_duplicates")
        return
    agreeing = [group for group in groups if not differ(group)]
    st.caption(tr("ui_bank.duplicate_count", groups=len(groups), agreeing=len(agreeing)))
    if agreeing and st.button(
        tr("ui_bank.merge_all", count=len(agreeing)), icon=":material/merge:", key="bank_merge_all"
    ):
        _merge(agreeing)
    pages = -(-len(groups) // PAGE)
    page = min(st.pagination(pages, key="bank_duplicates_page"), pages) if pages > 1 else 1
    for group in groups[(page - 1) * PAGE : page * PAGE]:
        _show(group)


def _show(group: Sequence[Item]) -> None:
    differs = differ(list(group))
    said = tr("ui_bank.keys_differ") if differs else ""
    label = tr("ui_bank.duplicate_group", text=literal(group[0].text[:60]), count=len(group), differs=said)
    with st.expander(label):
        for item in group:
            st.html(preview_html(item))
        if differs:
            st.caption(tr("ui_bank.differs_help"))
        elif st.button(tr("ui_bank.merge"), icon=":material/merge:", key=f"bank_merge_{group[0].id}"):
            _merge([group])


def _merge(groups: Sequence[Sequence[Item]]) -> None:
    with guarded():
        merge(store.bank(), *map(list, groups))
        store.index_again()
        st.session_state["bank_merged"] = [tr("ui_bank.merged", count=len(groups))]
        st.rerun()
