"""E-mail: head lines, subject, body, and the earlier messages quoted below."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaluator.transcript.pieces import Layout, Line, Piece, lines_of

_HEAD = re.compile(
    r"[ \t\ufeff>*]*(?P<field>发件人|寄件人|寄件者|發件人|收件人|收件者|抄送|密送|副本|"
    r"主题|主題|主旨|日期|发送时间|發送時間|时间|時間|附件|"
    r"from|to|cc|bcc|subject|date|sent|reply-to|attachments?)"
    r"\**[ \t\u3000]*[:：][ \t\u3000]*\**[ \t]*(?P<value>[^\r\n]*)",
    re.IGNORECASE,
)
_SENDER = ("发件人", "寄件人", "寄件者", "發件人", "from")
_SUBJECT = ("主题", "主題", "主旨", "subject")
_EARLIER = re.compile(
    r"\s*(?:[-_—]{2,}\s*(?:original message|forwarded message|"
    r"原始邮件|原邮件|转发的邮件|原始郵件|回复的原邮件)\s*[-_—]*|"
    r"on [^\r\n]{6,80} wrote:|[^\r\n]{0,60}(?:写道|寫道)[:：]|>.*)\s*",
    re.IGNORECASE,
)


def has_mail_head(source: str) -> bool:
    """Whether the text opens with at least two head lines, sender or subject among them."""
    fields = []
    for line in lines_of(source):
        match = _HEAD.fullmatch(line.text)
        if line.text.strip() and not match:
            break
        if match:
            fields.append(match["field"].lower())
    return len(fields) > 1 and any(field in _SENDER + _SUBJECT for field in fields)


def read_mail(source: str) -> Layout:
    """Subject and body of the newest message as pieces of kind "mail", what it answers as "earlier_mail". Its own subject
    line again begins the same message anew: it was pasted twice."""
    return Layout("email", tuple(_pieces(list(lines_of(source)))))


def _pieces(lines: list[Line]) -> Iterator[Piece]:
    kind, sender, subject, in_head, body = "mail", None, None, True, -1
    for number, line in enumerate(lines):
        head = _HEAD.fullmatch(line.text)
        opens_head = head is not None and not in_head and _starts_head(lines, number)
        starts_earlier = bool(_EARLIER.fullmatch(line.text)) and kind == "mail"
        pasted = not in_head and subject is not None and _subject_in(head) == subject
        if (opens_head or starts_earlier or pasted) and body >= 0:
            yield Piece(sender, body, line.start, kind=kind)  # type: ignore[arg-type]
            body = -1
        if opens_head or starts_earlier:
            kind, sender, in_head = "earlier_mail", None, True
        in_head = in_head or pasted
        if in_head and head:
            field = head["field"].lower()
            sender = head["value"].strip() or None if field in _SENDER else sender
            if found := _subject_in(head):
                subject = subject or found
                yield Piece(sender, line.start + head.start("value"), line.end, kind=kind)  # type: ignore[arg-type]
        elif in_head and line.text.strip() and not (starts_earlier and not line.text.lstrip().startswith(">")):
            in_head, body = False, line.start
    if body >= 0:
        yield Piece(sender, body, lines[-1].end, kind=kind)  # type: ignore[arg-type]


def _subject_in(head: re.Match[str] | None) -> str | None:
    """The subject, if the line states one."""
    return head["value"].strip() or None if head and head["field"].lower() in _SUBJECT else None


def _starts_head(lines: list[Line], number: int) -> bool:
    """A sender line and another head line within the next two: the head of an earlier message."""
    field = _HEAD.fullmatch(lines[number].text)
    after = [line for line in lines[number + 1 : number + 3] if _HEAD.fullmatch(line.text)]
    return field is not None and field["field"].lower() in _SENDER and bool(after)
