"""Documents into the bank: a dry run first, with what would change and every warning, then the import."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from evaluator.bank import FileReport, ItemWarning
from evaluator.bank.formats import ARCHIVE, FORMATS
from ui.bank import store
from ui.bank.beside import document_lines, show_beside
from ui.bank.columns import ask_columns, unknown_columns
from ui.bank.resolving import resolve_warnings
from ui.scorecard.view import section
from ui.shared import drafts, runner
from ui.shared.choices import go_to
from ui.shared.language import listed, tr
from ui.shared.literal import literal
from ui.shared.progress import watch

DRAFT = "bank_import"
SHOWN = 200  # warnings of one file


def show_import() -> None:
    """Lets the user choose documents, see what they hold, import them, and go on to what needs a person."""
    kept = drafts.load(DRAFT)
    done = runner.find(kept.get("import"))
    if done is not None:
        _imported(done)
        return
    files = st.file_uploader(
        tr("ui_bank.drop"),
        type=[one.removeprefix(".") for one in (*FORMATS, ARCHIVE)],
        accept_multiple_files=True,
        key="bank_files",
        help=tr("ui_bank.drop_help"),
    )
    if files and st.button(tr("ui_bank.look"), type="primary", icon=":material/search:", key="bank_look"):
        paths = store.keep_files(files)
        drafts.keep(DRAFT, paths=paths, look=store.read_documents(paths, dry_run=True).id)
        kept = drafts.load(DRAFT)
    looked = runner.find(kept.get("look"))
    if looked is not None:
        _looked(looked, kept["paths"])
    elif not files:
        st.html(f'<p class="ev-empty">{escape(tr("ui_bank.import_empty"))}</p>')


def _looked(job: runner.Job, paths: list[str]) -> None:
    reports = watch(job)
    if reports is None:
        return
    section("ui_bank.dry_run")
    _show_reports(reports)
    unknown = unknown_columns(reports)
    again = bool(unknown) and ask_columns(unknown)
    if _show_documents(reports, paths) or again:
        drafts.keep(DRAFT, paths=paths, look=store.read_documents(paths, dry_run=True).id)
        st.rerun()
    if not any(report.status == "imported" for report in reports):
        st.html(f'<p class="ev-dim">{escape(tr("ui_bank.nothing_new"))}</p>')
    edited = any(report.stored.protected for report in reports)
    overwrite = edited and st.checkbox(tr("ui_bank.overwrite"), key="bank_overwrite", help=tr("ui_bank.overwrite_help"))
    if any(report.status != "failed" for report in reports) and st.button(
        tr("ui_bank.import"), type="primary", icon=":material/upload:", key="bank_import_go"
    ):
        job = store.read_documents(paths, dry_run=False, overwrite=overwrite)
        drafts.keep(DRAFT, **{"import": job.id, "look": None})
        st.rerun()


def _show_documents(reports: list[FileReport], paths: list[str]) -> bool:
    """Each file's warnings to resolve, and its lines beside what was read; True once it should be read again.

    Members of archives are not stored, so their warnings are only listed.
    """
    known = {Path(path).name: path for path in paths}
    again = False
    for report in reports:
        path = known.get(report.file)
        found = warnings_of(report)
        if report.status == "failed" or path is None:
            _list_warnings(report, found, alone=len(reports) == 1)
            continue
        lines = document_lines(path)
        if found or report.readings:
            with st.expander(_named(report, found), expanded=len(reports) == 1):
                again = resolve_warnings(report, found, lines) or again
        with st.expander(tr("ui_bank.beside", file=literal(report.file)), expanded=len(reports) == 1):
            show_beside(report, lines)
    return again


def _imported(job: runner.Job) -> None:
    reports = watch(job)
    if not job.finished:
        return
    if reports is not None:
        section("ui_bank.imported")
        _show_reports(reports, dry_run=False)
        for report in reports:
            _list_warnings(report, warnings_of(report), alone=len(reports) == 1)
    left, right = st.columns(2)
    if left.button(tr("ui_bank.resolve"), type="primary", icon=":material/build:", key="bank_resolve"):
        st.session_state["bank_only_warned"] = True
        drafts.drop(DRAFT)
        go_to("bank_view", "items")
    if right.button(tr("ui_bank.import_more"), icon=":material/add:", key="bank_more"):
        drafts.drop(DRAFT)
        st.rerun()


def _show_reports(reports: list[FileReport], dry_run: bool = True) -> None:
    """A row per file."""
    heads = [f"bank.cli_{name}" for name in ("file", "result", "questions", "cut", "changes")]
    head = "".join(f"<th scope='col'>{escape(tr(key))}</th>" for key in (*heads, "ui_bank.column_remarks"))
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in _cells(report, dry_run))}</tr>" for report in reports)
    st.html(f'<table class="ev-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>')


def _list_warnings(report: FileReport, found: list[ItemWarning], alone: bool) -> None:
    """A file's warnings with their lines, to read."""
    if found:
        with st.expander(_named(report, found), expanded=alone):
            st.html(_list(found[:SHOWN]))
            if len(found) > SHOWN:
                st.caption(tr("ui_bank.more_warnings", count=len(found) - SHOWN))


def _named(report: FileReport, found: list[ItemWarning]) -> str:
    return tr("ui_bank.warnings_of", file=literal(report.file), count=len(found))


def _cells(report: FileReport, dry_run: bool) -> list[str]:
    if report.status == "failed":
        failed = f'<span class="ev-no">{escape(tr("bank.cli_failed"))}</span>'
        return [escape(report.file), failed, "", "", escape(report.error), ""]
    result = "would_import" if dry_run and report.status == "imported" else report.status
    kinds = listed(f"{tr(f'bank.kind_{kind}')} {count}" for kind, count in report.kinds.items())
    cut = len(report.items) - report.whole
    cells = [report.file, tr(f"bank.cli_{result}"), kinds, str(cut or ""), _changes(report)]
    return [*map(escape, cells), escape(str(len(warnings_of(report)) or ""))]


def _changes(report: FileReport) -> str:
    if report.stored.same_as:
        return tr("bank.cli_same_as", path=report.stored.same_as)
    fates = report.stored.model_dump(exclude={"same_as", "unchanged"})
    return listed(tr(f"bank.cli_count_{fate}", count=len(ids)) for fate, ids in fates.items() if ids)


def warnings_of(report: FileReport) -> list[ItemWarning]:
    """All warnings of a file, in the order of its lines."""
    found = [warning for paper in report.papers for warning in paper.warnings]
    found += [warning for item in report.items for warning in item.warnings]
    return sorted(found, key=lambda warning: warning.line or 0)


def _list(warnings: list[ItemWarning]) -> str:
    items = "".join(
        f"<li>{escape(tr('ui_bank.line', line=warning.line or '–'))} {escape(warning.text())}</li>"
        for warning in warnings
    )
    return f'<ul class="ev-list">{items}</ul>'
