"""Lines that are nobody's words: program messages, quoted replies, stage directions.

Also finds where an author's own text starts beside a dialogue.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence

from evaluator.text import fold, simplify
from evaluator.transcript.names import known_role
from evaluator.transcript.segments import SourceLine

_WHO = r"[^\r\n，。！？!?]{1,60}?"
_SYSTEM = re.compile(
    rf"""\s*(?:
    \*\*\*.{{1,200}}\*\*\*\s*$ |
    [-=*—~\s]{{0,20}}(?:以上是|以下是|本次会话|本次服务|会话|对话|通话|聊天|录音|人工服务|服务)[^，。！？]{{0,24}}(?:打招呼的内容|结束|已结束|开始|已开始|
        已接入|已转接|已关闭|历史消息|历史记录)[。.！]?[-=*—~\s]{{0,20}}$ |
    {_WHO}(?:撤回了一条消息|加入了?(?:群聊|会话|会议|对话)|退出了?(?:群聊|会话|会议|对话)|离开了?(?:群聊|会话|会议|对话)|
        邀请.{{1,60}}加入了?群聊|进入了?(?:会话|会议|直播间)|拍了拍.{{1,40}}|修改群名为.{{1,60}}|开始了?(?:录制|转写)|
        停止了?(?:录制|转写)|结束了?(?:会话|会议|通话)|接入了?会话|为您服务中?|开启了朋友验证.{{0,60}})[。.]?\s*$ |
    (?:你|您|我)?(?:已添加了|撤回了一条消息|通过了.{{0,30}}的?(?:好友|朋友)验证请求).{{0,60}}$ |
    (?:系统|正在为您|已为您).{{0,4}}(?:转接|接通|分配|排队).{{0,40}}$ |
    (?:chat|conversation|call|meeting|session|recording|transcription|transcript|ticket)\s
        (?:was\s|has\s)?(?:been\s)?(?:started|ended|transferred|origin|closed|opened|created|assigned|resolved|
        reassigned|accepted|begins|ends|id|recording|transcript|duration|starts?|rated)\b.{{0,160}}$ |
    {_WHO}\s(?:has\s|have\s)?(?:joined|left|started|stopped|ended|entered|exited|rejoined)\s
        (?:the\s)?(?:chat|conversation|call|meeting|room|session|channel|transcription|transcribing|recording|group)\b.{{0,60}}$ |
    {_WHO}\s(?:added|removed|invited|assigned|transferred)\s.{{1,60}}\s(?:to|from|into)\s(?:the\s)?
        (?:chat|conversation|call|meeting|group|channel|team|queue|ticket)\b.{{0,40}}$ |
    {_WHO}\s(?:deleted\sthis\smessage|changed\sthe\s(?:subject|group|topic).{{0,80}}|is\stransferring\sthe\s(?:chat|call).{{0,60}})\s*$ |
    [(（\[]?(?:已读|未读|已送达|送达|全部已读|\d{{1,4}}人(?:已读|未读))[)）\]]?\s*$ |
    (?:seen|delivered|read)(?:\s(?:by|at)\s.{{1,40}}|\s\d{{1,2}}:\d{{2}}.{{0,3}})?\s*$ |
    [-=*—\#\s]{{0,10}}(?:第\s?[\d一二三四五六七八九十]{{1,4}}\s?(?:轮|回合|段|节|部分)(?:对话)?|(?:turn|round|part)\s\d{{1,4}})[:：]?[-=*—\s]{{0,10}}$ |
    messages\sand\scalls\sare\send-to-end\sencrypted.{{0,200}}$ |
    this\s(?:editable\s)?(?:transcript|meeting|call|chat)\s(?:was|is|has)\b.{{0,200}}$ |
    (?:transcribed|recorded|generated|powered)\sby\b.{{0,80}}$ |
    (?:本|该)(?:文字记录|转写|文稿|纪要|记录)由.{{1,40}}(?:生成|提供|转写).{{0,60}}$ |
    (?:exported|downloaded|printed)\s(?:from|on|by|at)\b.{{0,160}}$ |
    (?:the\s)?(?:chat|conversation|ticket)\s(?:was\s|has\sbeen\s)?(?:archived|marked\sas)\b.{{0,80}}$ |
    [(（\[]?(?:已编辑|已編輯|edited|此消息已编辑)[)）\]]?\s*$ |
    (?:missed|incoming|outgoing)\s(?:voice\s|video\s)?call\b.{{0,40}}$
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_LAST = re.compile(
    r"\s*(?:transcription\sended|transcript\send|(?:chat|call|conversation|meeting|session)\s(?:has\s)?(?:ended|closed)|"
    r"[-=*—~\s]{0,20}(?:本次会话|会话|通话|对话|录音)已?结束)",
    re.IGNORECASE,
)
_QUOTATION = re.compile(
    r"\s*(?:引用[:：\s]|\[引用[\s:：].*\]\s*$|【引用[\s:：].*】\s*$|「[^」：:]{1,40}[：:].*」\s*$|"
    r"\[(?:回复|reply)[\s:：].*\]\s*$|(?:replying|in reply) to\b|(?:[>＞]|&gt;)\s?\S)",
    re.IGNORECASE,
)
_REPLY = re.compile(
    r"\s*(?:回复|回覆|答复|reply(?:ing)?\s+to)\s*@?[^:：\r\n]{1,40}[:：]\s*(?P<words>\S.*)", re.IGNORECASE
)
_CUT_SHORT = re.compile(r"\s*(?:…+|\.{3})\s*$")
_OPEN_QUOTE = re.compile(r"\s*「[^」：:]{1,40}[：:]")
_RULE = re.compile(r"\s*(?:[-—–_=]\s*){3,}\s*")
_DIRECTION = re.compile(r"\s*(?:[(（【\[][^()（）【】\[\]]+[)）】\]]|\*[^*]+\*)[。.]?\s*")
_HEADING = re.compile(
    r"""\s*(?:\#{1,6}\s*|\*\*|[一二三四五六七八九十]{1,2}、|[(（][一二三四五六七八九十]{1,2}[)）]|\d{1,2}[.、])?\s*
    (?P<label>[^\s:：。，,.!?！？]{1,14}
    (?:方案|措施|步骤|计划|总结|小结|跟进|复盘|思路|要点|说明|备注|点评|处理|改进|流程)|
    follow-?\ ?up|next\ steps|(?:resolution|action|follow-?up)\ plan|summary|solution|notes?)
    \s*(?:\*\*)?\s*(?:[:：]|(?:\*\*)?\s*$)""",
    re.VERBOSE | re.IGNORECASE,
)
_AFTERWORD = re.compile(
    r"\s*(以上|至此|通话结束|挂断|后续|随后|事后|通话后|结束后|总之|综上|作为客服|作为主管|[一二三四五六七八九十]、|"
    r"#{1,6} )"
)
_MOST = 300  # a longer line is somebody's words
_QUOTED_LINES = 60
_LAST_LINES = 200  # as far back as a reply that was cut short is looked for
_INTERNAL = re.compile(
    r"\s*[\[(【（]?(?:internal(?: note| comment)?|private note|内部备注|内部便签|内部留言|私密备注|仅内部可见)[\])】）]?[:：]?\s*(?:[\r\n]|$)",
    re.IGNORECASE,
)


def is_system(text: str) -> bool:
    """Whether the line is the program's: who came, left or was transferred, what started or ended."""
    return len(text) <= _MOST and bool(_SYSTEM.match(text))


def is_last(text: str) -> bool:
    """Whether the program says that nothing more was said: anything that follows without a head is its footer."""
    return len(text) <= _MOST and bool(_LAST.match(text))


def is_direction(text: str) -> bool:
    """Whether the whole line is in brackets: a stage direction."""
    return len(text) <= _MOST and bool(_DIRECTION.fullmatch(text))


def is_rule(text: str) -> bool:
    """Whether the line is a row of dashes, as below a quoted message."""
    return bool(_RULE.fullmatch(text[:_MOST])) and len(text) <= _MOST


def is_internal(text: str) -> bool:
    """Whether a message opens with the mark of a note that the customer never saw."""
    return bool(_INTERNAL.match(text[:_MOST]))


def quotations(lines: Sequence[SourceLine]) -> set[int]:
    """Positions of lines that repeat another message: 引用：…, 「张伟：…」 above a row of dashes, lines starting with ">", and
    "回复 张伟：…" if it repeats words from above.
    """
    found: set[int] = set(_repeating(lines))
    open_at: int | None = None
    for place, line in enumerate(lines):
        if open_at is not None:
            if "」" in line.plain and place + 1 < len(lines) and is_rule(lines[place + 1].plain):
                found |= set(range(open_at, place + 2))
                open_at = None
            elif place - open_at > _QUOTED_LINES or line.is_blank:
                open_at = None
        if open_at is None and _OPEN_QUOTE.match(line.plain) and "」" not in line.plain:
            open_at = place
        if _QUOTATION.match(line.plain):
            found.add(place)
            if place + 1 < len(lines) and is_rule(lines[place + 1].plain):
                found.add(place + 1)
    return found


def _repeating(lines: Sequence[SourceLine]) -> Iterator[int]:
    earlier, last = set[str](), deque[str](maxlen=_LAST_LINES)
    for place, line in enumerate(lines):
        match = _REPLY.match(line.plain) if len(line.plain) <= _MOST else None
        if match and earlier:
            words = fold(_CUT_SHORT.sub("", match["words"]))
            cut = bool(_CUT_SHORT.search(match["words"])) and len(words) > 1
            if words in earlier or (cut and any(other.startswith(words) for other in last)):
                yield place
        elif not line.is_blank:
            text = fold(line.plain[:_MOST])
            said = (text.strip(), text.partition(":")[2].strip() or text.strip())
            earlier.update(said)
            last.extend(said)


def begins_written_part(text: str, after: str, speaker: str | None, after_blank: bool) -> bool:
    """Whether the author of a role-play speaks from here on: a heading or afterword beside the dialogue.

    `after` is the kind of the text above.
    """
    text = simplify(text[:_MOST])
    if _HEADING.match(text):
        return after_blank or after == "direction" or known_role(speaker or "") == "customer"
    return after_blank and bool(_AFTERWORD.match(text))
