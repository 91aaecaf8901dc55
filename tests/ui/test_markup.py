"""Nothing that somebody wrote is drawn as Markdown: no remote image, link or icon in a name on any page.

The pages' source is read: whatever goes to a Streamlit call that draws Markdown must be ours (a constant, a text of the
catalogue) or pass through `literal`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

UI = Path(__file__).parents[2] / "ui"
DRAWN = {
    *("markdown", "caption", "write", "info", "warning", "error", "success", "expander", "button", "toast", "title"),
    *("header", "subheader", "checkbox", "toggle", "tabs", "radio", "selectbox", "text_input", "text_area", "popover"),
    *("number_input", "multiselect", "file_uploader", "metric", "status", "spinner", "segmented_control", "pills"),
    *("download_button", "form_submit_button", "select_slider", "slider"),
}
CLEAN = {"literal", "len", "when", "percent", "out_of", "points", "int", "round", "sum", "_happened", "_minutes", "tr"}
JOINING = {"tr", "say", "join", "labelled", "in_a_row", "listed"}
# Expressions that hold a text of the catalogue, or are a number or a file's suffix, by page.
OURS = {
    "bank/duplicates.py": {"text"},  # a count
    "bank/importing.py": {"_named(report, found)"},  # passes the file's name through `literal`
    "bank/item.py": {"caption"},
    "scorecard/correcting.py": {"' · '.join([*pinned, literal(note.who or '–'), when(note.at)])"},  # a turn's number
    "bank/items.py": {"text"},  # composed with `literal` before the page was drawn again
    "bank/rows.py": {"add", "field.label"},
    "bank/versions.py": {"saved", "back"},  # writes a rubric's file
    "batch/view.py": {
        "f'{at + 1} / {len(places)}'",
        "_in_words(items)",
        "tr('batch_export', format=suffix)",
        "tr(key, **values)",
    },
    "calibration/report.py": {"tr('ui_calibration.download', name=name)"},
    "calibration/sessions.py": {"tr('ui_session.progress', **counts)"},
    "practice/calling.py": {"label"},
    "practice/entry.py": {"_titled(item)"},
    "practice/persona_form.py": {"labels[event]"},
    "scorecard/profile_choice.py": {"label or tr('profile')"},
    "shared/choices.py": {"label"},
    "shared/layout.py": {"label", "tr(title, **values)"},
}
NUMBERS = {
    "count", "done", "failed", "total", "waiting", "running", "turns", "passages", "uncertain", "problem_count", "items",
    "pilot", "kind", "matched_by", "digest", "asked", "right", "number", "turn", "SHOWN", "folds",
}  # fmt: skip


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def is_clean(value: ast.expr, inside: ast.FunctionDef) -> bool:
    """Whether nothing but our own texts, numbers and `literal` text can be in the value."""
    match value:
        case ast.Constant():
            return True
        case ast.JoinedStr(values=parts) | ast.BoolOp(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
            return all(is_clean(part, inside) for part in parts)
        case ast.FormattedValue(value=shown, format_spec=form):
            return form is not None or is_clean(shown, inside)
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
            return is_clean(one, inside) and is_clean(other, inside)
        case ast.GeneratorExp(elt=one) | ast.ListComp(elt=one):
            return is_clean(one, inside)
        case ast.Attribute(attr=name):
            return name in NUMBERS
        case ast.Subscript(value=held):
            return is_clean(held, inside)
        case ast.Call(func=called, args=given, keywords=named):
            name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            if name in JOINING:
                values = [*(given[1:] if name in ("tr", "say") else given), *(one.value for one in named)]
                return all(is_clean(one, inside) for one in values)
            return name in CLEAN
        case ast.Name(id=name):
            return name in NUMBERS or _only_clean(name, inside)
    return False


def _only_clean(name: str, inside: ast.FunctionDef) -> bool:
    """Whether the local variable only ever gets clean values."""
    given = [
        node.value
        for node in ast.walk(inside)
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == name for one in node.targets)
    ]
    return bool(given) and all(is_clean(one, inside) for one in given)


def unclean(path: Path) -> Iterator[str]:
    for function in functions(ast.parse(path.read_text(encoding="utf-8"))):
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DRAWN:
                texts = [*node.args[:1], *(one.value for one in node.keywords if one.arg == "help")]
                ours = OURS.get(path.relative_to(UI).as_posix(), set())
                for text in texts:
                    if not is_clean(text, function) and ast.unparse(text) not in ours:
                        yield f"{path.relative_to(UI)}:{node.lineno} {node.func.attr}({ast.unparse(text)[:80]})"


PAGES = sorted(path for path in UI.rglob("*.py") if path.name != "screenshots.py")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(UI)))
def test_what_is_drawn_as_markdown_is_ours_or_literal(path: Path) -> None:
    assert list(unclean(path)) == []


def test_the_check_finds_a_name_that_is_drawn() -> None:
    tree = ast.parse("def show(one):\n    st.caption(one.label)\n    st.caption(tr('x', name=literal(one.label)))\n")
    (function,) = functions(tree)
    calls = [
        node.args[0]
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    assert [is_clean(value, function) for value in calls] == [False, True]
