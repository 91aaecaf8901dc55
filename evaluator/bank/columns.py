"""Columns of question tables by their names: those of the template, and those of survey and learning tools.

A name is recognised literally or by its form (`选项A`, `选项1`, `A选项`, `Option 2`). A table's own names can be added: what
a person once said about a column is passed as `known`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from evaluator.bank.papers.line_patterns import fold, read_number

OPTION_LABELS = "ABCDEFGHIJKL"
OPTIONS = "options"  # all options in one cell
PASSED_OVER = "-"  # a column that a person asked to leave out
COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("编号", "id"),
    "kind": ("题型", "kind", "type"),
    "number": ("题号", "number", "no", "no."),
    "text": ("题目", "题干", "text", "question"),
    **{label: (f"选项{label}", label) for label in OPTION_LABELS},
    "steps": ("步骤", "steps"),
    "key": ("答案", "key", "answer"),
    "explanation": ("解析", "explanation"),
    "points": ("分值", "分数", "points"),
    "criteria": ("评分标准", "criteria"),
    "references": ("参考答案", "references", "reference answer"),
    "blanks": ("填空答案", "blanks"),
    "pairs": ("配对", "pairs"),
    "background": ("背景", "background"),
    "requirements": ("要求", "requirements"),
    "case": ("题组", "case"),
    "difficulty": ("难度", "difficulty"),
    "topics": ("知识点", "topics"),
    "chapter": ("章", "chapter"),
    "section": ("章节", "section"),
    "paper": ("试卷", "paper"),
    "partial": ("少选得分", "partial"),
    "pictures": ("图片", "pictures"),
    "truncated": ("截断", "truncated"),
}
_OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "kind": ("类型", "试题类型", "题目类型", "题目题型", "试题题型", "题类", "类别", "questiontype", "qtype"),
    "number": ("序号", "试题序号", "题目序号", "试题编号", "题目编号", "question no", "#"),
    "text": (
        *(
            "试题",
            "试题内容",
            "题目内容",
            "问题内容",
            "问题",
            "试题题干",
            "题干内容",
            "题目题干",
            "题目标题",
            "题目描述",
            "题目名称",
        ),
        *(
            "试题描述",
            "问题描述",
            "试题正文",
            "题面",
            "大题题干",
            "question text",
            "questiontext",
            "stem",
            "title",
            "题目(必填)",
        ),
    ),
    "key": (
        *(
            "正确答案",
            "标准答案",
            "正确选项",
            "答案选项",
            "试题答案",
            "题目答案",
            "标准选项",
            "答案内容",
            "正确项",
            "正解",
        ),
        *("correct answer", "correct", "right answer", "answers", "correctanswer", "solution"),
    ),
    "explanation": (
        *("答案解析", "试题解析", "题目解析", "详解", "解答", "解释", "详细解析", "解析说明", "试题详解", "试题分析"),
        *("feedback", "rationale", "依据", "出处", "答案依据", "analysis", "answer explanation"),
    ),
    "points": (
        *("题目分值", "默认分值", "试题分值", "题目分数", "试题分数", "本题分值", "得分设置", "分", "得分"),
        *("score", "marks", "mark"),
    ),
    "references": ("参考要点", "参考话术", "答案要点"),
    "criteria": ("得分点", "评分要点", "评分细则", "采分点", "scoring"),
    "background": ("材料", "案例", "共用题干", "案例背景", "情景", "题目背景", "context"),
    "difficulty": ("难易度", "难易程度", "难度系数", "试题难度", "题目难度", "难度等级", "level"),
    "topics": (
        *(
            "标签",
            "考点",
            "所属知识点",
            "题目分类",
            "试题分类",
            "知识点名称",
            "关联知识点",
            "考核点",
            "分类",
            "topic",
            "tags",
            "tag",
        ),
        "category",
    ),
    "chapter": ("所属章节", "所属章", "章节名称", "目录", "单元", "unit"),
    OPTIONS: (
        "选项",
        "备选项",
        "备选答案",
        "选项内容",
        "可选项",
        "候选项",
        "全部选项",
        "答案选项内容",
        "options",
        "choices",
    ),
}
_NAMES = {name.replace(" ", "").lower(): column for column, names in COLUMNS.items() for name in names} | {
    name.replace(" ", ""): column for column, names in _OTHER_NAMES.items() for name in names
}
_OPTION = re.compile(
    r"(?:选择?项|备选(?:答案|项)?|答案|选择|option|choice|answer|opt)[_.-]*(?:([a-l])|(\d{1,2})|([一二三四五六七八九十]))|([a-l])(?:选项|项|答案)?",
)
_ASIDE = re.compile(r"[(\[].*?[)\]]|[*:]|\s[-–—]\s.*$")  # `题目（必填）`, `*答案`, `Answer 1 - max 75 characters`
_SETTINGS = re.compile(  # of a tool, not of a question
    r"time limit|time in seconds|image link|是否乱序|选项乱序|(?:创建|出题|录入|修改)(?:人|者|时间|日期)|作者|更新时间"
)


def column_of(name: str, known: Mapping[str, str] | None = None) -> str | None:
    """The role of a column by its name; None if the name says nothing."""
    plain = fold(name).strip().lower()
    given = (known or {}).get(plain)
    if given:
        return given
    for form in (plain.replace(" ", ""), _ASIDE.sub("", plain).replace(" ", "")):
        if form in _NAMES:
            return _NAMES[form]
        if match := _OPTION.fullmatch(form):
            return _label(match)
    return PASSED_OVER if _SETTINGS.fullmatch(_ASIDE.sub("", plain).strip()) else None


def _label(match: re.Match[str]) -> str | None:
    letter = match[1] or match[4]
    if letter:
        return letter.upper()
    place = read_number(match[2] or match[3]) or 0
    return OPTION_LABELS[place - 1] if 1 <= place <= len(OPTION_LABELS) else None


def name_columns(headings: list[str], known: Mapping[str, str] | None = None) -> list[str | None]:
    """The column that each heading stands for; None for unknown headings and for a second one with the same role."""
    found: list[str | None] = []
    for heading in headings:
        column = column_of(heading, known) if heading.strip() else None
        found.append(None if column in found and column != PASSED_OVER else column)
    return found


def heads_table(columns: list[str | None]) -> bool:
    """Whether a row names the columns of a question table: the question, and what answers it."""
    named = set(columns)
    return "text" in named and bool(named & {"kind", "key", "A", OPTIONS, "references", "explanation", "criteria"})
