"""Made-up transcripts for measuring speed: no two are alike, and no sentence of one occurs in another."""

from __future__ import annotations

import random

from evaluator.rubric import Criterion, Level, ReferenceAnswer, Rubric

_WHO = [
    "订单",
    "包裹",
    "发票",
    "水管",
    "电梯",
    "宽带",
    "机票",
    "押金",
    "会员",
    "快递",
    "空调",
    "门锁",
    "账单",
    "课程",
    "行李",
    "路由器",
    "冰箱",
    "医保卡",
    "驾照",
    "房租",
]
_DONE = [
    "丢了",
    "坏了",
    "没到",
    "算错了",
    "漏水",
    "打不开",
    "被取消",
    "晚了两天",
    "收了两次",
    "寄错了",
    "停了",
    "过期了",
    "对不上",
    "少一件",
    "卡住了",
]
_DO = [
    "核对记录",
    "联系仓库",
    "安排师傅",
    "退还差价",
    "重新寄出",
    "升级处理",
    "补发一份",
    "开通权限",
    "改签下一班",
    "登记投诉",
    "换一台新的",
]
_WHEN = ["今天下午", "明早九点", "两小时内", "周五之前", "下个工作日", "十五分钟后", "本周末", "当天晚上", "三天以内"]


def transcript(number: int, turns: int = 8) -> str:
    """The `number`-th call, `turns` turns of one or two sentences."""
    chance = random.Random(number)
    lines = []
    for turn in range(turns):
        who, what, act, when = (chance.choice(words) for words in (_WHO, _DONE, _DO, _WHEN))
        code = f"{chance.randrange(16**6):06x}"
        if turn % 2:
            lines.append(f"客户：我的{who}{code}{what}，{when}能不能解决？")
        else:
            lines.append(f"客服：您好，关于{who}{code}，我会{act}，{when}给您答复。")
    return "\n".join(lines)


def rubric() -> Rubric:
    """Four criteria of three levels each, a reference answer, no key points of their own."""
    named = {"greets": "礼貌", "explains": "说明原因", "solves": "解决问题", "closes": "收尾"}
    return Rubric(
        id="scale",
        version=1,
        title="四项",
        language="zh",
        form="dialogue",
        task="客户来电反映问题，请接好这通电话。",
        pass_mark=6,
        criteria=tuple(_criterion(name, text) for name, text in named.items()),
        references=(ReferenceAnswer(id="best", text="客服：您好，非常抱歉，我马上核对，今天下午给您答复，请您放心。"),),
    )


def _criterion(name: str, text: str) -> Criterion:
    levels = tuple(
        Level(points=points, description=f"{text}{how}")
        for points, how in ((0, "没有做到"), (1, "做到一部分"), (3, "完全做到"))
    )
    return Criterion(id=name, name=text, points=3, levels=levels)
