"""The visible text of HTML, with a line break at every block.

Beautiful Soup's tree is walked without recursion, so that deep nesting is harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

HIDDEN_TAGS = ("script", "style", "noscript", "template", "nav", "svg", "head", "title", "iframe", "button", "select")
BLOCK_TAGS = {
    *("br", "hr", "p", "div", "section", "article", "header", "footer", "main", "pre", "blockquote", "form"),
    *("ul", "ol", "li", "dl", "dt", "dd", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6"),
}


def visible_text(part: Any, row: Callable[[Any], str] | None = None) -> str:
    """The text of a page or part of it, with a break before and after every block.

    `row` formats table rows, which are otherwise treated as blocks.
    """
    return "".join(_pieces(part, row))


def _pieces(part: Any, row: Callable[[Any], str] | None) -> Iterator[str]:
    from bs4.element import CData, NavigableString, Tag

    open_tags = [(iter([part]), "")]
    while open_tags:
        children, end = open_tags[-1]
        child = next(children, None)
        if child is None:
            open_tags.pop()
            yield end
        elif type(child) in (NavigableString, CData):  # comments and declarations are subclasses of it, but not text
            yield str(child)
        elif not isinstance(child, Tag) or child.name in HIDDEN_TAGS:
            continue
        elif row is not None and child.name == "tr":
            yield f"\n{row(child)}\n"
        else:
            edge = "\n" if child.name in BLOCK_TAGS else ""
            yield edge
            open_tags.append((iter(child.contents), edge))
