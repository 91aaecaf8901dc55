"""Papers: sit one, review it, see how its questions perform, print it."""

from __future__ import annotations

from ui.papers import others, sitting
from ui.shared import stores
from ui.shared.choices import choose_view
from ui.shared.language import tr
from ui.shared.layout import page

VIEWS = {
    "sit": sitting.show_sitting,
    "sat": others.show_sat,
    "statistics": others.show_statistics,
    "print": others.show_print,
}

with page("nav_paper", "ui_paper.lead"):
    stores.records()
    labels = {name: tr(f"ui_paper.view_{name}") for name in VIEWS}
    VIEWS[choose_view("paper_view", tr("ui_interview.view"), labels)]()
