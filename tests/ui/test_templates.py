"""Templates are read by the product's own readers; the guide leads from an empty home page through a first grading."""

from __future__ import annotations

import pytest

from evaluator import batch, transcript
from evaluator.bank.documents import read_papers
from evaluator.calibration.data import read_grades, read_table
from tests.support.ui_pages import fine, has, open_page, prepare, press, said
from ui.shared.templates import NAMES, template_file


def _written(tmp_path, name, language):
    path = tmp_path / f"{name}.{NAMES[name]}"
    path.write_bytes(template_file(name, language))
    return path


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_template_is_read_without_a_doubt(tmp_path, language):
    """The call has its two sides, the batch its columns and texts, the table its graders, the paper its questions."""
    call = transcript.load(_written(tmp_path, "transcript", language))
    assert {one.role for one in transcript.speakers(call)} == {"agent", "customer"} and not call.doubts
    inputs = batch.read_inputs(_written(tmp_path, "batch", language))
    assert inputs.columns.id and len(inputs.names) == 5 and [one.error_code for one in inputs.sources] == [None, None]
    grades = read_grades(read_table(_written(tmp_path, "grades", language)))
    assert len(grades.table) == 4 and len(grades.graders) == 2 and not grades.problems
    (paper,) = read_papers(_written(tmp_path, "paper", language)).papers
    assert len(paper.items) == {"zh": 3, "en": 2}[language] and paper.items[0].key == "B"


def test_the_guide_fills_in_an_example_and_says_what_to_look_at(tmp_path, monkeypatch):
    """From the empty home page: the form holds the example, each step has its sentence; templates are offered."""
    prepare(monkeypatch, tmp_path)
    home = open_page("home")
    assert fine(home) and has(home, "guide_begin") and "模板下载" in said(home)
    press(home, "guide_begin")
    page = open_page("grade")
    assert fine(page) and "示例对话" in said(page) and page.text_area(key="grade_text").value.strip()
    assert page.selectbox(key="grade_rubric").value == "cross-border-wrong-item" and has(page, "grade_go")
