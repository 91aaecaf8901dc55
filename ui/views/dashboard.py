"""Dashboard: how agents, teams or weeks do, from the graded texts of one's batches, with what the numbers are worth."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from evaluator.reports import GradedShare, GroupFigures, figures_by_group, week_of
from evaluator.scorecard import Scorecard, Verdict
from evaluator.storage import BatchItem
from ui.shared import stores
from ui.shared.choices import distinct, hold, hold_several
from ui.shared.language import tr
from ui.shared.layout import empty, page, percent, when
from ui.shared.table import table_html

BATCHES = 50  # newest
BY_WEEK, TOTAL = "", ""
PEOPLE = (
    "坐席",
    "客服",
    "员工",
    "工号",
    "姓名",
    "agent",
    "operator",
    "employee",
    "部门",
    "班组",
    "小组",
    "团队",
    "组",
    "team",
    "department",
    "group",
)


def show_dashboard() -> None:
    """The choice of batches, grouping and criterion, and the table."""
    batches = [one for one in stores.records().batches.all(owner=stores.owner(), limit=BATCHES) if one.done]
    if not batches:
        empty("ui_dashboard.empty", page_path="views/batch.py", label="go_batch")
        return
    names = distinct({one.id: f"{one.name} · {when(one.at)}" for one in batches})
    if "dashboard_batches" not in st.session_state:
        st.session_state["dashboard_batches"] = list(names)[:5]
    hold_several("dashboard_batches", names)
    chosen = st.multiselect(
        tr("ui_dashboard.batches"),
        list(names),
        format_func=names.__getitem__,
        key="dashboard_batches",
        placeholder=tr("ui_bank.choose"),
    )
    items = [item for one in chosen for item in stores.records().batches.items(one) if item.counted.total is not None]
    if not items:
        st.html(f'<p class="ev-empty">{tr("ui_dashboard.nothing")}</p>')
        return
    left, middle, right = st.columns(3)
    columns = list(dict.fromkeys(name for item in items for name in item.extra or {}))
    with left:
        by = _choose("by", {BY_WEEK: tr("ui_dashboard.by_week"), **{name: name for name in columns}}, _guess(columns))
    with middle:
        dates = {BY_WEEK: tr("ui_dashboard.graded_at"), **{name: name for name in columns}}
        dated = _choose("date", dates, next((name for name in columns if _is_dates(name, items)), BY_WEEK))
    cards = {name: card for one in chosen for name, card in stores.records().batches.scorecards(one).items()}
    criteria = {one.criterion: one.name for card in cards.values() for one in card.verdicts if one.max_points}
    with right:
        what = _choose("what", {TOTAL: tr("ui_dashboard.total"), **criteria}, TOTAL)
    given = stores.records().given_points([item.grading_id for item in items if item.grading_id and item.overridden])
    graded = []
    for item in items:
        group = _week(item, dated) if by == BY_WEEK else str((item.extra or {}).get(by) or "").strip()
        share = _share(item, cards.get(item.grading_id or ""), what, given.get(item.grading_id or "", {}))
        if share is not None:
            graded.append(GradedShare(group or tr("ui_dashboard.unnamed"), share, item.counted.passed))
    _show(figures_by_group(graded))


def _choose(name: str, labels: dict[str, str], start: str) -> str:
    key, shown = f"dashboard_{name}", distinct(labels)
    hold(key, shown, start)
    return str(st.selectbox(tr(f"ui_dashboard.{name}"), list(shown), format_func=shown.__getitem__, key=key))


def _guess(columns: list[str]) -> str:
    """The column that most likely names the agent or the team; by week if none does."""
    return next((name for word in PEOPLE for name in columns if word in name.lower()), BY_WEEK)


def _is_dates(name: str, items: Iterable[BatchItem]) -> bool:
    values = [str((item.extra or {}).get(name) or "") for item in items]
    return any(values) and all(week_of(value) for value in values if value)


def _week(item: BatchItem, dated: str) -> str:
    return week_of(str((item.extra or {}).get(dated) or "") if dated else item.finished_at or "")


def _share(item: BatchItem, card: Scorecard | None, criterion: str, given: dict[str, float]) -> float | None:
    """Points out of the possible ones, a person's before the machine's; None if there are none."""
    if criterion == TOTAL:
        total, most = item.counted.total, item.max_points
    else:
        found = (
            [one for one in card.verdicts if one.criterion == criterion and isinstance(one, Verdict)] if card else []
        )
        if not found or found[0].not_applicable:
            return None
        total, most = given.get(criterion, found[0].points), found[0].max_points
    return None if total is None or not most else max(0.0, min(1.0, total / most))


def _show(found: list[GroupFigures]) -> None:
    head = [tr(f"ui_dashboard.head_{name}") for name in ("group", "n", "mean", "interval", "passed", "pass_interval")]
    rows = [
        [
            one.group,
            str(one.n),
            percent(one.mean),
            _interval(one.interval),
            f"{one.passed} / {one.decided}" if one.decided else "–",
            _interval(one.pass_interval),
        ]
        for one in found
    ]
    st.html(table_html(tr("nav_dashboard"), head, rows))
    st.caption(tr("ui_dashboard.read"))


def _interval(bounds: tuple[float, float] | None) -> str:
    return tr("ui_dashboard.too_few") if bounds is None else f"{round(100 * bounds[0])}–{round(100 * bounds[1])} %"


with page("nav_dashboard", "ui_dashboard.lead"):
    stores.records()
    show_dashboard()
