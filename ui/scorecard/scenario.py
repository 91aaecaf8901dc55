"""Choosing the scenario: search, choose, look at the task, the criteria and the levels."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from evaluator.resources import resource_dir
from evaluator.rubric import Criterion, Rubric
from evaluator.rubrics import RubricEntry, list_rubrics
from ui.shared import stores
from ui.shared.choices import distinct, hold
from ui.shared.language import labelled, language, tr
from ui.shared.literal import literal


def entries() -> list[RubricEntry]:
    """All rubrics, read again only when a file has changed."""
    settings = stores.settings()
    folders = (resource_dir("rubrics"), settings.user_rubric_dir)
    files = [path for folder in folders if folder.is_dir() for path in folder.iterdir()]
    return _read(tuple(sorted((str(path), path.stat().st_mtime_ns) for path in files)), str(settings.user_rubric_dir))


@st.cache_resource(show_spinner=False, max_entries=4)  # shared and not copied: rubrics are frozen
def _read(fingerprint: tuple[tuple[str, int], ...], own_folder: str) -> list[RubricEntry]:
    return list_rubrics(stores.settings())


def usable() -> dict[str, Rubric]:
    """The rubrics that are ready for grading, by id."""
    return {entry.id: entry.rubric for entry in entries() if entry.rubric is not None}


def choose_rubric(key: str, *, chosen: str | None = None, preview: bool = True) -> Rubric | None:
    """Search, a list, and a preview; None while there is nothing to choose. `chosen` is the initial id."""
    found = _own_language_first(usable())
    for entry in entries():
        if entry.problem:
            st.warning(literal(entry.problem))
    searched, listed = st.columns([2, 3])
    word = searched.text_input(
        tr("search_scenario"), key=f"{key}_search", placeholder=tr("search_hint"), icon=":material/search:"
    )
    hits = [name for name, rubric in found.items() if _matches(rubric, word)]
    if not hits:
        st.info(tr("no_scenario_found") if found else tr("no_scenarios"))
        return None
    field, labels = f"{key}_rubric", distinct({name: _label(found[name]) for name in hits})
    hold(field, hits, chosen if chosen in hits else hits[0])
    name = listed.selectbox(tr("scenario"), hits, format_func=labels.__getitem__, key=field)
    if preview:
        show_rubric(found[name])
    return found[name]


def _own_language_first(found: dict[str, Rubric]) -> dict[str, Rubric]:
    return dict(sorted(found.items(), key=lambda item: item[1].language != language()))


def _matches(rubric: Rubric, word: str) -> bool:
    names = [item.name for item in rubric.criteria]
    text = " ".join([rubric.id, rubric.title, rubric.task, *rubric.topics, *names]).lower()
    return all(part in text for part in word.lower().split())


def _label(rubric: Rubric) -> str:
    return tr("scenario_label", title=rubric.title, points=f"{rubric.max_points:g}")


def show_rubric(rubric: Rubric) -> None:
    """The task and, on request, every criterion with its levels."""
    with st.container(border=True):
        st.html(
            f'<p class="ev-dim">{escape(_summary(rubric))}</p>'
            f'<p style="white-space:pre-wrap;margin:0.2rem 0">{escape(rubric.task)}</p>'
        )
        with st.expander(tr("show_criteria")):
            st.html("".join(_criterion(item) for item in rubric.criteria))


def _summary(rubric: Rubric) -> str:
    parts = [
        tr(f"form_{rubric.form}"),
        tr("points_of", points=f"{rubric.max_points:g}"),
        tr("pass_mark_short", mark=f"{rubric.pass_mark:g}"),
        tr("references_count", count=len(rubric.references)),
        f"v{rubric.version}",
    ]
    return " · ".join(parts)


def _criterion(item: Criterion) -> str:
    points = tr("points_unit", points=f"{item.points:g}") if item.points else ""
    kind = "" if item.kind == "score" else f" · {tr(f'kind_{item.kind}')}"
    steps = [labelled(tr("points_unit", points=f"{level.points:g}"), level.description) for level in item.levels]
    steps += [] if item.levels else [check.question for check in item.checks]
    listed = "".join(f"<li>{escape(step)}</li>" for step in steps)
    return (
        f"<p style='margin:0.5rem 0 0'><strong>{escape(item.name)}</strong> "
        f"<span class='ev-dim'>{escape(points + kind)}</span></p><ul class='ev-list'>{listed}</ul>"
    )


def example_text(rubric: Rubric, names: tuple[str, ...] = ("good", "excellent")) -> str | None:
    """The first of these examples that ships with a rubric, or None."""
    paths = [resource_dir("examples") / rubric.id / f"{name}.txt" for name in names]
    found: Path | None = next((path for path in paths if path.is_file()), None)
    return found.read_text(encoding="utf-8") if found else None
