"""Converts rows of question tables to items, and items to rows of the exported spreadsheet template.

Criteria, steps, gaps, pairs and answers take one line each in their cell; a criterion ends with its points in brackets:
`先安抚客户（3分）`, `calms the customer (3 points)`. Other tools' notations are read too: all options in one cell, options with
their letter, keys as digits or as the words of the right option, true and false as options.
"""

from __future__ import annotations

import re

from evaluator.bank.columns import OPTION_LABELS, OPTIONS
from evaluator.bank.items import (
    CHOICE_KINDS,
    KINDS,
    Blank,
    Item,
    ItemKind,
    ItemOption,
    ItemWarning,
    MatchingPair,
    ModelAnswer,
    ScoringLine,
)
from evaluator.bank.papers import line_patterns
from evaluator.bank.papers.answers import split_answer
from evaluator.bank.papers.gaps import read_blanks
from evaluator.bank.papers.line_patterns import key_by_words
from evaluator.text import number_text

ANSWER_RULE = "———"  # separates reference answers in one cell
_PAIR_RULE = " = "
KIND_NAMES: dict[ItemKind, str] = {
    "single_choice": "单选题",
    "multiple_choice": "多选题",
    "true_false": "判断题",
    "ordering": "排序题",
    "blank": "填空题",
    "matching": "匹配题",
    "scenario": "情景模拟题",
    "behavioural": "行为面试题",
    "strategy": "策略分析题",
    "open": "开放题",
}
_ID = re.compile(r"q[0-9a-f]{10}")
_KIND_CODES: dict[str, ItemKind] = {
    **{"单选": "single_choice", "单": "single_choice", "radio": "single_choice", "single": "single_choice"},
    **{
        "多选": "multiple_choice",
        "多": "multiple_choice",
        "checkbox": "multiple_choice",
        "multiple": "multiple_choice",
    },
    **{"判断": "true_false", "判": "true_false", "judge": "true_false", "tf": "true_false", "boolean": "true_false"},
    **{"填空": "blank", "问答": "open", "简答": "open", "text": "open", "completion": "blank"},
}
_SEPARATORS = re.compile(r"\s*(?:\$;?\$?|\|{1,3}|\n|;|#{2,}|@@)\s*")


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
        "points": _number(item.points),
        "criteria": "\n".join(_criterion_cell(criterion) for criterion in item.criteria),
        "references": f"\n{ANSWER_RULE}\n".join(answer.text for answer in item.references),
        "blanks": "\n".join(_blank_cell(blank) for blank in item.blanks),
        "pairs": "\n".join(f"{_one_line(pair.left)}{_PAIR_RULE}{_one_line(pair.right)}" for pair in item.pairs),
        "background": item.background,
        "requirements": item.requirements,
        "case": item.case,
        "difficulty": item.difficulty,
        "topics": "、".join(item.topics),
        "chapter": item.chapter,
        "section": item.section,
        "paper": item.paper,
        "partial": _number(item.partial),
        "pictures": "\n".join(item.pictures),
        "truncated": "1" if item.truncated else "",
    }


def from_row(row: dict[str, str], line: int) -> Item:
    """An item from the cells of a row; what cannot be read in a cell becomes a warning of the item."""
    warnings: list[ItemWarning] = []
    options, text = _options(row), row.get("text", "").strip()
    named, number = _id_and_number(row, line, warnings)
    tag = line_patterns.read_tag(text)
    kind = _kind(row, options, tag[0] if tag else None, line, warnings)
    points = _points(row, "points", line, warnings)
    key = _key(row, kind, options, text)
    given = row.get("key", "").strip()
    blanks = _blanks(row, kind, text, points, options)
    return Item(
        id=named,
        kind=kind,
        number=number,
        text=tag[1].strip() if tag else text,
        options=() if kind == "blank" else options,
        steps=_lines(row, "steps"),
        key=key,
        explanation=row.get("explanation", "").strip(),
        points=points,
        criteria=_criteria(row),
        references=() if blanks else _answers(row, "" if key else given),
        blanks=blanks,
        pairs=tuple(_pair(text) for text in _lines(row, "pairs")),
        background=row.get("background", "").strip(),
        requirements=row.get("requirements", "").strip(),
        case=row.get("case", "").strip(),
        difficulty=row.get("difficulty", "").strip(),
        topics=tuple(filter(None, re.split(r"[、,，;；|\n]\s*", row.get("topics", "").strip()))),
        chapter=row.get("chapter", "").strip(),
        section=row.get("section", "").strip(),
        paper=row.get("paper", "").strip(),
        partial=_points(row, "partial", line, warnings),
        pictures=_lines(row, "pictures"),
        truncated=row.get("truncated", "").strip().lower() in ("1", "yes", "true", "是"),
        warnings=tuple(warnings),
    )


def _id_and_number(row: dict[str, str], line: int, warnings: list[ItemWarning]) -> tuple[str, int | None]:
    """The id that export wrote, and the number; other tools write numbers below `编号`."""
    given = row.get("id", "").strip()
    if given and not _ID.fullmatch(given) and not row.get("number"):
        return "", line_patterns.read_number(given.removesuffix(".0"))
    number = row.get("number", "").strip()
    found = line_patterns.read_number(re.sub(r"\.0$|[.、]$", "", number)) if number else None
    if number and found is None:
        warnings.append(ItemWarning(code="number_unreadable", line=line, values={"value": number[:40]}))
    return given if _ID.fullmatch(given) else "", found


def _options(row: dict[str, str]) -> tuple[ItemOption, ...]:
    """Options in separate columns, without the letter that some include; or all from one cell."""
    found = [
        ItemOption(label=label, text=_without_label(row[label].strip(), label))
        for label in OPTION_LABELS
        if row.get(label, "").strip()
    ]
    return tuple(found) if found else tuple(_options_of_cell(row.get(OPTIONS, "").strip()))


def _without_label(text: str, label: str) -> str:
    found = line_patterns.option_label(text)
    if found != label:
        return text
    options = line_patterns.find_options(text, chr(ord(label) - 1) if label != "A" else "")
    return options[0].text if len(options) == 1 and options[0].text else text


def _options_of_cell(cell: str) -> list[ItemOption]:
    """Options in one cell, such as `A.核对 B.拒绝`, or separated by line breaks or punctuation."""
    if not cell:
        return []
    joined = re.sub(r"\s*(?:\n|\|+|\$;?\$?)\s*", "  ", cell)
    labelled = line_patterns.find_options(joined)
    if len(labelled) > 1:
        return [option.option for option in labelled]
    pieces = [piece for piece in _SEPARATORS.split(cell) if piece.strip()]
    return [
        ItemOption(label=label, text=_without_label(piece.strip(), label))
        for label, piece in zip(OPTION_LABELS, pieces, strict=False)
    ]


def _kind(
    row: dict[str, str],
    options: tuple[ItemOption, ...],
    tagged: ItemKind | None,
    line: int,
    warnings: list[ItemWarning],
) -> ItemKind:
    """The kind named by the row, otherwise inferred from options and key."""
    given = row.get("kind", "").strip()
    known = next((kind for kind in KINDS if kind == given.lower()), None) or _KIND_CODES.get(given.lower())
    known = known or line_patterns.read_kind(given) or tagged
    if known:
        return known
    guessed = guess_kind(options, row.get("key", ""), row.get("text", ""))
    if given and not line_patterns.names_some_choice(given) and not line_patterns.names_prose(given):
        warnings.append(ItemWarning(code="kind_unknown", line=line, values={"kind": given, "taken": guessed}))
    return guessed


def guess_kind(options: tuple[ItemOption, ...], key: str, text: str) -> ItemKind:
    """The kind of question inferred from options and key."""
    if len(options) == 2 and {line_patterns.read_key(option.text) for option in options} == {
        line_patterns.RIGHT,
        line_patterns.WRONG,
    }:
        return "true_false"
    if options:
        read = line_patterns.read_key(key) or ""
        several = len(read) > 1 or len(re.findall(r"\d", key)) > 1
        return "multiple_choice" if several else "single_choice"
    if line_patterns.read_key(key) in (line_patterns.RIGHT, line_patterns.WRONG):
        return "true_false"
    return "blank" if re.search(r"_{3,}", text) else "open"


def _key(row: dict[str, str], kind: ItemKind, options: tuple[ItemOption, ...], text: str) -> str | None:
    """The key in uniform spelling: letters, digits, or the words of the right options; true and false as √ and ×."""
    given = row.get("key", "").strip()
    if kind not in CHOICE_KINDS and kind != "true_false":
        return None
    if not given:
        found = line_patterns.find_bracket_key(text, letters=bool(options))
        return found.key if found and not found.doubtful else None
    if kind == "true_false":
        return _verdict(given, options)
    by_words = key_by_words(given, [(option.label, option.text) for option in options])
    if by_words:
        return by_words
    given = re.sub(r"(?:选项|option)\s*(?=\d)", "", given, flags=re.I)
    digits = re.fullmatch(r"\d(?:[\s,;、|，；]*\d)*", given)
    if digits and options and all(1 <= int(digit) <= len(options) for digit in re.findall(r"\d", given)):
        return "".join(sorted({options[int(digit) - 1].label for digit in re.findall(r"\d", given)}))
    return line_patterns.read_key(given, ordered=kind == "ordering" and not row.get("steps"))


def _verdict(given: str, options: tuple[ItemOption, ...]) -> str | None:
    """√ or × if the key names it, names the option that says it, or is 1 or 0."""
    option = next((option for option in options if option.label == given.upper()), None)
    if option is not None and line_patterns.read_key(option.text) in (line_patterns.RIGHT, line_patterns.WRONG):
        return line_patterns.read_key(option.text)
    place = re.fullmatch(r"(?:选项|option)\s*([12])|([12])", given, re.I)
    if place and len(options) == 2:
        return line_patterns.read_key(options[int(place[1] or place[2]) - 1].text)
    if given in ("1", "0"):
        return line_patterns.RIGHT if given == "1" else line_patterns.WRONG
    read = line_patterns.read_key(given)
    if read in ("A", "B") and not options:
        return line_patterns.RIGHT if read == "A" else line_patterns.WRONG  # tools omit the two options of a statement
    return read


def _blanks(
    row: dict[str, str], kind: ItemKind, text: str, points: float | None, options: tuple[ItemOption, ...]
) -> tuple[Blank, ...]:
    """The gaps: from their own cell, from the option columns (as learning platforms do), or from the key's."""
    if kind != "blank":
        return ()
    if row.get("blanks"):
        return tuple(_read_blank(line) for line in _lines(row, "blanks"))
    if options:
        each = points / len(options) if points else None
        return tuple(Blank(answers=tuple(option.text.split("/")), points=each) for option in options)
    return read_blanks(text, row.get("key", "") or row.get("references", ""), points)


def _read_blank(line: str) -> Blank:
    text, points = line_patterns.split_points(line)
    return Blank(answers=tuple(part.strip() for part in text.split("|") if part.strip()), points=points)


def _blank_cell(blank: Blank) -> str:
    text = " | ".join(_one_line(answer) for answer in blank.answers)
    return text if blank.points is None else f"{text}（{number_text(blank.points)}分）"


def _pair(line: str) -> MatchingPair:
    left, _, right = line.partition(_PAIR_RULE)
    return MatchingPair(left=left.strip(), right=right.strip())


def _points(row: dict[str, str], column: str, line: int, warnings: list[ItemWarning]) -> float | None:
    given = row.get(column, "").strip()
    points = line_patterns.read_points(given) if given else None
    if given and points is None:
        warnings.append(ItemWarning(code="points_unreadable", line=line, values={"value": given[:40]}))
    return points


def _criteria(row: dict[str, str]) -> tuple[ScoringLine, ...]:
    read = [line_patterns.split_points(line) for line in _lines(row, "criteria")]
    return tuple(
        ScoringLine(number=number, text=text, points=points) for number, (text, points) in enumerate(read, start=1)
    )


def _answers(row: dict[str, str], key_cell: str) -> tuple[ModelAnswer, ...]:
    """Reference answers; an open question's may also be in the key column."""
    texts = row.get("references", "").split(ANSWER_RULE) or []
    return tuple(split_answer(text.strip()) for text in (*texts, key_cell) if text.strip())


def _lines(row: dict[str, str], column: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in row.get(column, "").splitlines() if line.strip())


def _criterion_cell(criterion: ScoringLine) -> str:
    """One line per criterion: a line of the cell is a criterion."""
    text = _one_line(criterion.text)
    return text if criterion.points is None else f"{text}（{number_text(criterion.points)}分）"


def _number(value: float | None) -> str:
    return "" if value is None else number_text(value)


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))
