"""A rubric tried on examples: texts that should score high, low and in between, graded one after the other."""

from __future__ import annotations

import asyncio
from contextlib import closing
from html import escape
from itertools import pairwise
from typing import Any, NamedTuple

import streamlit as st

from evaluator.resources import resource_dir
from evaluator.rubric import Rubric
from evaluator.scorecard import Scorecard
from ui.shared import drafts, runner, stores
from ui.shared.language import in_a_row, tr
from ui.shared.layout import out_of
from ui.shared.progress import watch
from ui.shared.runner import Tick

ORDER = ("good", "middling", "poor", "off-topic", "empty", "orders-the-grader")
RISING = ("good", "middling", "poor")  # each should get at least as much as the next


class Example(NamedTuple):
    """A text to try the rubric on. `name` is one of ORDER, a reference answer's id, or "own"."""

    name: str
    text: str


class TrialGrading(NamedTuple):
    """An example and its scorecard."""

    example: Example
    card: Scorecard


def examples(rubric: Rubric, own: str = "") -> list[Example]:
    """Returns the rubric's development examples, otherwise its reference answers and silence, plus `own` text.

    Frozen texts are left out: rewording a rubric by what they score would be tuning on them.
    """
    folder = resource_dir("examples") / rubric.id
    found = [
        Example(name, (folder / f"{name}.txt").read_text(encoding="utf-8"))
        for name in ORDER
        if (folder / f"{ORDER[0]}.txt").is_file() and (folder / f"{name}.txt").is_file()
    ]
    if not found:
        found = [Example("reference", reference.text) for reference in rubric.references] + [Example("empty", "")]
    return [*([Example("own", own)] if own.strip() else []), *found]


def under_way(rubric: Rubric) -> runner.Job | None:
    """The trial of exactly this content that was begun, if there is one."""
    return runner.find(drafts.load("bank_trial").get(rubric.digest))


def show_trial(rubric: Rubric) -> None:
    """Own text if wanted, the button, and the table once the results exist."""
    st.html(f'<p class="ev-dim">{escape(tr("ui_bank.trial_lead", count=len(examples(rubric))))}</p>')
    own = st.text_area(tr("ui_bank.trial_own"), key=f"bank_trial_text_{rubric.id}", height=100)
    if st.button(tr("ui_bank.trial_go"), icon=":material/science:", key="bank_trial_go"):
        drafts.drop("bank_trial")
        drafts.keep("bank_trial", **{rubric.digest: _begin(rubric, examples(rubric, own)).id})
    job = under_way(rubric)
    tried = watch(job)
    if tried is not None:
        st.html(table_html(tried))
        st.html(f"<p>{escape(judge_order(tried))}</p>")


def _begin(rubric: Rubric, chosen: list[Example]) -> runner.Job:
    owner, settings, records = stores.owner(), stores.settings(), stores.records()
    names = [_named(one) for one in chosen]

    async def work(job: runner.Job) -> Any:
        from evaluator.grading import evaluate, open_judge

        tried = []
        with closing(await asyncio.to_thread(open_judge, settings)) as judge:
            for place, one in enumerate(chosen):
                job.events.append(Tick(place, len(chosen), names[place]))
                label = f"{rubric.title} · {names[place]}"
                card = await evaluate(
                    one.text, rubric, judge=judge, settings=settings, records=records, label=label, owner=owner
                )
                tried.append(TrialGrading(one, card))
        return tried

    return runner.start("bank_trial", work, title=rubric.title)


def table_html(tried: list[TrialGrading]) -> str:
    """A row per example: its total with the scale, whether it passes, and what was noticed."""
    heads = "".join(
        f"<th scope='col'>{escape(tr(f'ui_bank.trial_{name}'))}</th>" for name in ("example", "total", "noticed")
    )
    rows = "".join(
        f"<tr><td>{escape(_named(one.example))}</td><td>{escape(out_of(one.card.total, one.card.max_points))} "
        f"{escape(_passed(one.card))}</td><td>{escape(_noticed(one.card))}</td></tr>"
        for one in tried
    )
    return f'<table class="ev-table"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def judge_order(tried: list[TrialGrading]) -> str:
    """Whether the better examples got more, in one sentence."""
    totals = {one.example.name: one.card.total for one in tried}
    known = [total for name in RISING if (total := totals.get(name)) is not None]
    if len(known) < 2:
        return tr("ui_bank.trial_no_order")
    holds = all(first >= second for first, second in pairwise(known))
    return tr("ui_bank.trial_order_holds" if holds else "ui_bank.trial_order_fails")


def _named(one: Example) -> str:
    return tr(f"ui_bank.example_{one.name.replace('-', '_')}")


def _passed(card: Scorecard) -> str:
    return tr({True: "passed", False: "not_passed", None: "pass_open"}[card.passed])


def _noticed(card: Scorecard) -> str:
    return in_a_row(dict.fromkeys(tr(f"guards.{guard.code}") for guard in card.guards))
