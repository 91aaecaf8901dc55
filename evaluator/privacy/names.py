"""Names where they are stated, and wherever they stand again."""

from __future__ import annotations

import re
from collections.abc import Iterator

# The hundred or so most frequent surnames of the census of 2020, and compound ones.
_SINGLE = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    "陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤阮温康季邢鲁庄詹葛祝"
)
_DOUBLE = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|司徒|夏侯|令狐"
_SURNAME = rf"(?:{_DOUBLE}|[{_SINGLE}])"
_GIVEN = r"[\u4e00-\u9fff]{1,2}"
_TITLE = r"(?:先生|女士|小姐|老师|师傅|太太|大爷|阿姨|经理|医生|大夫|同学|总)"
_AFTER = r"(?=[，。！？、；,.!?;\s”\"）)]|的|是|在|，|$|我|您|你|这|电话|手机|身份证|和|住|工号)"
_STATED = re.compile(
    rf"(?:我叫|叫做|名叫|名字是|名字叫|姓名(?:是|为|[:：])?|收件人(?:是|为|[:：])?|联系人(?:是|为|[:：])?|本人|户名(?:是|[:：])?|患者|乘客|我是|我是业主|业主|户主)\s?"
    rf"({_SURNAME}{_GIVEN}){_AFTER}"
)
_SURNAMED = re.compile(rf"(?:我|免贵|您贵?|客户|先生|女士)姓({_SURNAME})(?![\u4e00-\u9fff]?(?:名|氏))")
_TITLED = re.compile(
    rf"(?<![\u4e00-\u9fff])({_SURNAME}(?:{_GIVEN})?){_TITLE}|[，。！？：:、\s]({_SURNAME}(?:{_GIVEN})?){_TITLE}|(?:是|给|找|叫|请|让|跟|和|对)({_SURNAME}(?:{_GIVEN})?){_TITLE}"
)
_WORD = r"[A-Z][a-z]+(?:[-'][A-Z]?[a-z]+)?"
_STATED_EN = re.compile(
    rf"(?i:\b(?:my name is|my name's|the name is|name is|I am called|name:|this is|speaking to|account holder is|made out to|passenger))\s({_WORD}(?: {_WORD}){{0,2}})"
)
_TITLED_EN = re.compile(rf"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.? ({_WORD}(?: {_WORD})?)")
_NO_NAMES = frozenset(
    [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "The",
        "This",
        "That",
        "It",
        "I",
        "A",
        "An",
        "Your",
        "Our",
        "We",
        "You",
        "Customer",
        "Support",
        "Service",
        "Not",
        "Agent",
        "Good",
        "Hello",
        "Please",
        "Thank",
        "Just",
        "Very",
    ]
)


def names(text: str) -> Iterator[tuple[int, int, str]]:
    """The places of names, each with the name in one spelling; a full name that was stated counts wherever it stands."""
    stated = [*_chinese(text), *_english(text)]
    yield from stated
    for name in {name for _, _, name in stated}:
        pattern = rf"\b{re.escape(name)}\b" if name.isascii() else re.escape(name)
        if len(name) > 1 and (not name.isascii() or len(name) > 3):
            for match in re.finditer(pattern, text):
                yield *match.span(), name


def _chinese(text: str) -> Iterator[tuple[int, int, str]]:
    for pattern in (_STATED, _SURNAMED, _TITLED):
        for match in pattern.finditer(text):
            group = next(number for number in range(1, pattern.groups + 1) if match[number])
            yield *match.span(group), match[group]


def _english(text: str) -> Iterator[tuple[int, int, str]]:
    for pattern in (_STATED_EN, _TITLED_EN):
        for match in pattern.finditer(text):
            if match[1].split()[0] not in _NO_NAMES:
                yield *match.span(1), match[1]
