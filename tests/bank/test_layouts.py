"""Papers generated from a grammar of layouts, read back and compared with their source.

Every line must be used once, be known noise, or be reported.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from evaluator.bank.formats.lines import Document, number_lines
from evaluator.bank.items import Item, Paper
from evaluator.bank.papers.grammar import parse

QUICK = [
    Phase.explicit,
    Phase.reuse,
    Phase.generate,
]  # papers are shown as they were generated: shrinking takes minutes
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
    stem: str = ""


@dataclass(frozen=True)
class Layout:
    """How a paper writes its content."""

    number: str
    option: str
    per_line: int
    answers: (
        str  # below, bracket; end: by section and number; table: numbers above keys; rows: 1-5 ABCDA; bare: 一、A B C
    )
    label: str
    blank_lines: bool
    chapters: int  # with several, numbers and sections begin again in each
    listed: bool  # explanations hold numbered lines


layouts = st.builds(
    Layout,
    number=st.sampled_from(["{}.", "{}、", "{}．", "{}) ", "第{}题 ", "题目{}："]),
    option=st.sampled_from(["{}.{}", "{}、{}", "{}．{}", "({}) {}", "（{}）{}"]),
    per_line=st.sampled_from([1, 2, 4]),
    answers=st.sampled_from(["below", "bracket", "end", "table", "rows", "bare"]),
    chapters=st.sampled_from([1, 1, 2]),
    listed=st.booleans(),
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
def opens(draw) -> Asked:
    return Asked("open", "请说明" + draw(words) + "的要点。", (), "", draw(words) + "。")


@st.composite
def cases(draw) -> list[Asked]:
    """Questions that share a stem."""
    stem = draw(words) + "两次来电未果。"
    return [replace(asked, stem=stem) for asked in draw(st.lists(choices("single_choice"), min_size=2, max_size=3))]


@st.composite
def papers(draw) -> tuple[list[tuple[str, list[Asked]]], Layout]:
    """Sections of all kinds in each chapter.

    `第…章` is above the first section of a chapter if there are several chapters.
    """
    layout = draw(layouts)
    sections: list[tuple[str, list[Asked]]] = []
    for chapter in range(layout.chapters):
        front = f"第{'一二'[chapter]}章 {draw(words)}\n" if layout.chapters > 1 else ""
        single = draw(st.lists(choices("single_choice"), min_size=1, max_size=4))
        single += draw(cases()) if draw(st.booleans()) else []
        sections += [
            (f"{front}一、单项选择题", single),
            ("二、多项选择题", draw(st.lists(choices("multiple_choice"), min_size=1, max_size=3))),
            ("三、判断题", draw(st.lists(statements(), min_size=1, max_size=4))),
        ]
        if layout.answers == "below":
            sections.append(("四、简答题", draw(st.lists(opens(), min_size=1, max_size=2))))
    return sections, layout


def write(sections: list[tuple[str, list[Asked]]], layout: Layout) -> str:
    """The paper in its layout."""
    lines: list[str] = []
    for title, questions in sections:
        lines += title.split("\n")
        for number, asked in enumerate(questions, 1):
            if asked.stem and (number == 1 or questions[number - 2].stem != asked.stem):
                last = number + sum(other.stem == asked.stem for other in questions) - 1
                lines += [f"根据以下材料，回答第{number}-{last}题", asked.stem]
            lines += question(asked, number, layout)
    if layout.answers in ("end", "table", "rows", "bare"):
        lines.append("参考答案")
        for title, questions in sections:
            lines += title.split("\n")[:-1]
            lines += keys_of(title.split("\n")[-1], [asked.key for asked in questions], layout.answers)
    return "\n".join(lines)


def keys_of(title: str, keys: list[str], answers: str) -> list[str]:
    """The answers of a section at the end of a paper."""
    ordinal = title.partition("、")[0]
    if answers == "bare" and len(keys) > 1:
        return [f"{ordinal}、{' '.join(keys)}"]
    if answers == "rows" and all(len(key) == 1 for key in keys) and len(keys) > 1:
        return [title, f"1-{len(keys)} {''.join(keys)}"]
    if answers == "table" and len(keys) > 1:
        numbers = "\t".join(str(number) for number in range(1, len(keys) + 1))
        return [title, f"题号\t{numbers}", "答案\t" + "\t".join(keys)]
    return [title, " ".join(f"{number}.{key}" for number, key in enumerate(keys, 1))]


def question(asked: Asked, number: int, layout: Layout) -> list[str]:
    bracket = "" if asked.kind == "open" else f"（{asked.key}）" if layout.answers == "bracket" else "（ ）"
    lines = [layout.number.format(number) + asked.text + bracket]
    shown = [layout.option.format("ABCDE"[place], text) for place, text in enumerate(asked.options)]
    lines += ["    ".join(shown[at : at + layout.per_line]) for at in range(0, len(shown), layout.per_line)]
    if asked.kind == "open":
        lines.append(f"参考答案：{asked.explanation}")
    elif layout.answers == "below":
        lines.append(layout.label.format(asked.key))
        lines += [f"解析：{explained(asked, layout)}"] if asked.explanation else []
    return [*lines, ""] if layout.blank_lines else lines


def explained(asked: Asked, layout: Layout) -> str:
    """The explanation; in some papers with numbered reasons on lines of their own."""
    return f"{asked.explanation}\n(1) 先核实；\n(2) 再答复。" if layout.listed else asked.explanation


def read(text: str) -> Paper:
    (paper,) = parse(Document("paper.txt", "0" * 64, number_lines(text.splitlines())))
    return paper


@settings(max_examples=25, deadline=None, phases=QUICK)
@given(papers())
def test_a_paper_is_read_as_it_was_written(given_paper):
    """Kinds, words, options, keys and explanations, whatever the layout."""
    sections, layout = given_paper
    found = read(write(sections, layout)).items
    wanted = [asked for _, questions in sections for asked in questions]
    assert [shown(item) for item in found] == [
        (asked.kind, asked.text, asked.options, asked.key or None, expected_remark(asked, layout), bool(asked.stem))
        for asked in wanted
    ]


def expected_remark(asked: Asked, layout: Layout) -> str:
    """Explanation or reference answer, as far as the layout states it."""
    if asked.kind == "open":
        return asked.explanation
    return explained(asked, layout) if layout.answers == "below" and asked.explanation else ""


def shown(item: Item) -> tuple:
    options = tuple(option.text for option in item.options)
    remark = item.references[0].text if item.references else item.explanation
    remark = remark.replace("\n(1)先", "\n(1) 先").replace("\n(2)再", "\n(2) 再")
    return item.kind, item.text, options, item.key, remark, bool(item.background)


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
    "答案",
    "第一部分",
    "案例1 退货",
    "（3～5题共用备选答案）",
    "题号 1 2 3",
    "知识点：",
    "任务：回电",
    "Section C:",
    "√ B",
    "注 意 事 项",
    "1-3 ABC",
    "一、A B C",
    "【单选题】",
    "(错误，应为三天)",
    "2.多选题 (2分)",
]


@settings(max_examples=25, deadline=None, phases=QUICK)
@given(papers(), st.lists(st.tuples(st.integers(0, 60), st.sampled_from([*ODD, *WORDS])), max_size=5))
def test_every_line_is_used_or_reported(given_paper, strangers):
    """Lines in unexpected places are in an item, in a heading, reported, or counted as noise."""
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
    """The words of a line, without its numbers, letters and punctuation, which change form when read."""
    return ["".join(run) for run in runs(line) if len(run) > 1 and "".join(run) not in LABELS]


LABELS = {
    "答案",
    "解析",
    "参考答案",
    "正确答案",
    "题目",
    "案例",
    "题号",
    "知识点",
    "难度",
    "任务",
    "错误",
    "题共用备选答案",
    "多选题",
    "单选题",
}


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
