"""YAML, JSON and cells read and written within limits; any user input ends in a result or one exception."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from evaluator.encoding import Harmless, Malformed, as_cell, read_json, read_yaml, write_yaml
from evaluator.encoding.yamltext import MAX_DEPTH, MAX_VALUES


def bomb(levels: int = 9, width: int = 9) -> str:
    """Aliases of aliases: some hundred bytes that stand for `width ** levels` values."""
    lines = ["a0: &a0 [" + ",".join(["lol"] * width) + "]"]
    lines += [f"a{n}: &a{n} [" + ",".join([f"*a{n - 1}"] * width) + "]" for n in range(1, levels)]
    return "\n".join(lines)


def merge_bomb(levels: int = 9, width: int = 9) -> str:
    lines = ["a0: &a0 {k: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [" + ",".join([f"*a{n - 1}"] * width) + "]}" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (bomb(), "too_large"),
        (merge_bomb(), "too_large"),
        ("- [" + "1," * MAX_VALUES + "]", "too_large"),
        ("x" * 4_000_001, "too_large"),
        ("[" * 900 + "]" * 900, "too_deep"),
        ("a: " + "[" * 100_000, "too_deep"),
        ("- " * 100 + "x", "too_deep"),
        ("a: &a [[[1]]]\nb: " + "[" * (MAX_DEPTH - 3) + "*a" + "]" * (MAX_DEPTH - 3), "too_deep"),
        ("a: &a [*a]", "alias_in_itself"),
        ("a: *nowhere", "syntax"),
        ("version: !!int abc", "value"),
        ("a: !!float x", "value"),
        ("a: !!bool maybe", "value"),
        ("at: !!timestamp 99-99-99", "tag"),
        ("a: !!binary =", "tag"),
        ("a: !!set {x}", "tag"),
        ("a: !!python/object/apply:os.system [ls]", "tag"),
        ("a: !ours x", "tag"),
        ("version: " + "9" * 5000, "number"),
        ("points: 1e999", "number"),
        ("? [a, b]\n: c", "value"),
        ("<<: 3", "value"),
        ("a: [1", "syntax"),
        ("a: \x07", "syntax"),
        ("a: 1\n---\nb: 2", "syntax"),
        ('a: "\ud800"', "syntax"),
    ],
)
def test_what_no_plain_value_stands_for_is_told_with_its_line(text: str, code: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_yaml(text)
    assert caught.value.code == code
    assert caught.value.line >= 1


def test_the_values_are_those_of_the_core_schema() -> None:
    text = "no: yes\ntime: 12:30\nday: 2026-11-27\nint: -3\nfloat: 1e3\nnull: ~\ntext: !!str 5\nm: {<<: {a: 1, b: 2}, a: 3}"
    assert read_yaml(text) == {
        "no": "yes",
        "time": "12:30",
        "day": "2026-11-27",
        "int": -3,
        "float": 1000.0,
        None: None,
        "text": "5",
        "m": {"a": 3, "b": 2},
    }


def test_aliases_that_stand_for_little_are_welcome() -> None:
    assert read_yaml("a: &x {p: 1}\nb: [*x, *x]") == {"a": {"p": 1}, "b": [{"p": 1}, {"p": 1}]}


_LEAF = (
    st.none()
    | st.booleans()
    | st.integers(-(10**18) + 1, 10**18 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    | st.sampled_from(
        ["09", "1e5", "yes", "12:30", "~", "", "- x", "#", "1_000", "0x1F", "=", "<<", "*a", "&a", "!!int 3"]
    )
)
_VALUE = st.recursive(
    _LEAF,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def _allowed(value: Any) -> bool:
    """Whether YAML has characters for it at all, and no key is the merge key."""
    text = repr(value)
    return "<<" not in text and not any(
        ord(ch) < 32 or 0x7F <= ord(ch) < 0xA0 or ord(ch) >= 0xFFFE for ch in _texts(value)
    )


def _texts(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(map(_texts, [*value, *value.values()]))
    return "".join(map(_texts, value)) if isinstance(value, list) else value if isinstance(value, str) else ""


@given(_VALUE.filter(_allowed))
def test_what_is_written_is_read_back(value: Any) -> None:
    assert read_yaml(write_yaml({"value": value})) == {"value": value}


@given(st.text(st.sampled_from("ab:-[]{}&*!<? \n|>'\"#%@0.1\t"), max_size=60))
def test_any_text_is_a_value_or_malformed(text: str) -> None:
    try:
        ours: Any = read_yaml(text)
    except Malformed:
        return
    assert ours is None or yaml.compose(text, Loader=yaml.CSafeLoader) is not None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 200_000, "too_deep"),
        ('{"a":' * 200_000, "too_deep"),
        ("9" * 5000, "number"),
        ("NaN", "value"),
        ("{", "syntax"),
        ("", "syntax"),
    ],
)
def test_json_fails_in_one_way(text: str, code: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_json(text)
    assert caught.value.code == code


def test_json_constants_are_what_the_caller_says() -> None:
    assert math.isnan(read_json("NaN", constant=lambda _: math.nan))


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://evil.example","click")',
        "+1+cmd|' /C calc'!A0",
        "-2+3+cmd",
        "@SUM(1)",
        " =1+1",
        "\t=1+1",
        "\r\n=1+1",
        "\ufeff=1",
        "＝1+1",
        "|calc",
        "%0A=1",
        "\x00=1+1",
    ],
)
def test_a_text_never_begins_a_formula(text: str) -> None:
    assert str(as_cell(text)).startswith("'")


@pytest.mark.parametrize("value", ["张三", "-3", "+4.5", "50%", "a=b", 3, -2.5, None, True, "3-5 分"])
def test_what_is_no_formula_stays(value: Any) -> None:
    assert as_cell(value) == value


@given(st.text(max_size=40))
def test_a_cell_survives_a_csv_file(text: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerow([as_cell(text), "next"])
    file.seek(0)
    assert next(csv.reader(file)) == [as_cell(text), "next"]


@pytest.mark.parametrize(
    "text", ["\x1b]52;c;ZXZpbA==\x07", "\x1b[2J\x1b[H", "10 / 10\r", "\x9b2J", "\x1b", "\b\b", "\u202e01", "\x1bc"]
)
def test_a_terminal_obeys_no_text(text: str) -> None:
    """Clipboard, screen, cursor and direction stay as they are; what was there is shown by its number."""
    out = io.StringIO()
    assert Harmless(out).write(f"a{text}b") == len(text) + 2
    shown = out.getvalue()
    assert not set(shown) & set("\x1b\x07\x9b\r\b\u202e") and shown[0] + shown[-1] == "ab"


def test_colours_and_progress_pass() -> None:
    out, err = io.StringIO(), io.StringIO()
    Harmless(out).write("\x1b[1;31m红\x1b[0m\n\t")
    Harmless(err, moving=True).writelines(["\r\x1b[2K\x1b[1A", "\x1b[?25l"])
    assert out.getvalue() == "\x1b[1;31m红\x1b[0m\n\t" and err.getvalue() == "\r\x1b[2K\x1b[1A\x1b[?25l"
