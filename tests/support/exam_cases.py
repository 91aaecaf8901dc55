"""What tests of papers and interviews share: a small paper with questions of every kind, and a short interview."""

from __future__ import annotations

from evaluator.bank import Item, ItemOption, ModelAnswer
from evaluator.bank.items import Blank, MatchingPair
from evaluator.exams import ExamPaper, ExamQuestion, ExamSection, parse_questions
from evaluator.transcript import Transcript, assemble

OPTIONS = tuple(
    ItemOption(label=label, text=text)
    for label, text in zip("ABCD", ("先灭火", "先救人", "先拍照", "先上报"), strict=True)
)
LIST = """
title: 面试
pass_mark: 12
questions:
  - text: 讲一次你处理客户投诉的经历。
    points: 10
    reference: 先道歉，问清楚，给方案，再回访。
  - text: 你怎样带新人？
    criteria: [{text: 先示范再放手, points: 6}, {text: 定期复盘, points: 4}]
  - text: 你为什么离开上一家公司？
"""


def interview_paper() -> ExamPaper:
    """Three open questions of 10 points."""
    return parse_questions(LIST)


def interview_transcript() -> Transcript:
    """The first two questions are asked, with a follow-up and small talk."""
    return assemble(
        [
            ("other", "面试官", "你好，请坐，路上堵车吗？"),
            ("agent", "候选人", "还好，不堵。"),
            ("other", "面试官", "先讲一次你处理客户投诉的经历吧。"),
            ("agent", "候选人", "有位客户的冰箱坏了两次，我先道歉，当天换了新的，一周后又打电话回访。"),
            ("other", "面试官", "他后来满意吗？"),
            ("agent", "候选人", "满意，还介绍了邻居来买。"),
            ("other", "面试官", "那你平时怎样带新人？"),
            ("agent", "候选人", "我先做一遍给他看，再让他自己做，每周五一起复盘。"),
        ]
    )


def keyed_paper(**changes: object) -> ExamPaper:
    """Two sections: choices, true or false, gaps and pairs by key; one open question."""
    items = [
        Item(
            kind="single_choice",
            text="火灾时先做什么？",
            options=OPTIONS,
            key="B",
            explanation="人比货要紧。",
            points=2,
        ),
        Item(kind="multiple_choice", text="哪些要做？", options=OPTIONS, key="BD", points=4, partial=1),
        Item(kind="true_false", text="可以把密码告诉客户。", key="×", points=1),
        Item(
            kind="blank",
            text="__色代表__。",
            points=2,
            blanks=(Blank(answers=("红",)), Blank(answers=("禁止", "停止"))),
        ),
        Item(
            kind="matching",
            text="连线",
            points=2,
            pairs=(MatchingPair(left="110", right="警察"), MatchingPair(left="119", right="消防")),
        ),
    ]
    questions = [
        ExamQuestion(
            id=f"q{place}",
            number=str(place),
            section="s1",
            kind=item.kind,
            text=item.text,
            points=item.points or 1,
            item=item,
        )
        for place, item in enumerate(items, start=1)
    ]
    rubric = interview_paper().questions[0].rubric
    opened = Item(kind="open", text="讲一次投诉。", points=10, references=(ModelAnswer(text="先道歉。"),))
    questions.append(
        ExamQuestion(
            id="q6", number="6", section="s2", kind="open", text=opened.text, points=10, item=opened, rubric=rubric
        )
    )
    values = {
        "title": "小测验",
        "language": "zh",
        "sections": (ExamSection(id="s1", title="一、客观题", pass_mark=6), ExamSection(id="s2", title="二、问答")),
        "questions": tuple(questions),
        "pass_mark": 12,
    }
    return ExamPaper(**(values | changes))
