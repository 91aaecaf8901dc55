"""E-mail: headers, subject, body, and earlier messages quoted below or between the lines."""

from __future__ import annotations

import email
import email.policy
import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import replace

from evaluator.text import well_formed
from evaluator.transcript.segments import Layout, Segment, SegmentKind, SourceLine, lines_of
from evaluator.transcript.times import CLOCK, DATE

_HEAD = re.compile(
    r"[ \t\ufeff>*]*(?P<field>发件人|寄件人|寄件者|發件人|收件人|收件者|抄送|密送|副本|"
    r"主题|主題|主旨|日期|发送时间|發送時間|时间|時間|附件|"
    r"from|to|cc|bcc|subject|date|sent|reply-to|attachments?)"
    r"\**[ \t\u3000]*[:：][ \t\u3000]*\**[ \t]*(?P<value>[^\r\n]*)",
    re.IGNORECASE,
)
_SENDER = ("发件人", "寄件人", "寄件者", "發件人", "from")
_SUBJECT = ("主题", "主題", "主旨", "subject")
_SEPARATOR = re.compile(
    r"\s*[-_—]{2,}\s*(?:original message|forwarded message|"
    r"原始邮件|原邮件|转发的邮件|原始郵件|回复的原邮件)\s*[-_—]*\s*",
    re.IGNORECASE,
)
_WROTE = re.compile(r"\s*(?:(?:on|at) [^\r\n]{6,80} wrote:|[^\r\n]{0,60}(?:写道|寫道)[:：])\s*", re.IGNORECASE)
_RAW = re.compile(r"\ufeff?[A-Za-z][A-Za-z0-9-]{1,60}:[ \t]")
_RAW_FIELD = re.compile(
    r"^(?:mime-version|content-type|content-transfer-encoding|received|message-id|return-path):",
    re.IGNORECASE | re.MULTILINE,
)
_WRITER = re.compile(
    rf"(?:{CLOCK}(?:\s?[ap]\.?m\b\.?)?[,，]?)?\s*(?P<name>[^:：\d,，][^:：,，]{{0,80}}?)\s*(?:wrote|写道|寫道)\s*[:：]\s*$",
    re.IGNORECASE,
)
_QUOTE_PREFIX = "> \t\ufeff"
_HEAD_CHARACTERS = 40_000
_OWN_WORDS = re.compile(r"[您你]|来信|來信|信中|邮件中|郵件中|\byour?\b", re.IGNORECASE)  # no mail program writes these
_STAMP = re.compile(rf"(?:{DATE}|\d{{4}}).*{CLOCK}|\d.*@|@.*\d")


def has_mail_head(source: str) -> bool:
    """Whether the text starts with at least two header lines, including sender or subject."""
    fields = []
    for line in lines_of(source):
        match = _HEAD.fullmatch(line.text)
        if line.text.strip() and not match:
            break
        if match:
            fields.append(match["field"].lower())
    return len(fields) > 1 and any(field in _SENDER + _SUBJECT for field in fields)


def has_quoted_mail(source: str) -> bool:
    """Whether an earlier message is quoted, announced as a mail program does: "On … Rey wrote:" above lines with ">"."""
    lines = list(lines_of(source))
    return any(
        _is_attribution(line.text) and _STAMP.search(line.text) and _is_quoted(following)
        for line, following in zip(lines, _following(lines), strict=True)
    )


def is_head_field(name: str) -> bool:
    """Whether a label is a field of a mail's head, or stands for "Re:" in its subject."""
    return bool(_HEAD.fullmatch(f"{name}:")) or name.lower() in (
        "回复",
        "答复",
        "转发",
        "回覆",
        "轉寄",
        "re",
        "fw",
        "fwd",
    )


def read_mail(source: str) -> Layout:
    """Subject and body of the newest message as segments of kind "mail", and the quoted messages as "earlier_mail".

    If its own subject line occurs again, the message was pasted twice. If only quoted text is left, that is what was
    handed in.
    """
    lines = list(lines_of(source))
    segments = _segments(lines)
    starts = {line.start for line in lines}  # a body starts at its line, a subject after the field name
    if not any(segment.kind == "mail" and segment.start in starts for segment in segments):
        segments = [replace(segment, kind="mail") for segment in segments]
    return Layout("email", tuple(segments))


def _segments(lines: list[SourceLine]) -> list[Segment]:
    """The messages without the quoted runs, and these as earlier mail, in text order."""
    runs = list(_quoted_runs(lines))
    quoted = {line.start for run in runs for line in run}
    found = [
        part
        for segment in _messages([line for line in lines if line.start not in quoted], "mail")
        for part in _without(segment, runs)
    ]
    for run in runs:
        found += _of_run(run)
    return sorted(found, key=lambda segment: segment.start)


def _of_run(run: list[SourceLine]) -> Iterator[Segment]:
    """The messages of a quoted run: one for each depth of quotation that it goes through, by whom the line above says."""
    senders: dict[int, str | None] = {}
    depth, group = 0, list[SourceLine]()
    for line in run:
        own = _depth(line.text)
        words = line.text.lstrip(_QUOTE_PREFIX)
        if _is_attribution(words) and (own == 0 or _STAMP.search(words)):
            senders[own + 1] = _author(words)
            continue
        if words and own != depth and group:
            yield from _by(senders.get(depth), group)
            group = []
        depth = own if words else depth
        group.append(line)
    yield from _by(senders.get(depth), group)


def _by(sender: str | None, lines: list[SourceLine]) -> Iterator[Segment]:
    for segment in _messages(lines, "earlier_mail"):
        yield segment if segment.speaker else replace(segment, speaker=sender)


def _depth(text: str) -> int:
    """How many marks of quotation the line begins with."""
    return text[: len(text) - len(text.lstrip(_QUOTE_PREFIX))].count(">")


def _author(text: str) -> str | None:
    """Who wrote what is quoted below, as the line above it says."""
    if match := _WRITER.search(text):
        name = match["name"].strip(" ,，于在")
        return name or None
    return None


def _quoted_runs(lines: list[SourceLine]) -> Iterator[list[SourceLine]]:
    """Runs of lines starting with ">", including blank lines between them and the attribution line above."""
    run: list[SourceLine] = []
    for line, following in zip(lines, _following(lines), strict=True):
        announced = _is_attribution(line.text) and _is_quoted(following)
        goes_on = _is_quoted(line.text) or (run and not line.text.strip() and _is_quoted(following))
        if run and (announced or not goes_on):
            yield run
            run = []
        if announced or goes_on:
            run.append(line)
    if run:
        yield run


def _following(lines: list[SourceLine]) -> list[str]:
    """For each line the text of the next non-blank line, or an empty text."""
    found, text = [], ""
    for line in reversed(lines):
        found.append(text)
        text = line.text if line.text.strip() else text
    return found[::-1]


def _is_quoted(text: str) -> bool:
    return text.lstrip(" \t\ufeff").startswith(">")


def _without(segment: Segment, runs: list[list[SourceLine]]) -> Iterator[Segment]:
    """The rest of a message after removing the quoted runs inside it."""
    at = segment.start
    first, behind = (bisect(runs, offset, key=lambda run: run[0].start) for offset in (segment.start, segment.end - 1))
    for run in runs[first:behind]:
        yield replace(segment, start=at, end=run[0].start)
        at = run[-1].end
    yield replace(segment, start=at)


def _messages(lines: Sequence[SourceLine], kind: SegmentKind) -> Iterator[Segment]:
    """Subject and body of each message; the first is of `kind`, those after a separator or header are earlier."""
    sender, subject, in_head, body = None, None, True, -1
    for number, line in enumerate(lines):
        head = _HEAD.fullmatch(line.text)
        opens_head = head is not None and not in_head and _starts_head(lines, number)
        announces = _announces_earlier(line.text)
        pasted = not in_head and subject is not None and _subject_in(head) == subject
        starts_earlier = opens_head or (announces and kind == "mail")
        if (starts_earlier or pasted) and body >= 0:
            yield Segment(sender, body, line.start, kind=kind)
            body = -1
        if starts_earlier:
            kind, sender, in_head = "earlier_mail", None, True
        in_head = in_head or pasted
        if in_head and head:
            field = head["field"].lower()
            sender = head["value"].strip() or None if field in _SENDER else sender
            if found := _subject_in(head):
                subject = subject or found
                yield Segment(sender, line.start + head.start("value"), line.end, kind=kind)
        elif in_head and line.text.strip() and not announces:
            in_head, body = False, line.start
    if body >= 0:
        yield Segment(sender, body, lines[-1].end, kind=kind)


def _announces_earlier(text: str) -> bool:
    """Whether the line is one that mail programs put above a quoted message, whatever follows it."""
    return bool(_SEPARATOR.fullmatch(text)) or (_is_attribution(text) and bool(_STAMP.search(text)))


def _is_attribution(text: str) -> bool:
    """Whether the line attributes what follows as a mail program does, not as an author quoting the reader."""
    return bool(_WROTE.fullmatch(text)) and not _OWN_WORDS.search(text)


def _subject_in(head: re.Match[str] | None) -> str | None:
    """The subject, if the line states one."""
    return head["value"].strip() or None if head and head["field"].lower() in _SUBJECT else None


def _starts_head(lines: Sequence[SourceLine], number: int) -> bool:
    """Whether a sender line and another header within the next two lines start an earlier message."""
    field = _HEAD.fullmatch(lines[number].text)
    after = [line for line in lines[number + 1 : number + 3] if _HEAD.fullmatch(line.text)]
    return field is not None and field["field"].lower() in _SENDER and bool(after)


def unpacked(text: str) -> str:
    """A raw message (.eml) as headers and plain body, decoded by the standard library; any other text unchanged."""
    if not _RAW.match(text) or not _RAW_FIELD.search(text[:_HEAD_CHARACTERS].split("\n\n", 1)[0]):
        return text
    message = email.message_from_string(text, policy=email.policy.default)
    try:
        part = message.get_body(preferencelist=("plain", "html"))
        body = str(part.get_content()) if part is not None else ""
    except (LookupError, ValueError, AttributeError, AssertionError):
        return text
    if part is not None and part.get_content_subtype() == "html":
        from evaluator.transcript.structured.webpages import text_of_html

        body = text_of_html(body)
    heads = [f"{name}: {message[name]}" for name in ("From", "To", "Cc", "Subject", "Date") if message[name]]
    return "\n".join([*heads, "", well_formed(body).strip()]) if body.strip() else text
