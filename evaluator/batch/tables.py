"""Tables of responses: read row by row as text, with columns guessed from their names and content."""

from __future__ import annotations

import codecs
import csv
import io
import json
import unicodedata
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from evaluator import transcript as transcripts
from evaluator.encoding import Frozen
from evaluator.errors import InputError
from evaluator.files import sheet_rows
from evaluator.text import number_text, well_formed

InputRow = dict[str, str]
Rows = list[InputRow]

TABLES = (".csv", ".tsv", ".xlsx", ".jsonl", ".parquet")
_LOOKED_AT = 200  # rows used to guess columns
_WHOLE_BYTES = 64_000_000  # a text file up to this size is read at once, so that its encoding is detected on all of it

_NAMES = {
    "id": ("id", "item", "no", "name", "candidate", "编号", "序号", "工号", "姓名", "考生", "考号", "学号", "会话id"),
    "transcript": (
        "transcript", "text", "answer", "response", "dialogue", "conversation", "content", "email",
        "对话", "通话", "文本", "回答", "答案", "作答", "内容", "转写", "录音文本", "聊天记录", "邮件",
    ),
    "rubric": ("rubric", "rubric_id", "scenario", "task", "评分标准", "标准", "题目", "情景", "场景", "试题"),
}  # fmt: skip


class Columns(Frozen):
    """The role of each column; `id` None numbers the rows, `rubric` None grades all by one rubric."""

    transcript: str
    id: str | None = None
    rubric: str | None = None


class InputTable(NamedTuple):
    """A table being read: its column names, and its rows lazily."""

    names: list[str]
    rows: Iterator[InputRow]


def open_table(path: Path) -> InputTable:
    """Column names and rows of a .csv, .tsv, .xlsx, .jsonl or .parquet; cells as text, empty rows left out.

    The file is read lazily; InputError at once or while reading if it is damaged.
    """
    readers: dict[str, Callable[[Path], InputTable]] = {".xlsx": _xlsx, ".jsonl": _jsonl, ".parquet": _parquet}
    try:
        names, rows = readers.get(path.suffix.lower(), _csv)(path)
    except OSError as error:
        raise InputError("batch_unreadable", path=path, detail=error.strerror or error) from None
    return InputTable(list(map(well_formed, names)), _kept(rows, path))


def read_table(path: Path) -> tuple[list[str], Rows]:
    """Column names and all rows at once."""
    names, rows = open_table(path)
    return names, list(rows)


def look_ahead(rows: Iterator[InputRow]) -> tuple[Rows, Iterator[InputRow]]:
    """The first rows, used to guess columns, and all rows."""
    first = list(islice(rows, _LOOKED_AT))
    return first, chain(first, rows)


def guess_columns(path: Path, names: list[str], rows: Rows) -> Columns:
    """Guess columns by their names, and the transcript otherwise by the longest texts; InputError if nothing fits."""
    found = {role: _by_name(names, role) for role in _NAMES}
    text = found["transcript"] or _longest(names, rows)
    if text is None:
        raise InputError("batch_no_transcript_column", path=path, columns=", ".join(names))
    others = {role: name if name != text else None for role, name in found.items()}
    return Columns(transcript=text, id=others["id"], rubric=others["rubric"])


def is_known(name: str, role: str) -> bool:
    """Whether a column was recognised by its name for this role, not by its content."""
    return _by_name([name], role) is not None


def _kept(rows: Iterator[InputRow], path: Path) -> Iterator[InputRow]:
    try:
        for row in rows:
            whole = {well_formed(name): well_formed(value) for name, value in row.items()}
            if any(value.strip() for value in whole.values()):
                yield whole
    except OSError as error:
        raise InputError("batch_unreadable", path=path, detail=error.strerror or error) from None


def _by_name(names: list[str], role: str) -> str | None:
    folded = {unicodedata.normalize("NFKC", name).strip().lower(): name for name in reversed(names)}
    exact = next((folded[word] for word in _NAMES[role] if word in folded), None)
    if exact:
        return exact
    chinese = [word for word in _NAMES[role] if not word.isascii()]
    return next((name for key, name in folded.items() if any(word in key for word in chinese)), None)


def _longest(names: list[str], rows: Rows) -> str | None:
    """The column with by far the longest texts: on average at least 30 characters and twice any other."""
    lengths = {name: sum(len(row.get(name, "")) for row in rows) / max(len(rows), 1) for name in names}
    ranked = sorted(lengths, key=lambda name: lengths[name], reverse=True)
    if not ranked or lengths[ranked[0]] < 30:
        return None
    clear = len(ranked) == 1 or lengths[ranked[0]] >= 2 * lengths[ranked[1]]
    return ranked[0] if clear else None


def _open_text(path: Path) -> io.TextIOBase:
    """The text of a file, without its byte order mark."""
    if path.stat().st_size <= _WHOLE_BYTES:
        text, _ = transcripts.decode(path.read_bytes(), str(path))
        return io.StringIO(text.removeprefix("\ufeff"), newline="")
    encoding = "utf-8-sig" if _is_utf8(path) else "gb18030"
    return path.open(encoding=encoding, newline="")


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while part := file.read(1 << 20):
                decoder.decode(part)
        decoder.decode(b"", final=True)
        return True
    except UnicodeDecodeError:
        return False


def _csv(path: Path) -> InputTable:
    file = _open_text(path)
    csv.field_size_limit(10_000_000)
    lines = _csv_lines(file, path)
    return _with_names(lines, path)


def _csv_lines(file: io.TextIOBase, path: Path) -> Iterator[list[str]]:
    try:
        with file:
            head = file.readline()
            yield from csv.reader(chain([head], file), _dialect(head))
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError("batch_unreadable", path=path, detail=error) from None


def _dialect(head: str) -> type[csv.Dialect] | csv.Dialect:
    """Comma unless the first line clearly says otherwise; sniffing the texts would find commas in them."""
    delimiter = max(",;\t", key=head.count)

    class Found(csv.excel):
        pass

    Found.delimiter = delimiter
    return Found


def _xlsx(path: Path) -> InputTable:
    return _with_names(_xlsx_lines(path), path)


def _xlsx_lines(path: Path) -> Iterator[list[str]]:
    try:
        yield from sheet_rows(path)
    except InputError as error:
        if error.code != "file_damaged":
            raise
        raise InputError("batch_unreadable", path=path, detail=error.values["detail"]) from None


def _jsonl(path: Path) -> InputTable:
    """Rows of JSON Lines; columns are those of the first rows, and further ones are carried along."""
    first, rows = look_ahead(_json_rows(path))
    return InputTable(list(dict.fromkeys(name for row in first for name in row)), rows)


def _json_rows(path: Path) -> Iterator[InputRow]:
    try:
        with _open_text(path) as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield _json_row(line, number, path)
    except UnicodeDecodeError as error:
        raise InputError("batch_unreadable", path=path, detail=error) from None


def _json_row(line: str, number: int, path: Path) -> InputRow:
    try:
        content = json.loads(line)
        if isinstance(content, dict):
            return _as_text(content)
        detail = "{…}"
    except (ValueError, RecursionError) as error:  # invalid JSON; numbers with thousands of digits; deep nesting
        detail = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    raise InputError("batch_unreadable", path=f"{path}:{number}", detail=detail)


def _parquet(path: Path) -> InputTable:
    from evaluator.batch import parquet

    names, rows = parquet.read(path)
    return InputTable(names, (_as_text(row) for row in rows))


def _as_text(row: dict[str, Any]) -> InputRow:
    return {name: _turns(value) if isinstance(value, list) else _cell(value) for name, value in row.items()}


def _turns(value: list[Any]) -> str:
    """A list of {speaker, text} as labelled lines, which the parser understands; anything else as JSON."""
    if all(isinstance(turn, dict) and {"speaker", "text"} <= turn.keys() for turn in value):
        return "\n".join(f"{turn['speaker']}：{turn['text']}" for turn in value)
    return json.dumps(value, ensure_ascii=False, default=str)


def _with_names(lines: Iterator[list[str]], path: Path) -> InputTable:
    first = next(lines, [])
    if not any(name.strip() for name in first):
        raise InputError("batch_no_items", path=path)
    names = [name.strip() or f"#{number}" for number, name in enumerate(first, start=1)]
    return InputTable(names, (dict(zip(names, line, strict=False)) for line in lines))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return number_text(value) if isinstance(value, float) else str(value)
