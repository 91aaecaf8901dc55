"""The spreadsheet template that import reads and export writes: one question a row, columns by name in any order.

Needed are `kind` and `text`; headings may be Chinese or English. Criteria, steps and answers take one line each in
their cell; a criterion ends with its points in brackets: `先安抚客户（3分）`, `calms the customer (3 points)`.
"""

from __future__ import annotations

from evaluator.bank import marks
from evaluator.bank.answers import split_answer
from evaluator.bank.items import KINDS, Answer, Criterion, Item, Kind, Option, Warning
from evaluator.errors import InputError
from evaluator.spelling import number_text

OPTION_LABELS = "ABCDEFGH"
ANSWER_RULE = "———"  # between two reference answers in one cell
COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("编号", "id"),
    "kind": ("题型", "kind", "type"),
    "number": ("题号", "number", "no", "no."),
    "text": ("题目", "题干", "text", "question"),
    **{label: (f"选项{label}", label, f"option {label}", f"option_{label}") for label in OPTION_LABELS},
    "steps": ("步骤", "steps"),
    "key": ("答案", "key", "answer"),
    "explanation": ("解析", "explanation"),
    "points": ("分值", "分数", "points"),
    "criteria": ("评分标准", "criteria"),
    "references": ("参考答案", "references", "reference answer"),
    "background": ("背景", "background"),
    "requirements": ("要求", "requirements"),
    "section": ("章节", "section"),
    "paper": ("试卷", "paper"),
    "truncated": ("截断", "truncated"),
}
NEEDED = ("kind", "text")
_NAMES = {name.lower(): column for column, names in COLUMNS.items() for name in names}
KIND_NAMES: dict[Kind, str] = {
    "single_choice": "单选题",
    "multiple_choice": "多选题",
    "true_false": "判断题",
    "ordering": "排序题",
    "scenario": "情景模拟题",
    "behavioural": "行为面试题",
    "strategy": "策略分析题",
    "open": "开放题",
}


def name_columns(headings: list[str], file: str) -> list[str | None]:
    """The column that each heading stands for (None for those unknown); InputError where a needed one is missing."""
    columns = [_NAMES.get(marks.fold(heading).strip().lower()) for heading in headings]
    missing = [COLUMNS[name][0] for name in NEEDED if name not in columns]
    if missing:
        shown = "、".join(heading.strip() for heading in headings if heading.strip()) or "—"
        raise InputError("bank_wrong_columns", file=file, missing="、".join(missing), found=shown[:200])
    return columns


def looks_like_template(headings: list[str]) -> bool:
    """Whether the first row of a table names the columns of the template."""
    return {"kind", "text"} <= {_NAMES.get(marks.fold(heading).strip().lower()) for heading in headings}


def to_row(item: Item) -> dict[str, str]:
    """An item as cells of the template."""
    options = {option.label: option.text for option in item.options}
    return {
        "id": item.id,
        "kind": item.kind,
        "number": "" if item.number is None else str(item.number),
        "text": item.text,
        **{label: options.get(label, "") for label in OPTION_LABELS},
        "steps": "\n".join(_one_line(step) for step in item.steps),
        "key": item.key or "",
        "explanation": item.explanation,
        "points": "" if item.points is None else number_text(item.points),
        "criteria": "\n".join(_criterion_cell(criterion) for criterion in item.criteria),
        "references": f"\n{ANSWER_RULE}\n".join(answer.text for answer in item.references),
        "background": item.background,
        "requirements": item.requirements,
        "section": item.section,
        "paper": item.paper,
        "truncated": "1" if item.truncated else "",
    }


def from_row(row: dict[str, str], line: int) -> Item:
    """An item from the cells of the template; what cannot be read in a cell becomes a warning of the item."""
    warnings: list[Warning] = []
    kind, key = _kind(row, line, warnings), row.get("key", "").strip()
    return Item(
        id=row.get("id", "").strip(),
        kind=kind,
        number=_whole(row, line, warnings),
        text=row.get("text", "").strip(),
        options=tuple(
            Option(label=label, text=row[label].strip()) for label in OPTION_LABELS if row.get(label, "").strip()
        ),
        steps=_lines(row, "steps"),
        key=marks.read_key(key) if key else None,
        explanation=row.get("explanation", "").strip(),
        points=_points(row, line, warnings),
        criteria=_criteria(row),
        references=_answers(row, "" if marks.read_key(key) else key),
        background=row.get("background", "").strip(),
        requirements=row.get("requirements", "").strip(),
        section=row.get("section", "").strip(),
        paper=row.get("paper", "").strip(),
        truncated=row.get("truncated", "").strip().lower() in ("1", "yes", "true", "是"),
        warnings=tuple(warnings),
    )


def _kind(row: dict[str, str], line: int, warnings: list[Warning]) -> Kind:
    given = row.get("kind", "").strip()
    known = next((kind for kind in KINDS if kind == given.lower()), None) or marks.read_kind(given)
    if known:
        return known
    letters = [letter for letter in row.get("key", "") if letter in OPTION_LABELS]
    guessed: Kind = "open" if not row.get("A") else "multiple_choice" if len(letters) > 1 else "single_choice"
    warnings.append(Warning(code="kind_unknown", line=line, values={"kind": given, "taken": guessed}))
    return guessed


def _whole(row: dict[str, str], line: int, warnings: list[Warning]) -> int | None:
    given = row.get("number", "").strip()
    number = marks.read_number(given.removesuffix(".0")) if given else None
    if given and number is None:
        warnings.append(Warning(code="number_unreadable", line=line, values={"value": given[:40]}))
    return number


def _points(row: dict[str, str], line: int, warnings: list[Warning]) -> float | None:
    given = row.get("points", "").strip()
    points = marks.read_points(given) if given else None
    if given and points is None:
        warnings.append(Warning(code="points_unreadable", line=line, values={"value": given[:40]}))
    return points


def _criteria(row: dict[str, str]) -> tuple[Criterion, ...]:
    read = [marks.split_points(line) for line in _lines(row, "criteria")]
    return tuple(
        Criterion(number=number, text=text, points=points) for number, (text, points) in enumerate(read, start=1)
    )


def _answers(row: dict[str, str], key_cell: str) -> tuple[Answer, ...]:
    """Reference answers; an open question's may also stand in the column of the key."""
    texts = row.get("references", "").split(ANSWER_RULE) or []
    return tuple(split_answer(text.strip()) for text in (*texts, key_cell) if text.strip())


def _lines(row: dict[str, str], column: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in row.get(column, "").splitlines() if line.strip())


def _criterion_cell(criterion: Criterion) -> str:
    """One line: a line of the cell is a criterion."""
    text = _one_line(criterion.text)
    return text if criterion.points is None else f"{text}（{number_text(criterion.points)}分）"


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))
