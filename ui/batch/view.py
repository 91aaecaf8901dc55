"""A batch: its progress, what the rest will take, its table, the review queue, and downloads."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Mapping
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from evaluator import batch, messages
from evaluator.errors import EvaluatorError, InputError
from evaluator.scorecard import Scorecard, UngradedVerdict, Verdict
from evaluator.storage import Batch, BatchItem
from ui.scorecard import grading_view
from ui.shared import runner, stores
from ui.shared.choices import choose_view, distinct, hold
from ui.shared.exports import XLSX
from ui.shared.language import in_a_row, language, listed, tr
from ui.shared.layout import guarded, out_of, tell_later
from ui.shared.literal import literal
from ui.shared.progress import watch


def show_batch(batch_id: str) -> None:
    """Everything about one batch, if it is this person's."""
    found = stores.records().batches.get(batch_id)
    if found.owner != stores.owner():
        raise InputError("batch_unknown", id=batch_id)
    _say_profiles(found)
    job = running_job(batch_id)
    watch(job)
    if job is None or job.finished:
        _standstill(found)
    _delete(found, job)
    items, cards = stores.records().batches.items(batch_id), stores.records().batches.scorecards(batch_id)
    blind = st.toggle(tr("blind"), key="batch_blind", help=tr("blind_help"))
    if blind:
        items = [item.model_copy(update={"item": tr("blind_name", number=item.position + 1)}) for item in items]
    if not any(item.state in ("done", "failed") for item in items):
        return
    opened = st.query_params.get("item")
    if opened is not None:
        _one(items, cards, int(opened) if opened.isdecimal() else -1, blind)
        return
    views = {"table": tr("batch_table"), "queue": tr("batch_queue"), "export": tr("export")}
    chosen = choose_view("batch_view", tr("batch_view"), views)
    if chosen == "table":
        _table(items, cards)
    elif chosen == "queue":
        _queue(items, cards, blind)
    else:
        _export(found)


def _delete(found: Batch, job: runner.Job | None) -> None:
    """Deletes the batch once that is confirmed; not while it is being graded."""
    with st.popover(tr("delete"), icon=":material/delete:", disabled=job is not None and not job.finished):
        st.write(tr("delete_batch_really"))
        st.button(
            tr("delete_for_good"), type="primary", key=f"batch_delete_{found.id}", on_click=_deleted, args=(found.id,)
        )


def _deleted(batch_id: str) -> None:
    try:
        stores.records().batches.delete(batch_id)
    except EvaluatorError as error:
        tell_later(error)
        return
    st.session_state.pop("batch_chosen", None)
    st.query_params.pop("batch", None)
    tell_later("deleted")


def _one(items: list[BatchItem], cards: dict[str, Scorecard], position: int, blind: bool) -> None:
    """One item of the batch with the way back, and to the previous and the next item."""
    places = [item.position for item in items if item.grading_id in cards]
    if position not in places:
        _go(None)
        st.rerun()
    at = places.index(position)
    with st.container(horizontal=True):
        st.button(tr("back_to_list"), icon=":material/arrow_back:", key="batch_back", on_click=_go, args=(None,))
        before, after = places[at - 1] if at else None, places[at + 1] if at + 1 < len(places) else None
        for name, icon, place in (("previous", "chevron_left", before), ("next", "chevron_right", after)):
            st.button(
                tr(name),
                icon=f":material/{icon}:",
                key=f"batch_{name}",
                disabled=place is None,
                on_click=_go,
                args=(place,),
            )
        st.caption(f"{at + 1} / {len(places)}")
    one = next(item for item in items if item.position == position)
    assert one.grading_id is not None
    grading_view.show_grading(one.grading_id, gone=partial(_go, after), name=one.item if blind else None)


def _go(position: int | None) -> None:
    """Opens an item by its position, or the list again."""
    if position is None:
        st.query_params.pop("item", None)
    else:
        st.query_params["item"] = str(position)


def _say_profiles(found: Batch) -> None:
    """The profiles that the items are graded by, if the batch names any."""
    with guarded():
        if named := batch.profiles_of(found, stores.records()):
            st.caption(tr("profile_of_batch", names=literal(listed(one.label for one in named.values()))))


def running_job(batch_id: str) -> runner.Job | None:
    """The newest job of this batch in this process."""
    jobs = [job for job in runner.runner().jobs(stores.owner(), "batch") if job.title == batch_id]
    return jobs[-1] if jobs else None


def begin(batch_id: str, only: Collection[int] | None = None) -> None:
    """Grades what waits (of `only`) in the background; it continues when the browser closes."""
    settings, records = stores.settings(), stores.records()

    async def work(job: runner.Job) -> None:
        async with aclosing(batch.resume(batch_id, settings=settings, records=records, only=only)) as results:
            async for result in results:
                now = result.progress
                text = messages.say("ui.batch_progress", done=now.batch.done, failed=now.batch.failed)
                job.events[:] = [runner.Tick(now.finished, now.planned, text)]

    runner.start("batch", work, title=batch_id)


def _standstill(found: Batch) -> None:
    """What to do next: the pilot, the rest, or another try for what failed."""
    st.write(
        tr(
            "batch_counts",
            done=found.done,
            failed=found.failed,
            waiting=found.waiting + found.running,
            total=found.total,
        )
    )
    waiting = found.waiting + found.running
    pilot = [position for position in found.options.get("pilot", []) if isinstance(position, int)]
    if waiting and not found.done and len(pilot) < found.total:
        st.info(tr("pilot_why", count=len(pilot)), icon=":material/science:")
        _button("pilot_start", "primary", found.id, pilot, count=len(pilot))
        _button("batch_all", "secondary", found.id, None, count=waiting)
    elif waiting:
        with guarded():
            _estimate(found)
        _button("batch_rest", "primary", found.id, None, count=waiting)
    if found.failed and st.button(tr("batch_retry"), key="batch_retry", icon=":material/replay:"):
        if stores.records().batches.retry(found.id):
            begin(found.id)
            st.rerun()
        st.info(tr("batch_retry_none"))


def _button(key: str, kind: Any, batch_id: str, only: list[int] | None, **values: Any) -> None:
    if st.button(tr(key, **values), type=kind, key=key, icon=":material/play_arrow:"):
        begin(batch_id, only)
        st.rerun()


def _estimate(found: Batch) -> None:
    """Time and money for the rest, estimated from what was graded so far."""
    if not found.done:
        return
    told = batch.estimate(stores.records(), found.id)
    time, money, rest = st.columns(3)
    time.metric(tr("estimate_time"), _minutes(told.seconds), border=True)
    money.metric(tr("estimate_cost"), tr("free") if told.cost_usd is None else f"${told.cost_usd:.2f}", border=True)
    rest.metric(tr("estimate_tokens"), f"{told.tokens:,.0f}", border=True)
    if told.seconds_range:
        low, high = told.seconds_range
        st.caption(tr("estimate_range", low=_minutes(low), high=_minutes(high), pilot=told.pilot))


def _minutes(seconds: float) -> str:
    if seconds < 90:
        return tr("seconds_value", seconds=f"{seconds:.0f}")
    return tr("minutes_value", minutes=f"{seconds / 60:.0f}")


def _table(items: list[BatchItem], cards: dict[str, Scorecard]) -> None:
    """A sortable table; for each criterion the points and the distribution over its levels."""
    names = {verdict.criterion: verdict for card in cards.values() for verdict in card.verdicts}
    given = stores.records().given_points([item.grading_id for item in items if item.grading_id and item.overridden])
    rows = [_row(item, cards.get(item.grading_id or ""), names, given.get(item.grading_id or "", {})) for item in items]
    columns: dict[str, Any] = {
        "item": tr("column_id"),
        "state": tr("column_state"),
        "total": st.column_config.NumberColumn(tr("column_total"), format="%.1f"),
        "most": st.column_config.NumberColumn(tr("column_most"), format="%g"),
        "passed": tr("column_passed"),
        "review": tr("column_review"),
        "changed": tr("column_changed"),
        "error": tr("column_error"),
    }
    for name, verdict in names.items():
        columns[name] = st.column_config.NumberColumn(_with_scale(verdict), format="%.1f")
        levels = tr("levels_of", name=verdict.name)
        columns[f"{name}.levels"] = st.column_config.BarChartColumn(levels, y_min=0, y_max=1)
    order = [name for name in columns if name not in ("changed", "error") or any(row[name] for row in rows)]
    st.dataframe(
        rows,
        column_config=columns,
        column_order=order,
        hide_index=True,
        key="batch_rows",
        alt=_in_words(items),
        placeholder="–",
        on_select=lambda: _picked([item.position for item in items]),
        selection_mode="single-row",
    )
    st.caption(tr("pick_row"))
    st.caption(_in_words(items))


def _picked(positions: list[int]) -> None:
    if picked := st.session_state["batch_rows"]["selection"]["rows"]:
        _go(positions[picked[0]])


def _with_scale(verdict: Verdict | UngradedVerdict) -> str:
    most = verdict.max_points
    return tr("points_of_criterion", name=verdict.name, most=f"{most:g}") if most else verdict.name


def _row(item: BatchItem, card: Scorecard | None, names: Iterable[str], given: Mapping[str, float]) -> dict[str, Any]:
    """A line of the table; `given` are people's points, which count instead of the machine's."""
    row: dict[str, Any] = {
        "item": item.item,
        "state": tr(f"item_{item.state}"),
        "total": item.counted.total,
        "most": item.max_points,
        "passed": tr({True: "passed", False: "not_passed", None: "pass_open"}[item.counted.passed]) if card else "",
        "review": tr("review_yes") if item.review else "",
        "changed": tr("changed_yes") if item.overridden else "",
        "error": item.error or "",
    }
    verdicts = {one.criterion: one for one in card.verdicts if isinstance(one, Verdict)} if card else {}
    for name in names:
        verdict = verdicts.get(name)
        row[name] = None if verdict is None or verdict.not_applicable else given.get(name, verdict.points)
        row[f"{name}.levels"] = [round(one.probability, 3) for one in verdict.distribution] if verdict else None
    return row


def _in_words(items: list[BatchItem]) -> str:
    scales = [item.max_points for item in items if item.max_points is not None]
    totals = [item.counted.total for item in items if item.counted.total is not None]
    if not totals or len(set(scales)) != 1:
        return tr("batch_words_short", count=len(items), graded=len(scales))
    scale = scales[0]
    mean, low, high = sum(totals) / len(totals), min(totals), max(totals)
    return tr(
        "batch_words", graded=len(scales), mean=out_of(mean, scale), low=out_of(low, scale), high=out_of(high, scale)
    )


def _queue(items: list[BatchItem], cards: dict[str, Scorecard], blind: bool) -> None:
    """Items that still need a person, the most urgent first; one of them open, and after its review the next."""
    reviewed = stores.records().reviewed([item.grading_id for item in items if item.grading_id])
    wanted = [item for item in items if item.grading_id not in reviewed]
    queue = {entry.item.position: entry for entry in batch.review_queue(wanted, cards)}
    if reviewed:
        st.caption(tr("queue_reviewed", count=len(reviewed)))
    if not queue:
        st.success(tr("queue_empty"), icon=":material/check:")
        return
    st.caption(tr("queue_order", count=len(queue)))
    named = distinct({position: _named(entry) for position, entry in queue.items()})
    hold("batch_queue", named, next(iter(queue)))
    position = st.selectbox(tr("queue_next"), list(named), format_func=named.__getitem__, key="batch_queue")
    entry, others = queue[position], [place for place in queue if place != position]
    after = next((place for place in list(queue)[list(queue).index(position) + 1 :]), others[0] if others else None)
    if entry.scorecard is None:
        st.error(literal(entry.item.error or ""))
    else:
        forward = partial(_next_in_queue, after)
        name = entry.item.item if blind else None
        grading_view.show_grading(entry.scorecard.id, done=forward, gone=forward, name=name)


def _next_in_queue(position: int | None) -> None:
    st.session_state["batch_queue"] = position


def _named(entry: batch.ReviewItem) -> str:
    reasons = in_a_row(_reason(code) for code in entry.reasons)
    points = out_of(entry.item.counted.total, entry.scorecard.max_points) if entry.scorecard else "–"
    return f"{entry.item.item} · {points} · {reasons}"


def _reason(code: str) -> str:
    return tr(f"queue_{code}") if code in ("failed", "ungraded", "windowed") else tr(f"review.{code}")


def _export(found: Batch) -> None:
    records, spoken = stores.records(), language()

    def content(suffix: str) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"batch{suffix}"
            return batch.write_batch(records, found.id, path, spoken).read_bytes()

    for suffix, kind in ((".xlsx", XLSX), (".csv", "text/csv"), (".jsonl", "application/jsonl")):
        st.download_button(
            tr("batch_export", format=suffix),
            partial(content, suffix),
            f"{found.name}{suffix}",
            kind,
            key=f"batch{suffix}",
            on_click="ignore",
        )
