"""Tables of responses: read as text, and the columns guessed from their names and content."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from evaluator import transcript as transcripts
from evaluator.errors import InputError
from evaluator.spelling import number_text, well_formed

Rows = list[dict[str, str]]

_NAMES = {
    "id": ("id", "item", "no", "name", "candidate", "编号", "序号", "工号", "姓名", "考生", "考号", "学号", "会话id"),
    "transcript": (
        "transcript", "text", "answer", "response", "dialogue", "conversation", "content", "email",
        "对话", "通话", "文本", "回答", "答案", "作答", "内容", "转写", "录音文本", "聊天记录", "邮件",
    ),
    "rubric": ("rubric", "rubric_id", "scenario", "task", "评分标准", "标准", "题目", "情景", "场景", "试题"),
}  # fmt: skip


class Columns(BaseModel):
    """Which column is what; `id` None numbers the rows, `rubric` None grades all by one rubric."""

    model_config = ConfigDict(frozen=True)

    transcript: str
    id: str | None = None
    rubric: str | None = None


def read_table(path: Path) -> tuple[list[str], Rows]:
    """Column names and rows of a .csv, .tsv, .xlsx or .jsonl; cells as text, empty rows left out."""
    readers = {".xlsx": _xlsx, ".jsonl": _jsonl}
    try:
        names, rows = readers.get(path.suffix.lower(), _csv)(path)
    except OSError as error:
        raise InputError("batch_unreadable", path=path, detail=error.strerror or error) from None
    rows = [{well_formed(name): well_formed(value) for name, value in row.items()} for row in rows]
    return list(map(well_formed, names)), [row for row in rows if any(value.strip() for value in row.values())]


def guess_columns(path: Path, names: list[str], rows: Rows) -> Columns:
    """Columns by their names; the transcript else by the longest texts. InputError when nothing looks like
    one.
    """
    found = {role: _by_name(names, role) for role in _NAMES}
    text = found["transcript"] or _longest(names, rows)
    if text is None:
        raise InputError("batch_no_transcript_column", path=path, columns=", ".join(names))
    others = {role: name if name != text else None for role, name in found.items()}
    return Columns(transcript=text, id=others["id"], rubric=others["rubric"])


def _by_name(names: list[str], role: str) -> str | None:
    folded = {unicodedata.normalize("NFKC", name).strip().lower(): name for name in reversed(names)}
    exact = next((folded[word] for word in _NAMES[role] if word in folded), None)
    if exact:
        return exact
    chinese = [word for word in _NAMES[role] if not word.isascii()]
    return next((name for key, name in folded.items() if any(word in key for word in chinese)), None)


def _longest(names: list[str], rows: Rows) -> str | None:
    """The column with by far the longest texts: at least 30 characters and twice any other on the average."""
    lengths = {name: sum(len(row.get(name, "")) for row in rows) / max(len(rows), 1) for name in names}
    ranked = sorted(lengths, key=lambda name: lengths[name], reverse=True)
    if not ranked or lengths[ranked[0]] < 30:
        return None
    clear = len(ranked) == 1 or lengths[ranked[0]] >= 2 * lengths[ranked[1]]
    return ranked[0] if clear else None


def _csv(path: Path) -> tuple[list[str], Rows]:
    text, _ = transcripts.decode(path.read_bytes(), str(path))
    text = text.removeprefix("\ufeff")
    csv.field_size_limit(10_000_000)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), _dialect(text)))
    except csv.Error as error:
        raise InputError("batch_unreadable", path=path, detail=error) from None
    return _with_names(lines, path)


def _dialect(text: str) -> type[csv.Dialect] | csv.Dialect:
    """Comma unless the first line clearly says otherwise; sniffing the texts would find commas in them."""
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)

    class Found(csv.excel):
        pass

    Found.delimiter = delimiter
    return Found


def _xlsx(path: Path) -> tuple[list[str], Rows]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True)
        lines = [[_cell(value) for value in row] for row in book.worksheets[0].iter_rows(values_only=True)]
        book.close()
    except Exception as error:  # a damaged workbook fails in zlib, in the XML or anywhere in openpyxl
        raise InputError("batch_unreadable", path=path, detail=str(error) or type(error).__name__) from None
    return _with_names(lines, path)


def _jsonl(path: Path) -> tuple[list[str], Rows]:
    text, _ = transcripts.decode(path.read_bytes(), str(path))
    rows: Rows = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if line.strip():
            rows.append(_json_row(line, number, path))
    return list(dict.fromkeys(name for row in rows for name in row)), rows


def _json_row(line: str, number: int, path: Path) -> dict[str, str]:
    try:
        content = json.loads(line)
        if isinstance(content, dict):
            return {name: _turns(value) if isinstance(value, list) else _cell(value) for name, value in content.items()}
        detail = "{…}"
    except (ValueError, RecursionError) as error:  # no JSON; a number of thousands of digits; brackets in brackets
        detail = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    raise InputError("batch_unreadable", path=f"{path}:{number}", detail=detail)


def _turns(value: list[Any]) -> str:
    """A list of {speaker, text} as labelled lines, which the parser knows; anything else as JSON."""
    if all(isinstance(turn, dict) and {"speaker", "text"} <= turn.keys() for turn in value):
        return "\n".join(f"{turn['speaker']}：{turn['text']}" for turn in value)
    return json.dumps(value, ensure_ascii=False)


def _with_names(lines: list[list[str]], path: Path) -> tuple[list[str], Rows]:
    if not lines or not any(name.strip() for name in lines[0]):
        raise InputError("batch_no_items", path=path)
    names = [name.strip() or f"#{number}" for number, name in enumerate(lines[0], start=1)]
    return names, [dict(zip(names, line, strict=False)) for line in lines[1:]]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return number_text(value) if isinstance(value, float) else str(value)
