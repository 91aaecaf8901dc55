"""Tables inside papers, and answers on the line of their question, spread into the lines that the grammar knows.

Three shapes are common: a grid of numbers above answers, a table of questions with headed columns, and a table that
only lays out options side by side (which needs nothing: its cells joined by tabs read as options on one line).
"""

from __future__ import annotations

import re
from dataclasses import replace

from evaluator.bank import marks
from evaluator.bank.reading.lines import Line
from evaluator.bank.template import COLUMNS, OPTION_LABELS

_NUMBERS = re.compile(r"^(?:题\s*号|序\s*号|no\.?|number|question)$", re.I)
_ANSWERS = re.compile(r"^(?:答\s*案|参考答案|key|answer)$", re.I)
_COLUMN_OF = {name.lower(): column for column, names in COLUMNS.items() for name in names} | {"序号": "number"}


def spread_tables(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines with grids of keys and tables of questions written out, each at the line of its row."""
    spread: list[Line] = []
    columns: list[str | None] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        below = lines[place + 1] if place + 1 < len(lines) else None
        if below is not None and _is_grid(line, below):
            spread.append(replace(below, text=_grid_keys(line, below), cells=()))
            place += 2
            continue
        columns = columns if line.cells else []
        if _heads_questions(line):
            columns = [_column(cell) for cell in line.cells]
        elif columns and len(line.cells) == len(columns):
            spread.extend(_question_lines(line, columns))
        elif line.text.strip():
            spread.extend(_split_inner_labels(line))
        place += 1
    return tuple(spread)


def _split_inner_labels(line: Line) -> list[Line]:
    """`… 答案:A 解析:…` behind a question or its options on one line becomes lines of their own."""
    if marks.read_label(line.text):
        return [line]
    before, explained = marks.split_inner_explanation(line.text)
    before, key = marks.split_inner_answer(before)
    texts = [before, f"答案:{key}" if key else "", f"解析:{explained}" if explained else ""]
    return [replace(line, text=text) for text in texts if text] if key or explained else [line]


def _column(cell: str) -> str | None:
    return _COLUMN_OF.get(marks.fold(cell).replace(" ", "").lower())


def _is_grid(first: Line, second: Line) -> bool:
    """`题号 1 2 3` above `答案 A C B`."""
    if not first.cells or len(first.cells) != len(second.cells) or len(first.cells) < 2:
        return False
    headed = _NUMBERS.match(marks.fold(first.cells[0])) and _ANSWERS.match(marks.fold(second.cells[0]))
    return bool(headed) and all(marks.read_number(cell) for cell in first.cells[1:] if cell.strip())


def _grid_keys(first: Line, second: Line) -> str:
    pairs = zip(first.cells[1:], second.cells[1:], strict=True)
    written = [
        f"{marks.read_number(number)}.{marks.fold(key)}" for number, key in pairs if number.strip() and key.strip()
    ]
    return "答案: " + " ".join(written)


def _heads_questions(line: Line) -> bool:
    columns = [_column(cell) for cell in line.cells]
    return "text" in columns and ("number" in columns or "key" in columns or "A" in columns)


def _question_lines(line: Line, columns: list[str | None]) -> list[Line]:
    """A row as the lines of a question; a row without a number continues nothing, so it is left as it is."""
    cells = {column: cell.strip() for column, cell in zip(columns, line.cells, strict=True) if column}
    texts = [f"{cells.get('number', '')}.{cells['text']}" if cells.get("number") else cells["text"]]
    texts += [f"{label}.{cells[label]}" for label in OPTION_LABELS if cells.get(label)]
    labels = (("key", "答案"), ("explanation", "解析"), ("references", "参考答案"))
    texts += [f"{label}:{cells[name]}" for name, label in labels if cells.get(name)]
    return [replace(line, text=text, cells=(), blank_before=True) for text in texts]
