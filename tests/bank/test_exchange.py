"""Questions exported for other systems and read back: whatever a format can express comes back unchanged."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluator.bank.documents import read_papers
from evaluator.bank.exchange import ExportFile, gift, moodle, qti
from evaluator.bank.formats import read_document
from evaluator.bank.items import Blank, Item, ItemOption, MatchingPair

# words with every character that has a special meaning in one of the formats
WORDS = [
    "客户",
    "A",
    "x=1",
    "{甲}",
    "~",
    "#",
    "a:b",
    "<b>",
    "&",
    '"引"',
    "\\n",
    "100%",
    "->",
    "->乙",
    "[图]",
    "T",
    "3.",
    "é",
]
words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
arrowless = words.filter(lambda text: "->" not in text)  # GIFT cannot write it in a pair
questions = words.map(lambda text: f"问 {text} ？")
ids = st.integers(0, 10**10 - 1).map(lambda number: f"q{number:010d}")


@st.composite
def choices(draw) -> Item:
    texts = draw(st.lists(words, min_size=2, max_size=5, unique=True))
    labels = "ABCDE"[: len(texts)]
    several = draw(st.booleans())
    size = draw(st.integers(2, len(texts))) if several else 1
    key = "".join(sorted(draw(st.permutations(labels))[:size]))
    options = tuple(ItemOption(label=label, text=text) for label, text in zip(labels, texts, strict=True))
    kind = "multiple_choice" if several else "single_choice"
    return Item(id=draw(ids), kind=kind, text=draw(questions), options=options, key=key)


statements = st.builds(
    Item, id=ids, kind=st.just("true_false"), text=questions, key=st.sampled_from("√×"), explanation=st.just("")
)
opens = st.builds(Item, id=ids, kind=st.just("open"), text=questions)


@st.composite
def matchings(draw) -> Item:
    lefts = draw(st.lists(arrowless, min_size=2, max_size=4, unique=True))
    rights = draw(st.lists(arrowless, min_size=len(lefts), max_size=len(lefts), unique=True))
    pairs = tuple(MatchingPair(left=left, right=right) for left, right in zip(lefts, rights, strict=True))
    return Item(id=draw(ids), kind="matching", text=draw(questions), pairs=pairs)


@st.composite
def gaps(draw) -> Item:
    answers = draw(st.lists(st.sampled_from(["甲", "乙", "24", "red", "ab c"]), min_size=1, max_size=2, unique=True))
    return Item(id=draw(ids), kind="blank", text="填 _____ 。", blanks=(Blank(answers=tuple(answers)),))


def said(item: Item) -> tuple:
    """What must come back: kind, words, options with the right ones, verdict, gaps, pairs."""
    right = frozenset(option.text for option in item.options if option.label in item.key_letters)
    options = tuple(option.text for option in item.options)
    verdict = item.key if item.kind == "true_false" else None
    return item.kind, item.text, options, right, verdict, tuple(b.answers for b in item.blanks), frozenset(item.pairs)


def back(written: ExportFile, name: str, folder: Path) -> list[Item]:
    """The file read as an import reads it; a package file by file."""
    assert written.left_out == []
    if name.endswith(".txt"):  # Aiken is read by the grammar of papers
        (folder / name).write_bytes(written.data)
        return [item for paper in read_papers(folder / name).papers for item in paper.items]
    if not name.endswith(".zip"):
        (folder / name).write_bytes(written.data)
        return [question.item for question in read_document(folder / name).questions]
    package = zipfile.ZipFile(io.BytesIO(written.data))
    members = [member for member in package.namelist() if "manifest" not in member]
    found = [qti.read(package.read(member), member) for member in members]
    return [question.item for questions in found for question in questions]


FORMATS: dict[str, tuple[str, Callable[[list[Item]], ExportFile]]] = {
    "gift": ("bank.gift", gift.write),
    "moodle": ("bank.xml", moodle.write),
    "qti21": ("bank.zip", lambda items: qti.write(items, "2.1")),
    "qti3": ("bank.zip", lambda items: qti.write(items, "3")),
}


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    items=st.lists(
        st.one_of(choices(), statements, opens, matchings(), gaps()),
        min_size=1,
        max_size=4,
        unique_by=lambda item: item.id,
    )
)
def test_questions_come_back(format, tmp_path, items):
    """Every kind that the format supports, with characters that have a meaning in it."""
    name, write = FORMATS[format]
    assert [said(item) for item in back(write(items), name, tmp_path)] == [said(item) for item in items]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items=st.lists(choices().filter(lambda item: item.kind == "single_choice"), min_size=1, max_size=4))
def test_single_choices_come_back_from_aiken(tmp_path, items):
    """Aiken has single choices only."""
    assert [said(item) for item in back(gift.write_aiken(items), "bank.txt", tmp_path)] == [said(i) for i in items]
