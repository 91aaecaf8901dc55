"""Synthetic cases: sentences of calls and letters with personal data of every kind, and with innocent numbers.

All data is made up by a seeded generator, with valid check digits. Templates with even numbers were looked at while the
finder was written; those with odd numbers were not (`Case.seen`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from stdnum import luhn
from stdnum.cn import ric

_DIGITS_ZH, _DIGITS_EN = (
    "零一二三四五六七八九",
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
)
_REGIONS = ("110105", "310104", "440305", "510107", "330106", "420106", "610113", "210102")
_SURNAMES, _GIVEN = (
    "王李张刘陈杨赵黄周吴徐孙马朱胡林郭何高罗",
    ("伟", "芳", "建国", "秀英", "子涵", "丽娜", "志强", "晓燕", "明", "雨桐"),
)
_FIRST, _LAST = (
    ("Helen", "Omar", "Grace", "Daniel", "Priya", "Tom", "Aisha", "Liam"),
    ("Marsh", "Osei", "Kerr", "Fletcher", "Patel", "Nolan", "Hughes", "Byrne"),
)
_CITIES = (
    ("北京市", "海淀区"),
    ("上海市", "徐汇区"),
    ("广东省深圳市", "南山区"),
    ("四川省成都市", "武侯区"),
    ("陕西省西安市", "雁塔区"),
)
_STREETS = ("学院南路", "漕宝路", "科技园大道", "玉林街", "长安东路", "解放巷", "滨河路")
_ROADS = ("Baker Street", "Mill Lane", "Station Road", "Park Avenue", "Church Close", "Queens Drive")


class Case(NamedTuple):
    """A sentence, and the personal data in it by kind; empty for an innocent one."""

    text: str
    kind: str
    data: tuple[str, ...]
    seen: bool


def cases(each: int = 12) -> list[Case]:
    """Returns `each` cases of every template, the same every time."""
    return list(_cases(random.Random(20261128), each))


def _cases(dice: random.Random, each: int) -> Iterator[Case]:
    for kind, (make, templates) in _PERSONAL.items():
        for number, template in enumerate(templates):
            for _ in range(each):
                data = make(dice)
                yield Case(template.format(data), kind.partition(" ")[0], (data,), number % 2 == 0)
    for number, template in enumerate(_INNOCENT):
        for _ in range(each // 2):
            yield Case(_filled(template, dice), "none", (), number % 2 == 0)


def _mobile(dice: random.Random) -> str:
    return dice.choice(("138", "159", "186", "177", "199", "131")) + "".join(dice.choices("0123456789", k=8))


def _grouped(dice: random.Random) -> str:
    number = _mobile(dice)
    gap = dice.choice((" ", "-"))
    return f"{number[:3]}{gap}{number[3:7]}{gap}{number[7:]}"


def _spoken(dice: random.Random) -> str:
    number = _mobile(dice)
    words = "".join(_DIGITS_ZH[int(char)] for char in number)
    words = words.replace("一", "幺") if dice.random() < 0.5 else words
    return f"{words[:3]}，{words[3:7]}，{words[7:]}" if dice.random() < 0.5 else words


def _spoken_en(dice: random.Random) -> str:
    return "zero seven " + " ".join(_DIGITS_EN[dice.randrange(10)] for _ in range(9)).replace("zero", "oh")


def _landline(dice: random.Random) -> str:
    area = dice.choice(("010", "021", "0755", "028", "029"))
    return f"{area}-{dice.choice('268')}" + "".join(dice.choices("0123456789", k=7))


def _british(dice: random.Random) -> str:
    return f"+44 20 7{dice.randrange(100, 999)} {dice.randrange(1000, 9999)}"


def _id_card(dice: random.Random) -> str:
    body = dice.choice(_REGIONS) + f"{dice.randrange(1950, 2008)}{dice.randrange(1, 13):02}{dice.randrange(1, 29):02}"
    body += f"{dice.randrange(1000):03}"
    return body + ric.calc_check_digit(f"{body}0")  # the last character is passed over


def _id_spoken(dice: random.Random) -> str:
    return "".join(_DIGITS_ZH[int(char)] if char.isdigit() else char for char in _id_card(dice))


def _bank_card(dice: random.Random) -> str:
    body = dice.choice(("622202", "621700", "455738", "521234")) + "".join(dice.choices("0123456789", k=9))
    number = body + luhn.calc_check_digit(body)
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4)) if dice.random() < 0.5 else number


def _email(dice: random.Random) -> str:
    return f"{dice.choice(_FIRST).lower()}{dice.choice('._')}{dice.choice(_LAST).lower()}{dice.randrange(99)}@{dice.choice(('qq.com', 'mail.example.cn', 'example.co.uk'))}"


def _address(dice: random.Random) -> str:
    city, district = dice.choice(_CITIES)
    return f"{city}{district}{dice.choice(_STREETS)}{dice.randrange(1, 300)}号{dice.randrange(1, 20)}号楼{dice.randrange(1, 6)}单元{dice.randrange(101, 2000)}室"


def _address_en(dice: random.Random) -> str:
    return f"{dice.randrange(1, 200)} {dice.choice(_ROADS)}"


def _name(dice: random.Random) -> str:
    return dice.choice(_SURNAMES) + dice.choice(_GIVEN)


def _name_en(dice: random.Random) -> str:
    return f"{dice.choice(_FIRST)} {dice.choice(_LAST)}"


def _surname(dice: random.Random) -> str:
    return dice.choice(_SURNAMES)


def _plate(dice: random.Random) -> str:
    return (
        dice.choice("京沪粤川陕")
        + dice.choice("ABCDEF")
        + "".join(dice.choices("ABCDEFGHJK0123456789", k=dice.choice((5, 5, 6))))
    )


def _permit(dice: random.Random) -> str:
    return dice.choice("HM") + "".join(dice.choices("0123456789", k=8))


def _passport(dice: random.Random) -> str:
    return (
        dice.choice(("E", "G", "EA", "EB")).ljust(1)
        + "".join(dice.choices("0123456789", k=7))
        + dice.choice("0123456789")
    )


def _passport_fitting(dice: random.Random) -> str:
    found = _passport(dice)
    return found if len(found) == 9 else found[:9]


_PERSONAL: dict[str, tuple[Callable[[random.Random], str], tuple[str, ...]]] = {
    "phone mobile": (_mobile, ("客户：我的手机是{}，有消息打给我。", "麻烦您记一下{}这个号。", "Call me on {} after six.", "联系方式：{}")),
    "phone grouped": (_grouped, ("您打{}找我就行。", "My mobile, {}, is always on.")),
    "phone spoken": (_spoken, ("客户：你记一下，{}。", "我电话{}，别打错了。", "客服：您的号码是{}对吗？")),
    "phone spoken-en": (_spoken_en, ("It's {}, thanks.", "Ring me on {} please.")),
    "phone landline": (_landline, ("办公室电话{}。", "座机是{}，白天有人。")),
    "phone abroad": (_british, ("My number is {}.", "在英国打{}。")),
    "id_card": (_id_card, ("我的身份证号{}。", "证件：{}，麻烦核对。", "身份证{}，查一下。", "ID {} is on file.")),
    "id_card spoken": (_id_spoken, ("身份证是{}。", "客户：{}，你核对下。")),
    "bank_card": (_bank_card, ("退到这张卡{}。", "卡号是{}，工商银行的。", "Refund it to {} please.", "客户：{}，你看到账没有？")),
    "email": (_email, ("发到{}。", "Please write to {} today.", "邮箱{}，谢谢。")),
    "address": (_address, ("寄到{}。", "我住{}，下午都在。", "客户：地址还是{}。")),
    "address english": (_address_en, ("I live at {}, the blue door.", "Send it to {} please.")),
    "name": (_name, ("我叫{}，上周下的单。", "收件人：{}。", "姓名是{}。", "我是{}，昨天打过电话。")),
    "name english": (_name_en, ("My name is {}.", "This is {} from the third floor.", "Hello, Mr {}.", "It's in the name of Mrs {}.")),
    "name surname": (_surname, ("客服：{}先生您好。", "我姓{}，是业主。", "请找{}女士接电话。", "刚才{}经理答应我的。")),
    "plate": (_plate, ("车牌{}停在门口。", "我的车是{}。")),
    "permit": (_permit, ("回乡证{}。", "通行证号码{}，麻烦登记。")),
    "passport": (_passport_fitting, ("护照号{}。", "My passport is {}.")),
}  # fmt: skip
_INNOCENT = (
    "一共{n}元，三到五天到账。", "单号YT{n10}，今天发出。", "The order is TW-{n4}.", "型号XJ-{n3}B，功率{n}瓦。",
    "二零二六年十一月二十八号之前。", "11月{n2}日下午{n1}点半。", "您排在第{n2}位，大约等{n1}分钟。", "It took {n2} days and cost {n3} pounds.",
    "套餐每月{n2}元，含{n3}分钟。", "错误代码{n4}，重启就好。", "我们有一二三四个方案。", "客服：工号{n4}，请您讲。",
    "王牌产品，马上发货。", "张口就来，何必呢。", "路由器要放在客厅中间。",
    "这条路走不通。", "Thank you, this is very kind.", "Mr and Mrs are titles.", "This is the second time I call.",
    "保价八百元，运费三十一块也退。", "水表从{n4}走到{n4}。", "卡里余额{n5}.{n2}元。", "订单金额{n4}，优惠{n2}。",
    "一百三十八块，零头不要了。", "Version 2.{n1}.{n2} is out.", "第{n2}条第{n1}款。", "客户：喂？客服：您好。",
    "周三上午{n1}点到{n1}点。", "序列号9F3A77C1{n4}。", "我是业主，昨天报的修。", "温度{n2}度，湿度百分之{n2}。",
)  # fmt: skip


def _filled(template: str, dice: random.Random) -> str:
    for size in ("10", "5", "4", "3", "2", "1"):
        while f"{{n{size}}}" in template:
            number = str(dice.randrange(10 ** (int(size) - 1), 10 ** int(size)))
            template = template.replace(f"{{n{size}}}", number, 1)
    return template.replace("{n}", str(dice.randrange(10, 3000)))
