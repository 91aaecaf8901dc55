"""The questions of the bank: search, filter, open one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from evaluator.bank import KINDS, Item
from ui.bank import item as bank_item
from ui.bank import store
from ui.shared import stores
from ui.shared.choices import distinct, go_to, hold, hold_several
from ui.shared.language import tr
from ui.shared.layout import empty, guarded
from ui.shared.literal import literal

PAGE = 50


def show_items() -> None:
    """Filters, the list, and the question that is open."""
    deleted = bool(st.session_state.get("bank_deleted"))
    everything = store.items(deleted)
    if not everything and not deleted and not store.items(True):
        _nothing_yet()
        return
    _undo_bar()
    found = _filtered(everything)
    st.caption(tr("ui_bank.count", shown=len(found), all=len(everything)))
    if not found:
        st.info(tr("bank.cli_none"))
        return
    shown = _page_of(found)
    st.dataframe(_table(shown), hide_index=True, width="stretch", height=min(420, 40 + 35 * len(shown)))
    named = distinct({item.id: _label(item) for item in shown})
    hold("bank_item", named, shown[0].id)
    chosen = st.selectbox(tr("ui_bank.open"), list(named), format_func=named.__getitem__, key="bank_item")
    bank_item.show_item(next(item for item in shown if item.id == chosen), deleted)


def _nothing_yet() -> None:
    empty("ui_bank.no_items")
    if st.button(tr("ui_bank.go_import"), type="primary", icon=":material/upload:", key="bank_first"):
        go_to("bank_view", "import")


def _undo_bar() -> None:
    """What the last undo restored, and the button for the next one."""
    for text in st.session_state.pop("bank_undone", []):
        st.success(text, icon=":material/undo:")
    if st.button(tr("ui_bank.undo"), icon=":material/undo:", key="bank_undo", help=tr("ui_bank.undo_help")):
        with guarded():
            changes = store.bank().undo()
            store.index_again()
            st.session_state["bank_undone"] = [
                tr("ui_bank.undone", action=tr(f"ui_bank.action_{change.action}"), label=literal(change.label))
                for change in changes
            ]
            for change in changes:
                bank_item.forget(change.label)
            st.rerun()


def _filtered(items: Sequence[Item]) -> list[Item]:
    words, kinds = st.columns([3, 2])
    word = words.text_input(tr("ui_bank.search"), key="bank_search", icon=":material/search:")
    hold_several("bank_kinds", KINDS)
    chosen = kinds.multiselect(
        tr("ui_bank.kinds"),
        KINDS,
        format_func=lambda kind: tr(f"bank.kind_{kind}"),
        key="bank_kinds",
        placeholder=tr("ui_bank.all_kinds"),
    )
    files = sorted({item.source.file for item in items if item.source})
    left, middle, right = st.columns([3, 1, 1], vertical_alignment="bottom")
    file = left.selectbox(tr("ui_bank.file"), files, index=None, key="bank_file", placeholder=tr("ui_bank.all_files"))
    hold("bank_only_warned", (False, True), False)  # the import sets it too
    warned = middle.checkbox(tr("ui_bank.only_warned"), key="bank_only_warned")
    right.checkbox(tr("ui_bank.show_deleted"), key="bank_deleted")
    order = _by_meaning(word)
    found = [
        item
        for item in items
        if (not chosen or item.kind in chosen)
        and (not file or (item.source is not None and item.source.file == file))
        and (not warned or item.warnings)
        and (item.id in order if order is not None else _holds(item, word))
    ]
    return found if order is None else sorted(found, key=lambda item: order[item.id])


def _by_meaning(word: str) -> dict[str, int] | None:
    """Items ranked by meaning if requested; None for a search by words."""
    if not word or not st.toggle(tr("ui_bank.by_meaning"), key="bank_by_meaning", help=tr("ui_bank.by_meaning_help")):
        return None
    from evaluator.bank import search
    from evaluator.references import open_store

    with st.spinner(tr("ui_bank.searching")):
        hits = search(word, 20, store=open_store(stores.settings()))
    ranks: dict[str, int] = {}
    for hit in hits:
        if hit.fits:
            ranks.setdefault(hit.entry.item, len(ranks))
    return ranks


def _holds(item: Item, word: str) -> bool:
    pieces = [item.id, item.text, item.explanation, item.background, *(option.text for option in item.options)]
    text = "\n".join(pieces).lower()
    return all(part in text for part in word.lower().split())


def _page_of(found: list[Item]) -> list[Item]:
    pages = -(-len(found) // PAGE)
    number = min(st.pagination(pages, key="bank_page"), pages) if pages > 1 else 1
    return found[(number - 1) * PAGE : number * PAGE]


def _table(items: list[Item]) -> dict[str, list[str]]:
    return {
        tr("bank.label_kind"): [tr(f"bank.kind_{item.kind}") for item in items],
        tr("bank.label_number"): ["" if item.number is None else str(item.number) for item in items],
        tr("bank.label_text"): [item.text[:120] for item in items],
        tr("bank.label_key"): [item.key or "" for item in items],
        tr("bank.label_points"): ["" if item.points is None else f"{item.points:g}" for item in items],
        tr("ui_bank.column_remarks"): [str(len(item.warnings) or "") for item in items],
        tr("bank.label_file"): [item.source.file if item.source else "" for item in items],
    }


def _label(item: Item) -> str:
    number = "" if item.number is None else f" {item.number}"
    mark = " ⚠" if item.warnings else ""
    return f"{tr(f'bank.kind_{item.kind}')}{number}{mark} · {item.text[:60]}"
