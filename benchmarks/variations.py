"""Changes of a text that should change no points: harmless ones, and more or fewer words for the same content."""

from __future__ import annotations

import re
from collections.abc import Callable

Change = Callable[[str, str], str]  # text, language -> text

LABEL = re.compile(r"^(客服|客户|Agent|Customer)([：:])", re.MULTILINE)
OTHER_NAMES = {"客服": "坐席", "客户": "顾客", "Agent": "Representative", "Customer": "Caller"}
POLITE = {
    "zh": ["非常感谢您抽出宝贵的时间。", "能为您服务是我们的荣幸，祝您生活愉快，万事如意！"],
    "en": [
        "Thank you ever so much for your precious time.",
        "It is truly a pleasure and an honour; have a lovely day!",
    ],
}
FILLERS = {
    "zh": re.compile(r"其实|那个|的话(?=[，。])|就是说|说实话，?|这样子|呢(?=[，。？])|啊(?=[，。！])|吧(?=[，。])"),
    "en": re.compile(r"\b(?:really|actually|just|quite|basically|very|of course,?|well,) ", re.IGNORECASE),
}
WIDE = str.maketrans("，。！？：；（）", ",.!?:;()")
NARROW = str.maketrans(",!?;()", "，！？；（）")


def space_out(text: str, language: str) -> str:
    """A space after every mark, and at the ends of lines."""
    return "\n".join(re.sub(r"([，。！？；,;!?])", r"\1 ", line).rstrip() + "  " for line in text.splitlines())


def narrow_marks(text: str, language: str) -> str:
    """Chinese marks as half-width ones; English ones as full-width."""
    return text.translate(WIDE if language == "zh" else NARROW)


def end_differently(text: str, language: str) -> str:
    """Full stops left out at the ends of lines."""
    return re.sub(r"[。.]$", "", text, flags=re.MULTILINE)


def traditional(text: str, language: str) -> str:
    """Simplified characters as traditional ones."""
    from opencc import OpenCC

    return OpenCC("s2t").convert(text) if language == "zh" else text


def blank_lines(text: str, language: str) -> str:
    """An empty line between all lines, and Windows line ends."""
    return text.replace("\n", "\r\n\r\n")


def break_lines(text: str, language: str) -> str:
    """A new line after the first full stop of each turn or paragraph; the second half of a turn stays in it."""
    return re.sub(r"^(.{8,}?[。！？]|.{8,}?[.!?](?= ))\s*(?=\S)", r"\1\n", text, flags=re.MULTILINE)


def rename(text: str, language: str) -> str:
    """Speakers by other names of the same roles."""
    return LABEL.sub(lambda match: OTHER_NAMES[match.group(1)] + match.group(2), text)


def no_break_spaces(text: str, language: str) -> str:
    """Ordinary spaces as no-break spaces, and a byte order mark in front."""
    return "\ufeff" + text.replace(" ", "\u00a0")


def pad(text: str, language: str) -> str:
    """Empty politeness around the content: once at the beginning, once at the end, in the speaker's own turns."""
    first, last = POLITE[language]
    lines = text.strip().splitlines()
    own = [place for place, line in enumerate(lines) if re.match(r"客服|Agent", line)] or [0, len(lines) - 1]
    lines[own[-1]] = f"{lines[own[-1]]}{'' if language == 'zh' else ' '}{last}"
    label = LABEL.match(lines[own[0]])
    at = label.end() if label else 0
    lines[own[0]] = f"{lines[own[0]][:at]}{'' if language == 'zh' or not at else ' '}{first}" + (
        lines[own[0]][at:] if language == "zh" or at else f" {lines[own[0]]}"
    )
    return "\n".join(lines)


def pad_more(text: str, language: str) -> str:
    """The same politeness three times over."""
    return pad(pad(pad(text, language), language), language)


def double(text: str, language: str) -> str:
    """Everything said twice."""
    return f"{text.strip()}\n{text.strip()}"


def shorten(text: str, language: str) -> str:
    """Filler words left out; what is said stays."""
    return FILLERS[language].sub("", text)


HARMLESS: dict[str, Change] = {
    "spaces": space_out,
    "marks of the other width": narrow_marks,
    "no full stops": end_differently,
    "traditional characters": traditional,
    "empty lines": blank_lines,
    "broken lines": break_lines,
    "other speaker names": rename,
    "no-break spaces": no_break_spaces,
}
LENGTH: dict[str, Change] = {"padded": pad, "padded three times": pad_more, "doubled": double, "shortened": shorten}


def changed(text: str, language: str, changes: dict[str, Change]) -> dict[str, str]:
    """The variations of a text by name; those that change nothing in it are left out."""
    made = {name: change(text, language) for name, change in changes.items()}
    return {name: found for name, found in made.items() if found != text}
