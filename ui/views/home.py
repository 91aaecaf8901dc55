"""Home: what to do first, and whether everything needed is available."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from evaluator.errors import EvaluatorError
from evaluator.policy import PAGES, allows
from ui.scorecard.view import section
from ui.shared import stores
from ui.shared.health import show_model, show_records, show_references
from ui.shared.language import tr
from ui.shared.layout import guarded, link, page
from ui.shared.templates import offer_templates
from ui.shared.today import show_today

PEOPLE = (
    ("interviewer", ":material/fact_check:", (("views/grade.py", "go_grade"), ("views/batch.py", "go_batch"))),
    ("trainee", ":material/school:", (("views/practice.py", "go_practice"),)),
    ("calibrator", ":material/balance:", (("views/calibration.py", "go_calibration"), ("views/bank.py", "go_bank"))),
)

with page("home_title", "home_lead"):
    with suppress(EvaluatorError):  # the records' own card below says what is wrong with them
        show_today()
    for column, (who, icon, links) in zip(st.columns(3, gap="medium"), PEOPLE, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{icon} {tr(f'home_{who}')}**")
            st.write(tr(f"home_{who}_does"))
            for path, label in links:
                if not allows(stores.account(), PAGES[path.removeprefix("views/").removesuffix(".py")]):
                    continue
                link(path, tr(label), ":material/arrow_forward:")
    if allows(stores.account(), "settings"):
        section("state")
        for column, show in zip(st.columns(3, gap="medium"), (show_model, show_references, show_records), strict=True):
            with column.container(border=True, height="stretch"), guarded():
                show()
    section("ui_template.title")
    offer_templates()
