"""Rewrites tables inside papers, and answers on their question's line, as lines that the grammar understands.

Three forms are common: a grid of numbers above answers, a question table with column names, and a table that only
arranges options side by side (which needs nothing: its cells joined by tabs read as options on one line).
"""

from __future__ import annotations

import re
from dataclasses import replace

from evaluator.bank.columns import OPTION_LABELS, OPTIONS, column_of
from evaluator.bank.formats.lines import Line
from evaluator.bank.items import KINDS
from evaluator.bank.papers import line_patterns
from evaluator.bank.template import KIND_NAMES
from evaluator.text import number_text

_NUMBERS = re.compile(r"^(?:题\s*号|序\s*号|no\.?|number|question)$", re.I)
_ANSWERS = re.compile(r"^(?:答\s*案|参考答案|key|answer)$", re.I)
_FIRST = frozenset("题題序答参參nqka")  # letters with which the two begin
_TAGS = {"difficulty": "难度", "topics": "知识点", "chapter": "章节"}
_LABELS = {"key": "答案", "explanation": "解析", "references": "参考答案", "criteria": "评分标准"}
_TAKEN = {
    "number",
    "kind",
    "text",
    "points",
    "background",
    "requirements",
    "steps",
    OPTIONS,
    *OPTION_LABELS,
    *_LABELS,
    *_TAGS,
}
_NUMBERED = re.compile(r"^\s*(?:[(（]\d{1,2}[)）]|\d{1,2}[.、．)）])\s*")
_LAST_CELL = re.compile(r"\t+\s*([A-L]{1,8}|√|×|对|错|正确|错误)\s*$")  # of a question in columns apart by tabs
_BREAK = re.compile(r"\s*(?:\n|<br\s*/?>)\s*", re.I)  # between the lines of a cell


def heads_questions(cells: tuple[str, ...]) -> bool:
    """Whether a row names the columns of a question table."""
    return _are_of_questions(_columns(cells))


def _columns(names: tuple[str, ...]) -> list[str]:
    """The role of each column, or its own name if the grammar has no place for it or already has one."""
    found: list[str] = []
    for name in names:
        column = column_of(name)
        free = column in _TAKEN and column not in found
        found.append(column if column and free else name.strip())
    return found


def _are_of_questions(columns: list[str]) -> bool:
    return "text" in columns and bool({"number", "key", "A", OPTIONS} & set(columns))


def spread_tables(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines with key grids and question tables written out, each at the line of its row."""
    spread: list[Line] = []
    columns: list[str] = []
    criteria: dict[str, int] = {}
    place = rows = 0
    while place < len(lines):
        line = lines[place]
        below = lines[place + 1] if place + 1 < len(lines) else None
        if below is not None and _is_grid(*(written := (_with_cells(line), _with_cells(below)))):
            line, below = written
        if below is not None and _is_grid(line, below):
            spread.append(replace(below, text=_grid_keys(line, below), cells=()))
            place += 2
            continue
        if not line.cells and not (columns and _heads_more_rows(line, below, columns)):
            columns, criteria = [], {}
        scored = _criteria_columns(line.cells)
        if scored and not columns and not heads_questions(line.cells):
            criteria, rows = scored, 0
            spread.append(replace(line, text="评分标准:", cells=()))
            place += 1
            continue
        if criteria and len(line.cells) == criteria["width"]:
            rows += 1
            if _SUM.fullmatch(line_patterns.fold(line.cells[criteria["named"]]).strip()):
                spread.append(replace(line, noise=True))
                place += 1
                continue
            spread.append(replace(line, text=_criterion_line(line.cells, criteria, rows), cells=()))
            place += 1
            continue
        if _are_of_questions(named := _columns(line.cells)):
            columns, rows = named, 0
        elif columns and len(line.cells) == len(columns):
            rows += 1
            spread.extend(_question_lines(line, columns, rows))
        elif line.text.strip():
            spread.extend(_split_inner_labels(line))
        place += 1
    return tuple(spread)


_SCORED = re.compile(
    r"^(?:(?:评分|考核|评价)?(?:维度|项目?|要点|指标|标准|内容)|采分点|得分点|dimension|criteri(?:on|a))$", re.I
)
_SCORES = re.compile(r"^(?:分值|分数|满分|配分|权重分?|points?|marks?|score)$", re.I)


_SUM = re.compile(r"合\s*计|总\s*计|总\s*分|小\s*计|total|sum", re.I)


def _heads_more_rows(line: Line, below: Line | None, columns: list[str]) -> bool:
    """Whether a cell across the whole table names the kind of the questions in the rows below it."""
    heading = line_patterns.read_heading(line.text)
    return heading is not None and below is not None and len(below.cells) == len(columns)


def _criteria_columns(cells: tuple[str, ...]) -> dict[str, int]:
    """Which cells of a scoring table hold criteria and points; empty for any other row."""
    names = [line_patterns.fold(cell).replace(" ", "") for cell in cells]
    named = next((place for place, name in enumerate(names) if _SCORED.match(name)), None)
    points = next((place for place, name in enumerate(names) if _SCORES.match(name)), None)
    return {"named": named, "points": points, "width": len(cells)} if named is not None and points is not None else {}


def _criterion_line(cells: tuple[str, ...], columns: dict[str, int], row: int) -> str:
    """A row as one criterion line with all its cells: `(1)共情:先回应情绪(5分)`."""
    points = line_patterns.read_points(cells[columns["points"]])
    rest = [cell.strip() for place, cell in enumerate(cells) if place not in (columns["named"], columns["points"])]
    text = "：".join(filter(None, (cells[columns["named"]].strip(), "；".join(filter(None, rest)))))
    given = f"（{number_text(points)}分）" if points is not None else cells[columns["points"]].strip()
    return f"({row}){text}{given}"


def _split_inner_labels(line: Line) -> list[Line]:
    """Splits `… 答案:A 解析:…` after a question or its options into separate lines."""
    if line_patterns.read_label(line.text):
        return [line]
    if last := _LAST_CELL.search(line_patterns.fold(line.text[-40:])):
        end = max(0, len(line.text) - 40) + last.start()
        if line_patterns.read_header(line.text) and line_patterns.read_key(last[1]):
            return [
                replace(line, text=line.text[:end].rstrip(), cells=()),
                replace(line, text=f"答案:{last[1]}", cells=()),
            ]
    before, explained = line_patterns.split_inner_explanation(line.text)
    before, key = line_patterns.split_inner_answer(before)
    texts = [before, f"答案:{key}" if key else "", f"解析:{explained}" if explained else ""]
    return [replace(line, text=text) for text in texts if text] if key or explained else [line]


def _with_cells(line: Line) -> Line:
    """`题号 1 2 3`, `答案 A C B` in plain text: the row of a grid, apart by tabs or spaces."""
    if line.cells or len(line.text) > 400 or line.text.lstrip()[:1].lower() not in _FIRST:
        return line
    head, *rest = line.text.split() or [""]
    named = _NUMBERS.match(line_patterns.fold(head)) or _ANSWERS.match(line_patterns.fold(head))
    return replace(line, cells=(head, *rest)) if named and rest else line


def _is_grid(first: Line, second: Line) -> bool:
    """Whether rows form a grid: `题号 1 2 3` above `答案 A C B`, or numbers above keys without these words."""
    return _is_headed_grid(first, second) or _is_bare_grid(first, second)


def _is_bare_grid(first: Line, second: Line) -> bool:
    if len(first.cells) != len(second.cells) or len(first.cells) < 2:
        return False
    numbers = [cell.strip() for cell in first.cells if cell.strip()]
    keys = [cell.strip() for cell in second.cells if cell.strip()]
    counted = all(number.isdecimal() for number in numbers) and len(numbers) > 1
    return (
        counted
        and len(keys) == len(numbers)
        and all(line_patterns.read_key(key) and not key.isdecimal() for key in keys)
    )


def _is_headed_grid(first: Line, second: Line) -> bool:
    if not first.cells or len(first.cells) != len(second.cells) or len(first.cells) < 2:
        return False
    headed = _NUMBERS.match(line_patterns.fold(first.cells[0])) and _ANSWERS.match(line_patterns.fold(second.cells[0]))
    return bool(headed) and all(line_patterns.read_number(cell) for cell in first.cells[1:] if cell.strip())


def _grid_keys(first: Line, second: Line) -> str:
    begin = 1 if _is_headed_grid(first, second) else 0
    pairs = zip(first.cells[begin:], second.cells[begin:], strict=True)
    written = [
        f"{line_patterns.read_number(number)}.{line_patterns.fold(key)}"
        for number, key in pairs
        if number.strip() and key.strip()
    ]
    return "答案: " + " ".join(written)


def _question_lines(line: Line, columns: list[str], row: int) -> list[Line]:
    """A row as the lines of a question, counted if the table has no numbers; cells without a place come last.

    A row without a number in a numbered table continues nothing, so it is left unchanged.
    """
    cells = {column: cell.strip() for column, cell in zip(columns, line.cells, strict=True) if cell.strip()}
    number = cells.get("number", "") if "number" in columns else str(row)
    head, left = _head_line(cells)
    texts = [f"{number}.{head}" if number else head]
    texts += [
        f"{label}:{cells[name]}" for name, label in (("background", "背景"), ("requirements", "要求")) if name in cells
    ]
    texts += [*_steps(cells), *_BREAK.split(cells.get(OPTIONS, ""))]
    texts += [f"{label}.{cells[label]}" for label in OPTION_LABELS if label in cells]
    for name, label in _LABELS.items():
        if name in cells:
            texts += _criteria(cells[name]) if name == "criteria" else _BREAK.split(f"{label}:{cells[name]}")
    texts += [f"{label}:{cells[name]}" for name, label in _TAGS.items() if name in cells]
    left += [f"{name}:{cell}" for name, cell in cells.items() if name not in _TAKEN]
    spread = [replace(line, text=text, cells=(), blank_before=True) for text in texts if text]
    return [*spread, replace(line, text="; ".join(left), cells=(), unknown=True)] if left else spread


def _head_line(cells: dict[str, str]) -> tuple[str, list[str]]:
    """The question preceded by its points and kind, as papers write them, and the cells that cannot be read."""
    points, given = line_patterns.read_points(cells.get("points", "")), cells.get("kind", "")
    kind = next((kind for kind in KINDS if kind == given.lower()), None) or line_patterns.read_kind(given)
    left = [f"分值:{cells['points']}"] if points is None and "points" in cells else []
    left += [f"题型:{given}"] if given and kind is None and not line_patterns.names_some_choice(given) else []
    shown = f"({number_text(points)}分)" if points is not None else ""
    return f"{shown}{f'[{KIND_NAMES[kind]}]' if kind else ''}{cells.get('text', '')}", left


def _steps(cells: dict[str, str]) -> list[str]:
    """The steps of an ordering question, with the marks used in papers."""
    steps = _BREAK.split(cells["steps"]) if "steps" in cells else []
    unmarked = zip(line_patterns.CIRCLED, steps, strict=False)
    return steps if any(map(line_patterns.read_step, steps)) else [f"{mark}{step}" for mark, step in unmarked]


def _criteria(cell: str) -> list[str]:
    """`评分标准:` and its lines; several on one line are separated at their points."""
    pieces = re.split(rf"{_BREAK.pattern}|(?<=[分)）])\s*[;；]\s*", cell)
    return [
        "评分标准:",
        *(f"({number}){_NUMBERED.sub('', piece)}" for number, piece in enumerate(filter(None, pieces), 1)),
    ]
