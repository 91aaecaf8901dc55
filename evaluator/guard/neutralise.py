"""Makes a text safe to include in a prompt as data."""

from __future__ import annotations

import re

from evaluator.guard.invisible import remove_hidden
from evaluator.text import simplify

# Control characters and lone surrogates; tab and line breaks stay.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_TAGS = (
    "system|assistant|user|human|developer|tool|transcript|turns?|answer|response|dialogue|candidate|question|"
    "criteri(?:a|on)|rubric|reference|task|text|instructions?|grading|evaluation|prompt|submission|email|data|material|"
    "bos|eos|pad|unk|s|start_of_turn|end_of_turn|start_of_image|think|tool_call|"
    "回答|答案|作答|对话|文本|材料|任务|评分标准|参考答案"
)
# Chat template tokens, and the delimiters with which prompts fence the text.
_FENCES = re.compile(
    rf"""[<＜]\s{{0,20}}[|｜][^<>＜＞\r\n]{{0,60}}[|｜]\s{{0,20}}[>＞]         # <|im_start|>, <｜User｜>
    |[<＜][|｜]|[|｜][>＞]                                       # halves of such tokens
    |[<＜]{{1,2}}\s{{0,20}}/?\s{{0,20}}(?:sys|{_TAGS})(?:\s[^<>\r\n]{{0,60}})?\s{{0,20}}/?\s{{0,20}}[>＞]{{1,2}}
    |\[\s{{0,20}}/?\s{{0,20}}(?:inst|gmask|sop|system_prompt|available_tools|tool_calls)\s{{0,20}}\]
    |\[\s{{0,20}}/?\s{{0,20}}(?:task|reference[ ]material|text[ ]to[ ]grade(?:[ ]\w+)?|end[ ]of[ ][\w ]{{1,30}})\s{{0,20}}\]
    |【\s{{0,20}}/?\s{{0,20}}(?:任务|参考资料|评分标准|问题|要求|选项|(?:要评的|待评)?文本(?:开始|结束|到此为止)?|(?:答案|作答|考生回答)结束)\s{{0,20}}】""",
    re.IGNORECASE | re.VERBOSE,
)
_HARMLESS = str.maketrans(
    {
        "<": "‹",
        "＜": "‹",
        ">": "›",
        "＞": "›",
        "[": "⟦",
        "]": "⟧",
        "【": "〖",
        "】": "〗",
        "|": "¦",
        "｜": "¦",
    }
)


def neutralise(text: str) -> str:
    """The text without hidden and control characters, with chat-template tokens and fences replaced by look-alikes.

    The words stay readable. Other text is returned unchanged, and so is text that was already neutralised.
    """
    text = remove_hidden(_CONTROL.sub("", text))
    while (broken := _break_fences(text)) != text:
        text = broken
    return text


def _break_fences(text: str) -> str:
    """Breaks every fence in the text, also in traditional characters, since it may be read simplified."""
    pieces, at = [], 0
    for match in _FENCES.finditer(simplify(text)):  # of the same length
        pieces += [text[at : match.start()], text[match.start() : match.end()].translate(_HARMLESS)]
        at = match.end()
    return "".join([*pieces, text[at:]])
