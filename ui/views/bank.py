"""Bank: import documents, find and correct questions, edit and try rubrics."""

from __future__ import annotations

from ui.bank import duplicates, importing, items, rubrics
from ui.shared import stores
from ui.shared.choices import choose_view
from ui.shared.language import tr
from ui.shared.layout import page

VIEWS = {
    "items": items.show_items,
    "import": importing.show_import,
    "duplicates": duplicates.show_duplicates,
    "rubrics": rubrics.show_rubrics,
}

with page("nav_bank", "ui_bank.lead"):
    stores.records()
    VIEWS[choose_view("bank_view", tr("ui_bank.view"), {name: tr(f"ui_bank.view_{name}") for name in VIEWS})]()
