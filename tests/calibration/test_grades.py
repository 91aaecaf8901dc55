"""Human grades as people bring them: long and wide, CSV and XLSX, numbers and words, with problems listed."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.calibration.data.grades import Scale, read_grades
from evaluator.calibration.data.points import parse_points
from evaluator.calibration.data.tables import propose_mapping, read_table
from evaluator.errors import InputError


def long(*rows: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["item", "grader", "criterion", "points"])


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("3", 3), ("３", 3), ("3分", 3), ("三分", 3), ("三", 3), ("两分", 2), ("十二分", 12), 
        ("九十五", 95), ("一百", 100),
        ("三点五", 3.5), ("三分半", 3.5), ("半", 0.5), ("2.5", 2.5), 
        (" -1 ", -1), ("负一", -1), ("4 points", 4), ("0", 0),
        ("1,000", 1000), ("1,000 points", 1000), ("12,345.5", 12345.5), ("-1,000", -1000), ("１，０００分", 1000),
        ("2,5", 2.5), ("0,125", 0.125), ("1,50", 1.5),
    ],
)  # fmt: skip
def test_points_in_words_and_full_width_are_read(text: str, points: float) -> None:
    """Arabic, full-width and Chinese numerals followed by 分 mean the same points."""
    assert parse_points(text) == points


@pytest.mark.parametrize("text", ["B+", "good", "", "三三", "3-4", "约3分", "?"])
def test_what_is_no_number_is_never_guessed(text: str) -> None:
    """A letter, a range or a word is not turned into points."""
    assert parse_points(text) is None


def test_a_letter_counts_what_somebody_said_it_is_worth() -> None:
    """B+ becomes points once its worth is given, whatever its case."""
    assert parse_points("b+", {"B+": 8}) == 8


@given(st.integers(-99999, 99999))
def test_every_integer_reads_back(number: int) -> None:
    """Writing a whole number and reading it gives that number."""
    assert parse_points(str(number)) == number


def test_problems_are_listed_with_the_row_of_the_spreadsheet() -> None:
    """Unknown item, out of range, two grades for one item, a letter: each is named with its row.

    The rest is used.
    """
    table = long(("a", "g1", "c", "3"), ("z", "g1", "c", "3"), ("a", "g2", "c", "9"), ("a", "g1", "c", "4"),
                 ("b", "g1", "c", "B+"), ("b", "g2", "c", "三分"), ("b", "g3", "c", None),
                 ("b", "g2", "d", "1"))  # fmt: skip
    grades = read_grades(table, items={"a", "b"}, scales={"c": Scale(low=0, high=5)})
    assert [(problem.row, problem.code) for problem in grades.problems if problem.row] == [
        (3, "unknown_item"),
        (4, "out_of_range"),
        (5, "twice"),
        (6, "unreadable"),
        (9, "unknown_criterion"),
    ]
    assert grades.table[["item", "grader", "points"]].to_numpy().tolist() == [["a", "g1", 3.0], ["b", "g2", 3.0]]
    assert all(str(problem.row) in problem.text("zh") for problem in grades.problems if problem.row)


def test_without_a_scale_a_grade_far_from_all_others_is_named_and_used() -> None:
    """99 among grades up to 5 is a slip of the hand; a rare low grade is not."""
    rows = [(f"i{number}", "g1", "c", str(3 + number % 3)) for number in range(40)]
    grades = read_grades(long(*rows, ("j", "g1", "c", "0"), ("k", "g1", "c", "99")))
    (found,) = grades.problems
    assert (found.row, found.code, len(grades.table)) == (43, "stray", 42)
    assert "0 到 5" in found.text("zh") and "0 to 5" in found.text("en")
    assert not read_grades(long(*[(f"i{n}", "g1", "c", "0") for n in range(9)], ("j", "g1", "c", "1"))).problems


def test_wide_by_grader_and_wide_by_criterion_are_recognised() -> None:
    """A column per grader and a column per criterion make the same long table as the long file."""
    graders = pd.DataFrame(
        {"编号": ["a", "b"], "张老师": ["3分", "4"], "李老师": ["2", None], "备注": ["说得很好", "一般般"]}
    )
    mapping = propose_mapping(graders)
    assert (mapping.kind, mapping.item, mapping.columns) == ("graders", "编号", ("张老师", "李老师"))
    assert "备注" in mapping.explain("zh")
    assert len(read_grades(graders, mapping).table) == 3
    criteria = pd.DataFrame({"item": ["a", "a"], "rater": ["x", "y"], "tone": ["1", "2"], "facts": ["3", "4"]})
    read = read_grades(criteria)
    assert read.matrix("facts").loc["a"].tolist() == [3.0, 4.0]
    assert read.graders == ["x", "y"]


def test_another_scale_is_noticed_and_converted_when_stated() -> None:
    """Grades up to 100 against a rubric of 0 to 10 are named as another scale; stated, they are moved linearly."""
    table = long(("a", "g", "c", "100"), ("b", "g", "c", "50"), ("d", "g", "c", "5"))
    scales = {"c": Scale(low=0, high=10)}
    noticed = read_grades(table, scales=scales)
    assert noticed.problems[0].code == "other_scale"
    moved = read_grades(table, scales=scales, given_scale=Scale(low=0, high=100))
    assert moved.table["points"].tolist() == [10.0, 5.0, 0.5]
    assert not moved.problems


def test_a_scale_without_a_rubric_to_convert_to_is_refused() -> None:
    """Points that would not change although somebody stated another scale are refused."""
    with pytest.raises(InputError) as caught:
        read_grades(long(("a", "g", "c", "85"), ("b", "g", "c", "40")), given_scale=Scale(low=0, high=100))
    assert caught.value.code == "calibration_scale_needs_rubric"
    assert "--rubric" in caught.value.text("zh") and "--rubric" in caught.value.text("en")


def test_rows_without_grader_or_criterion_are_listed(tmp_path: Path) -> None:
    """A merged cell leaves all rows but the first empty: they are named with their row, the rest is used."""
    path = tmp_path / "merged.xlsx"
    long(("a", "张", "态度", "3"), ("b", None, "态度", "4"), ("c", " ", "态度", "4"), ("d", "张", None, "1")).to_excel(
        path, index=False
    )
    grades = read_grades(read_table(path))
    assert (grades.graders, grades.criteria, len(grades.table)) == (["张"], ["态度"], 1)
    found = [(problem.row, problem.code) for problem in grades.problems]
    assert found == [(3, "no_grader"), (4, "no_grader"), (5, "no_criterion")]
    assert all("{" not in problem.text(language) for problem in grades.problems for language in ("zh", "en"))
    long(("a", None, "态度", "3")).to_excel(path, index=False)
    with pytest.raises(InputError):
        read_grades(read_table(path))


def test_numbers_as_headings_of_a_workbook_name_the_graders(tmp_path: Path) -> None:
    """编号, 1, 2, 3 is a column per grader, as it is in a CSV file."""
    path = tmp_path / "wide.xlsx"
    pd.DataFrame([["a", 3, 4, 5], ["b", 1, 2, 2]], columns=["编号", 1, 2, 3]).to_excel(path, index=False)
    grades = read_grades(read_table(path))
    assert grades.graders == ["1", "2", "3"] and grades.matrix("points").loc["b"].tolist() == [1.0, 2.0, 2.0]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".gb.csv", ".tsv"])
def test_files_of_all_kinds_are_read(tmp_path: Path, suffix: str) -> None:
    """CSV in UTF-8 and GB18030, tab-separated text and XLSX give the same grades."""
    path = tmp_path / f"grades{suffix}"
    table = long(("题一", "张", "态度", "三分"), ("题二", "张", "态度", "4"))
    if suffix == ".xlsx":
        table.to_excel(path, index=False)
    else:
        table.to_csv(path, index=False, sep="\t" if suffix == ".tsv" else ",",
                     encoding="gb18030" if ".gb" in suffix else "utf-8-sig")  # fmt: skip
    assert read_grades(read_table(path)).means()["态度"].tolist() == [3.0, 4.0]


@pytest.mark.parametrize("content", [b"", b"item\n", b"item,remark\na,very good indeed\n"])
def test_tables_without_grades_are_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    """An empty file, a header alone and a table without points say what to do."""
    path = tmp_path / "grades.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_grades(read_table(path))
    assert "\n" not in caught.value.text("en").strip() and caught.value.text("zh")


def test_a_missing_file_and_a_broken_workbook_are_refused(tmp_path: Path) -> None:
    """A missing path and a file that is not a workbook raise InputError."""
    (tmp_path / "broken.xlsx").write_bytes(b"no workbook")
    for name in ("none.csv", "broken.xlsx"):
        with pytest.raises(InputError):
            read_table(tmp_path / name)


def test_damaged_workbooks_are_refused_in_one_sentence(tmp_path: Path) -> None:
    """Cut off, encrypted or old (an OLE file), with a damaged member and with damaged XML."""
    path = tmp_path / "grades.xlsx"
    long(*((f"i{n}", "g", "c", str(n % 5)) for n in range(300))).to_excel(path, index=False)
    whole = path.read_bytes()
    place = whole.index(b"sheet1.xml") + 200
    cut_xml = io.BytesIO()
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(cut_xml, "w") as copy:
        for name in book.namelist():
            copy.writestr(name, book.read(name)[:400] if "sheet1" in name else book.read(name))
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
    member = whole[:place] + bytes(40) + whole[place + 40 :]
    for content in (whole[: len(whole) // 2], ole, member, cut_xml.getvalue()):
        path.write_bytes(content)
        with pytest.raises(InputError) as caught:
            read_table(path)
        assert caught.value.code == "calibration_table_unreadable"


def test_a_million_rows_are_read_whole() -> None:
    """A million grades are read by columns; a bad cell among them is still found."""
    n = 1_000_000
    table = pd.DataFrame({"item": np.arange(n) // 4, "grader": np.arange(n) % 4, "criterion": "c",
                          "points": np.arange(n) % 5}).astype(str)  # fmt: skip
    table.loc[777_777, "points"] = "B+"
    grades = read_grades(table)
    assert len(grades.table) == n - 1
    assert grades.problems[0].row == 777_779


def test_a_total_needs_every_criterion() -> None:
    """Missing cells stay missing: a grader who left out a criterion has no total there."""
    table = long(("a", "g", "c", "1"), ("a", "g", "d", "2"), ("b", "g", "c", "1"))
    grades = read_grades(table)
    totals = grades.totals(grades.criteria)
    assert totals.loc["a", "g"] == 3.0
    assert np.isnan(totals.loc["b", "g"])


def test_a_scale_of_which_nobody_used_the_upper_half_is_noticed() -> None:
    """Grades from 0 to 5 for a rubric up to 10 are used as they are, and the user is asked about it."""
    table = pd.DataFrame({"item": [f"i{i}" for i in range(30)], "points": [str(i % 6) for i in range(30)]})
    found = read_grades(table, scales={"points": Scale(low=0, high=10)})
    assert [problem.code for problem in found.problems] == ["other_scale"] and len(found.table) == 30
    assert not read_grades(table, scales={"points": Scale(low=0, high=6)}).problems


def _table_with(heading: str) -> pd.DataFrame:
    rows = [
        {"编号": f"a{item}", heading: who, "评分项": name, "分数": str(points)}
        for item in range(10)
        for who in ("李", "王", "赵")
        for name, points in (("态度", 2), ("方案", 3))
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize("heading", ["质检员", "工号", "谁打的"])
def test_a_grader_column_is_found_by_what_it_does(heading) -> None:
    """Whatever its heading, the column that separates rows of one item and criterion names the graders."""
    grades = read_grades(_table_with(heading))
    assert len(grades.table) == 60 and grades.graders == ["李", "王", "赵"]


def test_a_mapping_that_loses_grades_is_refused() -> None:
    """Several people's unnamed grades are not mistaken for one person's."""
    table = _table_with("质检员").drop(columns="质检员")
    with pytest.raises(InputError) as raised:
        read_grades(table)
    assert raised.value.code == "calibration_loses_grades" and "40" in raised.value.text("zh")
