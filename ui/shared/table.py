"""A small table that a phone can scroll sideways."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def table_html(label: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The table, named `label` for screen readers; each row's first cell is its heading. Cells are plain text."""
    top = "".join(f"<th scope='col'>{escape(one)}</th>" for one in head)
    body = "".join(
        f"<tr><th scope='row'>{escape(row[0])}</th>{''.join(f'<td>{escape(one)}</td>' for one in row[1:])}</tr>"
        for row in rows
    )
    return (
        f'<div class="ev-wide" role="region" tabindex="0" aria-label="{escape(label)}"><table class="ev-table">'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )
