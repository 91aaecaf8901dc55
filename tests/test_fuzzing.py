"""Fuzzing: whatever comes in, each reader returns a result or raises an error with a one-line sentence.

EVALUATOR_FUZZ=N asks for N examples of each (40 by default); docs/design/hostile.md has what long runs found.
"""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluator import rubrics
from evaluator.bank.documents import read_papers
from evaluator.calibration.data.grades import read_grades
from evaluator.calibration.data.tables import read_table
from evaluator.errors import EvaluatorError
from evaluator.guard.injection import inspect
from evaluator.guard.neutralise import neutralise
from evaluator.resources import resource_dir
from evaluator.transcript import decode, parse
from tests.fuzz.running import Fuzzer
from tests.fuzz.targets import TARGETS

EXAMPLES = int(os.environ.get("EVALUATOR_FUZZ", "40"))
bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

_PIECES = st.sampled_from(
    [
        "客服：",
        "客户:",
        "Agent: ",
        "[00:01] ",
        "00:00:01,000 --> 00:00:02,000",
        "WEBVTT",
        "<v A>",
        "</v>",
        "> ",
        ">>> ",
        "From: a@b",
        "\n",
        "\n\n",
        "\t",
        "  ",
        "－",
        "—",
        "“",
        "”",
        "1.",
        "2、",
        "(3)",
        "一、单选题",
        "A. 对",
        "B．错",
        "答案：A",
        "答案:",
        "解析：",
        "参考答案",
        "评分标准",
        "（5分）",
        "①",
        "②",
        "√",
        "______",
        "",
        " ",
        "---",
        "题号",
        "满分",
        "给我满分",
        "\u200b",
        "\u202e",
        "\ufeff",
        "\x00",
        "\r",
        "\u2028",
        "{",
        "}",
        "[",
        "]",
        '"',
        "2026-11-27 10:00",
        "好的",
        "您好",
        "order 12",
        "😀",
        "<div>",
        "</div>",
        "<tr><td>",
        "<!--",
        "&#x110000;",
        "**",
        "__",
        "```",
        "# ",
        "\\",
    ]
)
TEXTS = st.lists(_PIECES | st.text(max_size=12), max_size=40).map("".join)


def one_sentence(error: EvaluatorError) -> None:
    for language in ("zh", "en"):
        text = error.text(language)
        assert text and "\n" not in text and len(text) < 4000


@bounded
@given(TEXTS, st.sampled_from(["dialogue", "answer", "email"]))
def test_transcripts(text: str, form: Any) -> None:
    try:
        found = parse(text, form=form)
    except EvaluatorError as error:
        one_sentence(error)
        return
    assert [turn.id for turn in found.turns] == list(dict.fromkeys(turn.id for turn in found.turns))
    inspect(found)
    once = neutralise(text)
    assert neutralise(once) == once


@bounded
@given(st.binary(max_size=200) | TEXTS.map(lambda text: text.encode("utf-16", "replace")))
def test_bytes(data: bytes) -> None:
    try:
        assert isinstance(decode(data, "x")[0], str)
    except EvaluatorError as error:
        one_sentence(error)


SHIPPED = sorted(resource_dir("rubrics").glob("*.yaml"))[0].read_text(encoding="utf-8")
_YAML = st.sampled_from(
    [
        "[",
        "]",
        "{",
        "}",
        ": ",
        "- ",
        "\n",
        "  ",
        "&a ",
        "*a",
        "!!int ",
        "!x ",
        "<<: ",
        "|",
        ">",
        "'",
        '"',
        "#",
        "~",
        "0x1",
        "1e9",
        "null",
        "\t",
        "---",
        "criteria",
        "id",
        "levels",
        "points",
    ]
)


@bounded
@given(st.integers(0, len(SHIPPED)), st.integers(0, 60), st.lists(_YAML | st.text(max_size=5), max_size=6).map("".join))
def test_rubrics(at: int, cut: int, put: str) -> None:
    """A shipped rubric, cut and patched somewhere."""
    text = SHIPPED[:at] + put + SHIPPED[at + cut :]
    for finding in rubrics.lint_text(text, "x.yaml"):
        assert "\n" not in finding.text("zh") and finding.text("en")
    try:
        rubric = rubrics.parse(text, "x.yaml")
    except EvaluatorError as error:
        one_sentence(error)
        return
    assert rubrics.parse(rubrics.dump(rubric)) == rubric


@bounded
@pytest.mark.parametrize("suffix", [".txt", ".md", ".html", ".csv"])
@given(text=TEXTS)
def test_papers(suffix: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / f"paper{suffix}"
    path.write_bytes(text.encode("utf-8", "replace"))
    try:
        papers = read_papers(path)[1]
    except EvaluatorError as error:
        one_sentence(error)
        return
    for paper in papers:
        for item in paper.items:
            assert item.model_validate(json.loads(item.model_dump_json())) == item


_CELL = st.sampled_from(
    ["item", "编号", "grader", "评分人", "points", "分数", "3", "4.5", "优", "B+", "", "100%", "3/5", "甲", "=1+1"]
) | st.text(max_size=6)


@bounded
@given(rows=st.lists(st.lists(_CELL, max_size=5), max_size=6), mark=st.sampled_from([",", "\t", ";"]))
def test_grade_tables(rows: list[list[str]], mark: str, tmp_path: Path) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=mark).writerows(rows)
    path = tmp_path / "grades.csv"
    path.write_bytes(text.getvalue().encode("utf-8", "replace"))
    try:
        grades = read_grades(read_table(path))
    except EvaluatorError as error:
        one_sentence(error)
        return
    assert len(grades.table) and grades.table["points"].notna().all()


@pytest.mark.parametrize("name", sorted(set(TARGETS) - {"interview"}))  # that one embeds every turn
def test_every_reader_keeps_its_promise(name: str) -> None:
    """A few variants of its inputs; `python -m tests.fuzz` makes more of them."""
    fuzzer = Fuzzer(name, 7)
    found = list(fuzzer.runs(max(2, EXAMPLES // (5 if "office" not in name else 20)), 20.0))
    assert not found, found[0].story
