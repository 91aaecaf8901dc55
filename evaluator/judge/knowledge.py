"""Does a model know enough to say whether an answer is right?

It is shown similar-sounding right and wrong answers to the same questions: judging by how they sound gets half of them
right. Each answer is asked about separately. The model `knows` a language if it classifies at least four in five of the
right answers and of the wrong answers correctly. The threshold was set before any model was asked.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from evaluator.judge.questions import Answer, Judge, Option, Question, State
from evaluator.judge.tuned import KNOWS_FROM

Language = Literal["zh", "en"]
VERSION = 1  # raised when the questions change: measurements with others then do not count


class KnowledgePair(NamedTuple):
    """A question, the right answer and a wrong one."""

    question: str
    right: str
    wrong: str


class Knowledge(NamedTuple):
    """How many of the right and of the wrong answers a model recognised, of `asked` each."""

    asked: int
    right: int
    wrong: int

    @property
    def enough(self) -> bool:
        """Whether the model may be asked knowledge questions."""
        return min(self.right, self.wrong) >= KNOWS_FROM * self.asked


async def measure_knowledge(judge: Judge, language: Language) -> Knowledge:
    """Asks about every answer; an unanswered question counts as wrong."""
    told = {"right": 0, "wrong": 0}
    for pair in PAIRS[language]:
        for kind, text in (("right", pair.right), ("wrong", pair.wrong)):
            state = State(language=language, task=pair.question, text=text)
            given = (await judge.decide(state, [ASKED[language]])).answers["right"]
            says_right = isinstance(given, Answer) and given.probabilities["yes"] > 0.5
            told[kind] += isinstance(given, Answer) and says_right == (kind == "right")
    return Knowledge(len(PAIRS[language]), told["right"], told["wrong"])


def _asked(text: str, no: str, yes: str) -> Question:
    options = (Option(id="no", text=no), Option(id="yes", text=yes))
    return Question(id="right", kind="predicate", text=text, options=options)


ASKED: dict[Language, Question] = {
    "zh": _asked("这个回答说得对吗？", "说错了", "说对了"),
    "en": _asked("Is what the answer says correct?", "It is wrong", "It is correct"),
}

PAIRS: dict[Language, tuple[KnowledgePair, ...]] = {
    "zh": (
        KnowledgePair(
            "通货膨胀时，背着固定利率贷款的人是得利还是吃亏？",
            "得利，因为以后还的钱购买力变低了。",
            "吃亏，因为以后还的钱购买力变高了。",
        ),
        KnowledgePair(
            "需求价格弹性大于一的商品涨价，销售收入怎样变？",
            "会减少，销量下降的幅度超过涨价的幅度。",
            "会增加，销量下降的幅度小于涨价的幅度。",
        ),
        KnowledgePair(
            "高压锅为什么煮东西快？",
            "压力高，水的沸点升高，煮的温度超过一百度。",
            "压力高，水的沸点降低，水更早就烧开了。",
        ),
        KnowledgePair(
            "抗生素对普通感冒有用吗？",
            "没有用，普通感冒由病毒引起，抗生素只对细菌起作用。",
            "有用，普通感冒由细菌引起，抗生素正好能杀死它。",
        ),
        KnowledgePair("样本量变成原来的四倍，均值的标准误怎样变？", "变成原来的二分之一。", "变成原来的四分之一。"),
        KnowledgePair(
            "地球上为什么有四季？", "因为地轴是斜的，各地受光在一年里有变化。", "因为地球离太阳有时近有时远。"
        ),
        KnowledgePair(
            "央行提高存款准备金率，银行能放的贷款怎样变？", "变少，更多存款要留在央行。", "变多，更多存款可以拿去放贷。"
        ),
        KnowledgePair(
            "本国货币贬值对出口企业有什么影响？", "有利，货物用外币算更便宜了。", "不利，货物用外币算更贵了。"
        ),
        KnowledgePair("在排好序的一千个数里做二分查找，最多要比较几次？", "大约十次。", "大约五百次。"),
        KnowledgePair(
            "冰浮在水上，冰化完以后杯里的水面会怎样？",
            "基本不变，冰排开的水正好等于它化成的水。",
            "会升高，冰化成的水比它排开的水多。",
        ),
        KnowledgePair(
            "企业赊销一批货，当期利润表和现金怎样变？",
            "收入增加，现金暂时不变，应收账款增加。",
            "收入不变，现金马上增加，应收账款减少。",
        ),
        KnowledgePair(
            "检验的显著性水平从百分之五改成百分之一，犯第二类错误的机会怎样变？",
            "变大，更难拒绝原假设。",
            "变小，更容易拒绝原假设。",
        ),
    ),
    "en": (
        KnowledgePair(
            "Who gains from unexpected inflation, a borrower or a lender at a fixed rate?",
            "The borrower, because the money paid back buys less.",
            "The lender, because the money paid back buys more.",
        ),
        KnowledgePair(
            "Demand is elastic and the price rises. What happens to revenue?",
            "It falls, because sales drop by more than the price rises.",
            "It grows, because sales drop by less than the price rises.",
        ),
        KnowledgePair(
            "Why does a pressure cooker cook faster?",
            "Higher pressure raises the boiling point, so the water gets hotter.",
            "Higher pressure lowers the boiling point, so the water boils sooner.",
        ),
        KnowledgePair(
            "Do antibiotics help against a common cold?",
            "No, a cold is caused by viruses and antibiotics act on bacteria.",
            "Yes, a cold is caused by bacteria and antibiotics kill them.",
        ),
        KnowledgePair(
            "A sample becomes four times as large. What happens to the standard error of the mean?",
            "It becomes half as large.",
            "It becomes a quarter as large.",
        ),
        KnowledgePair(
            "Why are there seasons on Earth?",
            "The axis is tilted, so each place gets changing light over the year.",
            "The distance between Earth and Sun changes over the year.",
        ),
        KnowledgePair(
            "A central bank raises the reserve requirement. What can banks lend?",
            "Less, because more of the deposits must be held back.",
            "More, because more of the deposits may be given out.",
        ),
        KnowledgePair(
            "A currency loses value. What does that mean for the country's exporters?",
            "It helps them, because their goods cost less in foreign money.",
            "It hurts them, because their goods cost more in foreign money.",
        ),
        KnowledgePair(
            "How many comparisons does a binary search among a thousand sorted numbers need at most?",
            "About ten.",
            "About five hundred.",
        ),
        KnowledgePair(
            "Ice floats in a glass of water. What does the water level do when the ice has melted?",
            "It stays the same, since the ice had displaced as much water as it became.",
            "It rises, since the ice becomes more water than it had displaced.",
        ),
        KnowledgePair(
            "A firm sells goods on credit. What changes at once?",
            "Revenue and receivables grow, and cash stays as it is.",
            "Cash grows at once, and receivables shrink.",
        ),
        KnowledgePair(
            "The significance level is lowered from five to one per cent. What happens to the chance of a type II error?",
            "It grows, since the null hypothesis is rejected less easily.",
            "It shrinks, since the null hypothesis is rejected more easily.",
        ),
    ),
}
