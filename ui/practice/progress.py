"""Practice over time: attempts, progress as plots with the same in words, and what to train next."""

from __future__ import annotations

from html import escape

import streamlit as st

from evaluator.practice import (
    Advice,
    PracticeStep,
    Practised,
    SelfKnowledge,
    advise,
    grade_attempt,
    know_oneself,
    practised,
    trace,
    with_references,
)
from ui.practice.result import STYLE, show_result
from ui.scorecard.profile_choice import remembered_profile
from ui.scorecard.view import section
from ui.shared import drafts, runner, stores
from ui.shared.choices import distinct, go_to, hold
from ui.shared.language import in_a_row, language, tr
from ui.shared.layout import empty, out_of, percent, when
from ui.shared.literal import literal

DRAFT = "practice"


def history() -> list[Practised]:
    """All attempts of the person at this page, oldest first."""
    return practised(stores.records(), stores.owner())


def show_progress() -> None:
    """Plots by scenario, the list of attempts, and what to train next; what to do if there are none yet."""
    entries = history()
    if not entries:
        empty("ui_practice.no_attempts")
        return
    st.html(STYLE)
    titles = distinct({entry.rubric.id: entry.rubric.title for entry in entries})
    hold("practice_progress_of", titles, entries[-1].rubric.id)
    chosen = st.selectbox(
        tr("ui_practice.progress_of"), list(titles), format_func=titles.__getitem__, key="practice_progress_of"
    )
    mine = [entry for entry in entries if entry.rubric.id == chosen]
    _plots(trace(mine))
    _self_knowledge(mine)
    section("ui_practice.attempts")
    _attempts(mine)
    section("ui_practice.train_next")
    show_advice(entries)


def _plots(steps: list[PracticeStep]) -> None:
    graded = [step for step in steps if step.graded_share is not None]
    if not graded:
        st.html(f'<p class="ev-empty">{escape(tr("ui_practice.nothing_graded"))}</p>')
        return
    left, right = st.columns(2, gap="medium")
    with left:
        section("ui_practice.totals_over_time")
        text = totals_text(graded)
        _chart([(n, tr("ui_practice.graders"), step.graded_share) for n, step in enumerate(graded, 1)]
               + [(n, tr("ui_practice.yours"), step.own_share) for n, step in enumerate(graded, 1)], text,
               rule=graded[-1].pass_mark / graded[-1].max_points)  # fmt: skip
        st.html(f'<p class="ev-dim">{escape(text)}</p>')
    with right:
        section("ui_practice.criteria_over_time")
        text = criteria_text(graded)
        _chart([(n, name, share) for n, step in enumerate(graded, 1) for name, share in step.criteria.items()], text)
        st.html(f'<p class="ev-dim">{escape(text)}</p>')


def totals_text(steps: list[PracticeStep]) -> str:
    """The first plot in words: first, best and last total, and how near the trainee's own view came."""
    best = max(steps, key=lambda step: step.graded_share or 0.0)
    last = steps[-1]
    return tr(
        "ui_practice.totals_text",
        count=len(steps),
        first=out_of(steps[0].graded_total, steps[0].max_points),
        best=out_of(best.graded_total, best.max_points),
        last=out_of(last.graded_total, last.max_points),
        distance="–" if last.distance is None else percent(last.distance),
    )


def criteria_text(steps: list[PracticeStep]) -> str:
    """The second plot in words: each criterion's share in the first and the last attempt."""
    first, last = steps[0].criteria, steps[-1].criteria
    parts = [
        tr("ui_practice.criterion_change", name=name, first=_share(first.get(name)), last=_share(share))
        for name, share in last.items()
    ]
    return in_a_row(parts)


def _share(share: float | None) -> str:
    return "–" if share is None else percent(share)


def _chart(rows: list[tuple[int, str, float | None]], text: str, rule: float | None = None) -> None:
    """Shares of the maximum over attempts, one line per series; `text` is what a screen reader says."""
    import altair as alt
    import pandas as pd

    attempt, share, series = (tr(f"ui_practice.axis_{name}") for name in ("attempt", "share", "series"))
    data = pd.DataFrame([row for row in rows if row[2] is not None], columns=[attempt, series, share])
    lines = (
        alt.Chart(data)
        .mark_line(point=True)
        .encode(
            x=alt.X(attempt, type="ordinal", axis=alt.Axis(labelAngle=0)),
            y=alt.Y(share, type="quantitative", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%")),
            color=alt.Color(series, type="nominal", legend=alt.Legend(orient="bottom", title=None, columns=2)),
            shape=alt.Shape(series, type="nominal", legend=None),
        )
    )
    layers = [lines]
    if rule is not None:
        layers.append(alt.Chart(pd.DataFrame({share: [rule]})).mark_rule(strokeDash=[4, 4]).encode(y=share))
    st.altair_chart(alt.layer(*layers).properties(description=text, height=300), width="stretch")


def _self_knowledge(entries: list[Practised]) -> None:
    """How well the trainee's own grades match the grader's, by criterion; nothing before the first grading."""
    known = know_oneself(entries)
    if not known:
        return
    section("ui_practice.self_knowledge")
    st.html(f'<p class="ev-dim">{escape(tr("ui_practice.self_knowledge_lead"))}</p>')
    rows = "".join(self_knowledge_html(one) for one in known)
    heads = "".join(f"<th scope='col'>{escape(tr(f'ui_practice.self_{name}'))}</th>" for name in _SELF_COLUMNS)
    st.html(f'<table class="pr-table"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>')


_SELF_COLUMNS = ("criterion", "bias", "correlation", "meaning")


def self_knowledge_html(one: SelfKnowledge) -> str:
    """One criterion: bias and correlation with their intervals, and what they mean in words.

    If the interval of the bias contains 0, nothing is claimed.
    """
    low, high = one.bias.low, one.bias.high
    lean = "unclear" if low is None or high is None or low <= 0 <= high else "kinder" if low > 0 else "stricter"
    cells = (one.bias.text(language()), one.correlation.text(language()), tr(f"ui_practice.self_{lean}"))
    return f"<tr><th scope='row'>{escape(one.name)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _attempts(entries: list[Practised]) -> None:
    """Each attempt, newest first: open its result, or grade it if the grading failed."""
    for entry in reversed(entries):
        attempt = entry.attempt
        if entry.comparison is None:
            with st.container(border=True):
                st.html(f"<p>{escape(when(attempt.at))} · {escape(tr('ui_practice.not_graded'))}</p>")
                if st.button(tr("ui_practice.grade_now"), key=f"practice_grade_{attempt.id}"):
                    drafts.keep(DRAFT, job=_grade(entry).id)
                    go_to("practice_view", "write")
            continue
        label = tr(
            "ui_practice.attempt_line",
            at=when(attempt.at),
            own=out_of(entry.comparison.own_total, entry.comparison.max_points),
            graded=out_of(entry.comparison.graded_total, entry.comparison.max_points),
        )
        if st.toggle(label, key=f"practice_open_{attempt.id}"):
            show_result(entry)


def _grade(entry: Practised) -> runner.Job:
    settings, records, profile = stores.settings(), stores.records(), remembered_profile(entry.rubric)

    async def work(job: runner.Job) -> object:
        return await grade_attempt(
            records, entry.attempt, settings=settings, profile=profile, report=runner.listen(job)
        )

    return runner.start("practice", work, title=entry.rubric.title)


def show_advice(entries: list[Practised]) -> None:
    """What to train next, each with what the next level requires, the missing key points, and matching references."""
    advice = advise(entries)
    if not advice:
        st.html(f'<p class="ev-empty">{escape(tr("ui_practice.no_advice"))}</p>')
        return
    rubrics = {entry.rubric.id: entry for entry in entries}
    for one in advice:
        st.html(advice_html(one))
        _references(one, rubrics[one.rubric_id])


def advice_html(one: Advice) -> str:
    """One piece of advice in words."""
    parts = [tr("ui_practice.advice_loss", share=percent(one.loss), most=f"{one.max_points:g}", count=one.attempts)]
    if one.reached:
        parts.append(tr("ui_practice.advice_reached", text=one.reached))
    if one.wanted:
        parts.append(tr("ui_practice.advice_wanted", text=one.wanted))
    if one.missing:
        parts.append(tr("ui_practice.advice_missing", points=in_a_row(one.missing[:4])))
    if one.blind:
        parts.append(tr("ui_practice.advice_blind"))
    lines = "".join(f"<p>{escape(part)}</p>" for part in parts)
    title = f"{escape(one.name)} <span class='ev-dim'>{escape(one.rubric_title)}</span>"
    return f'<section class="pr-advice"><h3>{title}</h3>{lines}</section>'


def _references(one: Advice, entry: Practised) -> None:
    with st.expander(tr("ui_practice.advice_references", name=literal(one.name))):
        if not st.session_state.get(f"practice_refs_{one.rubric_id}_{one.criterion}") and not st.button(
            tr("ui_practice.find_references"), key=f"practice_find_{one.rubric_id}_{one.criterion}"
        ):
            return
        st.session_state[f"practice_refs_{one.rubric_id}_{one.criterion}"] = True
        uses = _found(one, entry).references
        if not uses:
            st.html(f'<p class="ev-empty">{escape(tr("ui_practice.no_references"))}</p>')
        for use in uses:
            st.html(
                f"<p>{escape(use.text)}</p><p class='ev-dim'>{escape(use.source or tr('no_source'))} · "
                f"{escape(tr(f'matched_{use.matched_by}'))}</p>"
            )


@st.cache_data(show_spinner=False, max_entries=200, hash_funcs={Practised: lambda entry: entry.rubric.digest})
def _found(one: Advice, entry: Practised) -> Advice:
    from evaluator.references import open_store

    return with_references(one, entry.rubric, open_store(stores.settings()))
