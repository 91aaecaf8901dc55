"""Papers generated from a grammar of layouts, read back and compared with what they were generated from; and the promise
that every line is used once, is known noise, or is reported.
"""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.bank.formats.lines import Document, number_lines
from evaluator.bank.items import Item, Paper
from evaluator.bank.papers.grammar import parse

WORDS = ["坐席", "客户", "工单", "回访", "投诉", "升级", "静音", "保密", "话术", "质检", "班组", "转接", "记录", "致歉"]
words = st.lists(st.sampled_from(WORDS), min_size=3, max_size=6).map("".join)


@dataclass(frozen=True)
class Asked:
    """A question as it was generated."""

    kind: str
    text: str
    options: tuple[str, ...]
    key: str
    explanation: str


@dataclass(frozen=True)
class Layout:
    """How a paper writes what it says."""

    number: str
    option: str
    per_line: int
    answers: str  # below, bracket, end
    label: str
    blank_lines: bool


layouts = st.builds(
    Layout,
    number=st.sampled_from(["{}.", "{}、", "{}．", "{}) ", "第{}题 ", "题目{}："]),
    option=st.sampled_from(["{}.{}", "{}、{}", "{}．{}", "({}) {}", "（{}）{}"]),
    per_line=st.sampled_from([1, 2, 4]),
    answers=st.sampled_from(["below", "bracket", "end"]),
    label=st.sampled_from(["答案：{}", "【答案】{}", "正确答案:{}", "参考答案：{}"]),
    blank_lines=st.booleans(),
)


@st.composite
def choices(draw, kind: str) -> Asked:
    count = draw(st.integers(2, 5))
    options = tuple(draw(st.lists(words, min_size=count, max_size=count, unique=True)))
    labels = "ABCDE"[:count]
    size = 1 if kind == "single_choice" else draw(st.integers(2, count))
    key = "".join(sorted(draw(st.permutations(labels))[:size]))
    return Asked(kind, draw(words) + "应当做什么", options, key, draw(words) + "。")


@st.composite
def statements(draw) -> Asked:
    return Asked("true_false", draw(words) + "要留痕。", (), draw(st.sampled_from("√×")), "")


@st.composite
def papers(draw) -> tuple[list[tuple[str, list[Asked]]], Layout]:
    layout = draw(layouts)
    sections = [
        ("一、单项选择题", draw(st.lists(choices("single_choice"), min_size=1, max_size=4))),
        ("二、多项选择题", draw(st.lists(choices("multiple_choice"), min_size=1, max_size=3))),
        ("三、判断题", draw(st.lists(statements(), min_size=1, max_size=4))),
    ]
    return sections, layout


def write(sections: list[tuple[str, list[Asked]]], layout: Layout) -> str:
    """The paper in its layout."""
    lines: list[str] = []
    for title, questions in sections:
        lines.append(title)
        for number, asked in enumerate(questions, 1):
            lines += question(asked, number, layout)
    if layout.answers == "end":
        lines.append("参考答案")
        for title, questions in sections:
            lines += [title, " ".join(f"{number}.{asked.key}" for number, asked in enumerate(questions, 1))]
    return "\n".join(lines)


def question(asked: Asked, number: int, layout: Layout) -> list[str]:
    bracket = f"（{asked.key}）" if layout.answers == "bracket" else "（ ）"
    lines = [layout.number.format(number) + asked.text + bracket]
    shown = [layout.option.format("ABCDE"[place], text) for place, text in enumerate(asked.options)]
    lines += ["    ".join(shown[at : at + layout.per_line]) for at in range(0, len(shown), layout.per_line)]
    if layout.answers == "below":
        lines.append(layout.label.format(asked.key))
        lines += [f"解析：{asked.explanation}"] if asked.explanation else []
    return [*lines, ""] if layout.blank_lines else lines


def read(text: str) -> Paper:
    (paper,) = parse(Document("paper.txt", "0" * 64, number_lines(text.splitlines())))
    return paper


@settings(max_examples=25, deadline=None)
@given(papers())
def test_a_paper_is_read_as_it_was_written(given_paper):
    """Kinds, words, options, keys and explanations, whatever the layout."""
    sections, layout = given_paper
    found = read(write(sections, layout)).items
    wanted = [asked for _, questions in sections for asked in questions]
    assert [shown(item, layout) for item in found] == [
        (asked.kind, asked.text, asked.options, asked.key, asked.explanation if layout.answers == "below" else "")
        for asked in wanted
    ]


def shown(item: Item, layout: Layout) -> tuple:
    return item.kind, item.text, tuple(option.text for option in item.options), item.key, item.explanation


ODD = [
    "扫码领取更多题库",
    "12",
    "——",
    "A",
    "1.",
    "答案：",
    "第三章",
    "(2)",
    "解析",
    "一、",
    "【案例】",
    "3.5G",
    "□",
    "附：",
    "二、多",
]


@settings(max_examples=25, deadline=None)
@given(papers(), st.lists(st.tuples(st.integers(0, 60), st.sampled_from([*ODD, *WORDS])), max_size=5))
def test_every_line_is_used_or_reported(given_paper, strangers):
    """Lines that stand where nobody expects them are in an item, in a heading, reported, or counted as noise."""
    lines = write(*given_paper).splitlines()
    for place, text in strangers:
        lines.insert(min(place, len(lines)), text)
    documents = parse(Document("paper.txt", "0" * 64, number_lines(lines)))
    held = squeeze(" ".join(said(paper) for paper in documents))
    noise = sum(paper.noise for paper in documents)
    lost = [line for line in lines if line.strip() and any(part not in held for part in pieces(line))]
    assert len(lost) <= noise, lost


def said(paper: Paper) -> str:
    return repr(paper.model_dump())


def pieces(line: str) -> list[str]:
    """The words of a line, without its numbers, letters and signs, which have other forms in what is read."""
    return ["".join(run) for run in runs(line) if len(run) > 1 and "".join(run) not in LABELS]


LABELS = {"答案", "解析", "参考答案", "正确答案", "题目", "案例"}


def runs(line: str) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for ch in line:
        if "一" <= ch <= "鿿":
            found[-1].append(ch)
        elif found[-1]:
            found.append([])
    return found


def squeeze(text: str) -> str:
    return text.replace("\\n", "").replace(" ", "")
