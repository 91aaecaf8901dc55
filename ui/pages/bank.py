"""Bank: documents in, questions to look up and correct, rubrics to edit and try."""

from __future__ import annotations

from ui.components import bank_import, bank_items, bank_rubrics, stores
from ui.components.choices import choose_view
from ui.components.language import tr
from ui.components.layout import page

VIEWS = {"items": bank_items.show_items, "import": bank_import.show_import, "rubrics": bank_rubrics.show_rubrics}

with page("nav_bank", "ui_bank.lead"):
    stores.records()
    VIEWS[choose_view("bank_view", tr("ui_bank.view"), {name: tr(f"ui_bank.view_{name}") for name in VIEWS})]()
