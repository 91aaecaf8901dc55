"""Labels (`答案:`, `解析:`, `评分标准:`, `难度:`), answer sections, and lines about the paper as a whole."""

from __future__ import annotations

import re
from functools import lru_cache

from evaluator.bank.papers.line_patterns.folding import CN, fold
from evaluator.bank.papers.line_patterns.keys import read_key

_END = r"\s*\]?\s*(?::\s*|(?<=\])\s*)"
_LABELS: dict[str, re.Pattern[str]] = {
    "response": re.compile(
        r"^\s*\[?\s*(?:我|你|您|学生|考生|学员|用户)的?(?:答案|作答|选择|回答)" + r"\s*\]?\s*(?::\s*|(?<=\])\s*|\s+|$)"
        r"|^\s*your answer\s*:\s*|^\s*\[?(?:本题)?(?:得分|用时|是否正确|(?:答题|作答)结果)\]?\s*:\s*",
        re.I,
    ),
    "answer": re.compile(
        r"^\s*\[?\s*(?:(?:(?:reference |correct )?answer\s*)?(?:正确|参考|标准|本题)?答\s?案(?:要点|示例)?(?:为|是)?(?:\s*\(?(?:answer|key)\)?)?|"
        r"(?:第\s*(?:\d{1,2}|[一二三四五六七八九十])\s*空|空\s*\d{1,2})\s*(?:答案)?|正确选项|正确回答|参考要点|答题要点|答题思路|回答要点|解?答|"
        r"(?:参考|推荐|应答|标准)(?:话术|回答|答复|应答)|(?:the )?(?:correct |right |model |sample |reference )?answers?(?:\(s\))?(?: (?:is|are))?|ans|key)"
        r"\s*\]?\s*(?::\s*|(?<=\])\s*|\s+(?=[A-L√×][\s、,A-L]*$))|^\s*the correct answers? (?:is|are)\s*:?\s*|^\s*[√★]\s*(?=(?:[A-L]{1,8}|对|错|正确|错误)\s*$)",
        re.I,
    ),
    "explanation": re.compile(
        r"^\s*\[?\s*(?:(?:正确答案|答案|试题|题目|详细|习题|考点|本题|官方|专家|老师|名师|文字|题干|参考|答题)?(?:解\s?析|解释|详解|题解|点评|分析)|改正|更正|正确(?:说法|表述)|答题技巧|答案说明|解题思路|(?:答案|判断)?(?:依据|出处|来源)|"
        r"explanation|rationale|reason|feedback|references?(?=\s*:)|\[?(?:source|reference)\]?(?=\s*\])|explanation\s*/\s*reference)"
        + _END
        + r"(?:\([^\s()]*\))?\s*",
        re.I,
    ),
    "criteria": re.compile(
        r"^\s*\[?\s*(?:(?:评分|计分|给分)(?:标准|要点|细则|依据|点|参考|说明)|采分点|得分点|"
        r"scoring(?: criteria)?|mark(?:ing)? (?:criteria|scheme)|rubric)"
        r"\s*(?:\([^)]*\))?\s*\]?\s*(?:[:.]\s*|(?<=\])\s*|$)",
        re.I,
    ),
    "background": re.compile(
        r"^\s*\[?\s*(?:(?:案例|情[景境]|题目|共用)?背景(?:材料|资料|信息)?|共用题干|案例(?:材料|描述)?|材料|资料|情[景境](?:描述)?|background|context|case)"
        rf"\s*(?:{CN}|\d{{1,2}})?" + _END,
        re.I,
    ),
    "requirements": re.compile(
        r"^\s*\[?\s*(?:(?:答题|作答|题目)?要求|答题说明|作答说明|requirements?|instructions?|directions?)" + _END,
        re.I,
    ),
    "difficulty": re.compile(r"^\s*\[?\s*(?:试题|题目)?(?:难度(?:系数|等级)?|难易(?:程)?度?|difficulty)" + _END, re.I),
    "topic": re.compile(
        r"^\s*\[?\s*(?:所属|相关|考查)?(?:知识点|知识模块|考点|考[查察]点|考[查察](?:内容|要点)|标签|分类|关键[字词]|能力(?:水平|项|点)|认知(?:水平|层次)|topics?|tags?|category|keywords?|(?:exam |content )?domain|(?:learning )?objective|competenc(?:y|e)|skill)"
        + _END,
        re.I,
    ),
    "chapter": re.compile(r"^\s*\[?\s*(?:所属)?(?:章节|章|单元|chapter|section)" + _END, re.I),
    "points": re.compile(
        r"^\s*\[?\s*(?:(?:本题|题目|试题)?(?:分值|分数|满分)|points?|marks?)" + _END + r"(?=\d)", re.I
    ),
    "kind": re.compile(r"^\s*\[?\s*(?:题型|题目类型|试题类型)" + _END + r"(?=\S)", re.I),
    "options": re.compile(r"^\s*\[?\s*(?:备选项|备选答案|选项|options)" + _END, re.I),
}
LABELS_OF_ANSWERS = ("answer", "explanation", "criteria")
TAGS = ("difficulty", "topic", "chapter", "points", "kind")


_ALONE = re.compile(r"\s*((?:正确|参考|标准)?答案|(?:答案|试题)?解析)\s*")  # its words stand on the next line


@lru_cache(maxsize=20_000)
def _match_label(head: str) -> tuple[str, int] | None:
    folded = fold(head)
    for name, pattern in _LABELS.items():
        if match := pattern.match(folded):
            return name, match.end()
    return None


def read_label(text: str) -> tuple[str, str] | None:
    """A label in its variants and what follows it: `答案:`, `解析:`, `评分标准:`, `背景:`, `要求:`, `难度:`, …"""
    found = _match_label(text[:200])
    if found:
        return found[0], text[found[1] :].strip()
    alone = _ALONE.fullmatch(fold(text[:20]))
    return ("explanation" if "解析" in alone[1] else "answer", "") if alone else None


_INNER = re.compile(
    r"(?:\s|(?<=[A-L√×。;)]))\[?\s*(?:(?:答案|试题|详细)?(?:解析|详解)|explanation)\s*\]?\s*(?::|(?<=\]))\s*", re.I
)


def split_inner_explanation(text: str) -> tuple[str, str]:
    """The answer, and the explanation (empty if there is none): `B 解析:…` on one line."""
    match = _INNER.search(fold(text))
    return (text[: match.start()].strip(), text[match.end() :].strip()) if match else (text.strip(), "")


_INNER_ANSWER = re.compile(
    r"(?:\s+|(?<=[?。.)_;]))\[?\s*(?:(?:正确|参考|标准)?答案|(?:correct )?answer)\s*(?:为|是)?\s*\]?\s*(?::|(?<=\]))\s*",
    re.I,
)
_BRACKETED_ANSWER = re.compile(r"\(\s*(?:(?:正确|参考|标准)?答案|answer)\s*:\s*([^()]{1,60}?)\s*\)\s*[。.]?\s*$", re.I)
_GAP = re.compile(r"_{2,}|\(\s*\)")


def split_inner_answer(text: str) -> tuple[str, str]:
    """`… C.走开 答案:A`, `…____小时(答案:24)` on one line: what comes before, and what is given.

    Empty where a label is followed by no key, unless the words before it have a gap for them.
    """
    folded = fold(text)
    if read_label(text):
        return text, ""
    if bracket := _BRACKETED_ANSWER.search(folded):
        return text[: bracket.start()].strip(), text[bracket.start(1) : bracket.end(1)]
    found = list(_INNER_ANSWER.finditer(folded))
    if not found:
        return text, ""
    before, given = text[: found[-1].start()].strip(), text[found[-1].end() :].strip()
    fits = read_key(given) or (given and _GAP.search(fold(before)))
    return (before, given) if fits else (text, "")


_ANSWER_WORDS = r"(?:(?:参考|标准|正确)?答案|解答)(?:\s*(?:与|及|和|、|/)?\s*(?:解析|详解|评分标准|评分要点|解释|说明))*(?:部分|页|卷)?"
_ANSWERS_AT_END = re.compile(
    r"^\s*(?:附(?:件|录)?\s*[:]?\s*)?(?:第?[一二三四五六七八九十]{1,3}\s*(?:[、.]|部分)\s*)?\[?\s*"
    r"(?:(?:[^。?!:;,、\[\]]{0,40}?(?:试[卷题]|本卷|考试|题库|习题|练习|测[试验]|模拟题|作业|[A-D]卷|答题卡)|第?\s*[A-D]\s*卷)?\s*"
    + _ANSWER_WORDS
    + r"|(?:answer key|answers?(?: and explanations?)?|model answers|key|answer section))\s*(?:\([^()]{1,12}卷\))?\s*\]?\s*(:?)\s*$",
    re.I,
)
_NAMED_ANSWERS = re.compile(
    r"^\s*\[?\s*((?:(?:第?[一二三四五六七八九十]{1,3}\s*(?:[、.]|章|节|单元|部分|大题)?\s*)?[^\s:,。;?!()]{0,8}?(?:题|选择|判断|单选|多选|填空|简答|问答|章|节|单元|部分)|"
    r"(?:part|section)\s+[IVX\d]+)\s*(?:的)?)\s*(?:\(.{0,20}\))?\s*"
    + r"(?:参考|标准|正确)?答案(?:\s*(?:与|及|和|、)?\s*解析)?\s*\]?\s*(?:\([^()]{0,20}\))?\s*:?\s*$",
    re.I,
)
_QUESTIONS = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十]{1,2}部分\s*[:、]?\s*)?\[?(?:试题|题目|试卷|questions?)(?:部分|卷)?\]?\s*$",
    re.I,
)


def is_answer_heading(text: str) -> bool:
    """Whether the line consists of the heading of an answer section."""
    return len(text) <= 80 and bool(_ANSWERS_AT_END.match(_close_up(fold(text)).strip("-–—=*_~#· ")))


_SPACED = re.compile(r"(?<=[一-鿿])\s{1,4}(?=[一-鿿](?:\s|\W|$))")


def _close_up(folded: str) -> str:
    """`参 考 答 案` as `参考答案`: titles are spaced out to fill their line."""
    return _SPACED.sub("", folded)


def read_named_answers(text: str) -> str | None:
    """The questions that the answers below belong to: `单选题答案:`, `判断题参考答案(1-40):`, `第一章答案`."""
    match = _NAMED_ANSWERS.match(fold(text)) if len(text) <= 60 else None
    return text[match.start(1) : match.end(1)].strip() if match else None


def is_question_heading(text: str) -> bool:
    """Whether the line consists of the heading of the questions (if answers come first)."""
    return len(text) <= 40 and bool(_QUESTIONS.match(fold(text)))


_ABOUT = re.compile(
    r"^\s*(?:\(?\s*(?:考试|答题|作答|测试)?(?:时间|时长|时限)|满\s*分|总\s*分|卷面|(?:[您你]的)?姓\s*名|(?:[您你]的)(?:部门|工号|单位|岗位)|部\s*门|工\s*号|日\s*期|得\s*分|岗\s*位|单\s*位|"
    r"考生|准考证|阅卷|班\s*级|学\s*号|注意事项|考试说明|题\s*量|最终成绩|本次成绩|(?:试卷|考试|课程)名称|考核对象|适用|出题人|命题人|"
    r"time allowed|duration|total marks|total points|full marks|(?:candidate(?:'s)?|student(?:'s)?|your|employee)?\s*(?:full )?(?:name|no\.?|number|id)(?=\s*[:_])|date|department)"
    r"\s*(?:[:_(]|\d|$|为)",
    re.I,
)
_NOTICE = re.compile(
    r"^\s*[\[(]?\s*(?:注意事项|考试须知|考生须知|答题须知|考试说明|答题说明|答卷说明|试卷说明|说明|须知|考试要求|instructions?|notes?)\s*[\])]?\s*:?\s*$",
    re.I,
)
_TOTAL = re.compile(
    r"(?:满分|总分|卷面总?分|total (?:marks|points|score)|full marks)\s*[:为]?\s*(\d+(?:\.\d+)?)|out of\s*(\d+)", re.I
)


def is_about_paper(text: str) -> bool:
    """Whether the line is about the paper as a whole: time allowed, full marks, the candidate's name."""
    return bool(_ABOUT.match(fold(text[:200])))


def is_notice(text: str) -> bool:
    """Whether the line introduces the examination rules (`注意事项:`), which are not questions."""
    return len(text) <= 30 and bool(_NOTICE.match(_close_up(fold(text))))


def read_total(text: str) -> float | None:
    """The full marks stated by a line about the paper."""
    match = _TOTAL.search(fold(text[:200]))
    return float(next(group for group in match.groups() if group)) if match else None
