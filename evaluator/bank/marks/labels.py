"""Labels (`答案:`, `解析:`, `评分标准:`, `背景:`), answer sections, and lines about the paper as a whole."""

from __future__ import annotations

import re

from evaluator.bank.marks.folding import CN, fold
from evaluator.bank.marks.keys import read_key

_LABELS: dict[str, re.Pattern[str]] = {
    "answer": re.compile(
        r"^\s*\[?\s*(?:(?:正确|参考|标准|本题)?答案(?:要点|示例)?(?:为|是)?|参考要点|答题要点|答|"
        r"(?:correct |model |sample |reference )?answer|key)"
        r"\s*\]?\s*(?::\s*|(?<=\])\s*|\s+(?=[A-H√×][\s、,A-H]*$))",
        re.I,
    ),
    "explanation": re.compile(
        r"^\s*\[?\s*(?:(?:答案|试题|题目)?(?:解析|解释|详解|点评|分析)|explanation|rationale|reason)\s*\]?\s*(?::\s*|(?<=\])\s*)",
        re.I,
    ),
    "criteria": re.compile(
        r"^\s*\[?\s*(?:(?:评分|计分|给分)(?:标准|要点|细则|依据|点)|采分点|得分点|"
        r"scoring criteria|marking (?:criteria|scheme)|rubric)"
        r"\s*(?:\([^)]*\))?\s*\]?\s*(?:[:.]\s*|(?<=\])\s*|$)",
        re.I,
    ),
    "background": re.compile(
        r"^\s*\[?\s*(?:(?:案例|情[景境]|题目|共用)?背景(?:材料|资料|信息)?|案例(?:材料|描述)?|材料|资料|情[景境](?:描述)?|background|context|case)"
        rf"\s*{CN}?\s*\]?\s*(?::\s*|(?<=\])\s*)",
        re.I,
    ),
    "requirements": re.compile(
        r"^\s*\[?\s*(?:(?:答题|作答|题目)?要求|答题说明|作答说明|requirements?|instructions?|directions?)\s*\]?\s*(?::\s*|(?<=\])\s*)",
        re.I,
    ),
}
_INNER = re.compile(r"(?:\s|(?<=[A-H√×。;)]))\[?\s*(?:答案)?(?:解析|explanation)\s*\]?\s*(?::|(?<=\]))\s*", re.I)


def read_label(text: str) -> tuple[str, str] | None:
    """`答案:`, `解析:`, `评分标准:`, `背景:`, `要求:` in their variants: which one, and what follows it."""
    folded = fold(text)
    for name, pattern in _LABELS.items():
        if match := pattern.match(folded):
            return name, text[match.end() :].strip()
    return None


def split_inner_explanation(text: str) -> tuple[str, str]:
    """`B 解析:…` on one line: the answer, and the explanation (empty where there is none)."""
    match = _INNER.search(fold(text))
    return (text[: match.start()].strip(), text[match.end() :].strip()) if match else (text.strip(), "")


_INNER_ANSWER = re.compile(
    r"(?:\s+|(?<=[?。)]))\[?\s*(?:(?:正确|参考)?答案|(?:correct )?answer)\s*\]?\s*(?::|(?<=\]))\s*", re.I
)


def split_inner_answer(text: str) -> tuple[str, str]:
    """`… C.走开 答案:A` on one line: what comes before, and the key (empty where no key follows the label)."""
    found = list(_INNER_ANSWER.finditer(fold(text)))
    if not found or read_label(text):
        return text, ""
    given = text[found[-1].end() :].strip()
    return (text[: found[-1].start()].strip(), given) if read_key(given) else (text, "")


_ANSWERS_AT_END = re.compile(
    r"^\s*(?:附(?:件|录)?\s*[:]?\s*)?(?:第?[一二三四五六七八九十]{1,3}\s*(?:[、.]|部分)\s*)?\[?\s*(?:(?:试卷|试题|本卷|考试)?"
    r"(?:参考|标准|正确)?答案(?:\s*(?:与|及|和|、|/)?\s*(?:解析|详解|评分标准|评分要点|解释|说明))*(?:部分|页|卷)?|"
    r"(?:answer key|answers?(?: and explanations?)?|model answers|key|answer section))\s*\]?\s*(:?)\s*$",
    re.I,
)
_QUESTIONS = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十]{1,2}部分\s*[:、]?\s*)?\[?(?:试题|题目|试卷|questions?)(?:部分|卷)?\]?\s*$",
    re.I,
)


def is_answer_heading(text: str) -> bool:
    """Whether the line stands alone as the heading of an answer section."""
    return bool(_ANSWERS_AT_END.match(fold(text)))


def is_question_heading(text: str) -> bool:
    """Whether the line stands alone as the heading of the questions (where answers come first)."""
    return bool(_QUESTIONS.match(fold(text)))


_ABOUT = re.compile(
    r"^\s*(?:\(?\s*(?:考试|答题|作答)?(?:时间|时长|时限)|满分|总分|卷面|姓\s*名|部\s*门|工\s*号|日\s*期|得\s*分|岗\s*位|"
    r"考生|准考证|阅卷|班级|注意事项|考试说明|"
    r"time allowed|duration|total marks|total points|full marks|name|date|department)"
    r"\s*(?:[:_(]|\d|$|为)",
    re.I,
)
_TOTAL = re.compile(
    r"(?:满分|总分|卷面总?分|total (?:marks|points|score)|full marks)\s*[:为]?\s*(\d+(?:\.\d+)?)|out of\s*(\d+)", re.I
)


def is_about_paper(text: str) -> bool:
    """Whether the line tells of the paper as a whole: time allowed, full marks, the candidate's name."""
    return bool(_ABOUT.match(fold(text)))


def read_total(text: str) -> float | None:
    """The full marks that a line about the paper names."""
    match = _TOTAL.search(fold(text))
    return float(next(group for group in match.groups() if group)) if match else None
