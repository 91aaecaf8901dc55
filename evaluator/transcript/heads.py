"""All ways in which the start of a line may name a speaker.

A line is read in every way it allows ("客服 10:22" is a name above its words, or a name and two words). Which one is
meant can only be decided over all lines; `candidates` does that.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from evaluator.transcript import times
from evaluator.transcript.names import hinted_role, is_letter, is_person, is_placeholder, is_role_word, known_role
from evaluator.transcript.segments import SourceLine


class HeadShape(StrEnum):
    """How a head names its speaker."""

    COLON = "colon"  # 客服：您好 · [10:22] Agent: Hello · **客服**： · Agent (00:12):
    BRACKET = "bracket"  # 【客服】您好 · [客服] 10:22:03 您好 · <Rey> hello
    SIGN = "sign"  # 客服=您好 · 客服 / 您好
    ABOVE = "above"  # 客服 10:22 · 2026-06-15 10:22:03 张伟(12345) · Rey — Today at 10:22 AM: with the words below
    WITHIN = "within"  # 客服 10:22:03 您好 · 10:22:03 客服 您好
    SPACE = "space"  # 客服 您好
    DASH = "dash"  # 客服 - 您好 · 客服——您好 · Rey | hello
    ALONE = "alone"  # 客服, with the words below


class Head(NamedTuple):
    """One reading of the name at the start of a line. Offsets refer to the source."""

    line: int
    shape: HeadShape
    name: str
    start: int
    text_start: int
    time: str | None = None
    marked: bool = False  # by bold type or brackets
    time_first: bool = False
    inline: bool = False  # inside a line, after other words
    note: str | None = None  # in brackets behind the name; `noted` is the name with it
    noted: str | None = None


class CleanName(NamedTuple):
    """A name without marks, the time behind it, and the note in brackets behind it with the whole name."""

    name: str | None = None
    time: str | None = None
    note: str | None = None
    noted: str | None = None


MAX_NAME = 40
_LONGEST_HEAD = 140

_NUMBERING = re.compile(
    r"[ \t]*(?:[-*•·●○■◆>]+[ \t]+|#?\d{1,4}(?:[、)）][ \t]*|\.[ \t]*(?!\d)|\.[ \t]+)|[（(\[【]\d{1,3}[)）\]】][ \t]*|#\d{1,4}[ \t]+|"
    r"第[\d一二三四五六七八九十]{1,3}(?:轮|回合|句|条)[ \t]*[:：]?[ \t]*|(?:T|Turn[ ]?|Line[ ]?)\d{1,4}[:.]?[ \t]+|"
    r"1[4-9]\d{8}(?:\d{3})?[ \t]+|\d{1,4}(?:[ \t]{2,}|[ \t]+(?=\d{1,2}[:：]\d{2}))|\[(?:INFO|DEBUG|WARN|WARNING|TRACE|LOG|MSG|CHAT)\][ \t]+)?"
)
_OPENING = re.compile(r"[ \t]*(?P<bold>\*\*|__|\#{1,6}[ ]|\*(?=\S))?[ \t]*")
_PAIRS = "[]【】<>＜＞〈〉《》「」『』〔〕［］{}｛｝｢｣〖〗"  # a name may be enclosed in any of them; the two ends need not match
_BRACKETED = re.compile(
    rf"(?P<open>[{re.escape(_PAIRS[::2])}])(?P<name>[^{re.escape(_PAIRS)}\r\n]{{1,60}})[{re.escape(_PAIRS[1::2])}]"
)
_ROUND = re.compile(
    r"[(（](?P<name>[^()（）\r\n]{1,60})[)）]"
)  # usually an aside: a speaker only if it contains a role
_AFTER_BRACKET = re.compile(r"[ \t]*(?:\*\*|__)?[ \t]*(?P<colon>[:：])?(?:\*\*|__|\*)?[ \t]*")
_COLON = re.compile(r"[:：]")
_AFTER_COLON = re.compile(r"(?:\*\*|__|\*)?[ \t]*")
_DASH = re.compile(r"[ \t]*(?:——|—|[ \t][-–>|»→][ \t]|[ \t]>>[ \t])[ \t]*")
_QA = re.compile(r"(?P<name>[QA问答])[.．、][ \t]{1,8}(?=\S)")
_SIGN = re.compile(r"[ \t]*(?:={1,2}>?|＝|/|／|;|；|(?<![-=>])>(?!>))[ \t]*")
_ARROW = re.compile(r"(?P<name>[^<>→]{1,20}?)\s*(?:->|→|=>|⇒)\s*[^<>→]{1,20}")  # who says it, to whom
_FRONT = re.compile(r"[\[(（【](?P<role>[^\[\]()（）【】]{1,12})[\])）】]\s?(?P<name>[^\[\]()（）【】:：]{1,20})")
_DASH_FIRST = re.compile(r"(?:——|—|[-–|»→]|>{1,2})[ \t]+")
_FIELD = re.compile(r"[^:：]*[:：]\s*(?:\d|$)|[^:：]*[:：]\s")
_NOTE = re.compile(r"^(?P<name>.*?)[ \t]*[(（\[【](?P<note>[^()（）\[\]【】]{0,40})[)）\]】]$")
_ZOOM = re.compile(r"^from\s+(?P<name>.+?)(?:\s+to\s+.+)?$", re.IGNORECASE)
_WROTE = re.compile(
    r"\s*(?:wrote|says|said|added a comment|commented|replied|posted|reported(?:\s+via\s.{1,30})?|写道|寫道|发表于|發表於|发表评论)\s*[-–—]?$|(?<=..)(?:说道?|說道?|问道|答道)$",
    re.IGNORECASE,
)
_SAYS = re.compile(r"\s*(?:说|說|写道|寫道|发言|wrote|says|said)\s*[:：]\s*$")
_SENTENCE = re.compile(r"[。！？!?；;，、…“”《》=]|https?|www\.|//|\.\s|->|→")
_BROKEN = re.compile(r"[\t\[\]【】{}|<>]|[:：]$")
_TITLE_COMMA = re.compile(r"[A-Z][\w'’.-]{1,20}(?: [A-Z][\w'’.-]{0,20}){0,2}, [A-Z][\w'’. &/-]{0,30}")
_ASIDE_WORD = re.compile(r"^(?:AM|PM|a\.m\.|p\.m\.|上午|下午)$", re.IGNORECASE)
_TOLD = re.compile(r"(说|說|道|答|问|問|回复|回覆|表示|回应|said|says|asked|replied)$")
_NUMBERED = re.compile(r"^([QA]|[问問][题題]?|追[问問]|回?答)[ .#]?\d{1,3}$", re.IGNORECASE)  # Q1 and A1, 问1 and 答1
_QUOTES = "'\"‘’“”` "
_MARKS = " \t*_#" + _QUOTES
_COMMA = re.compile("[,，、]")
_MASKED = re.compile(r"[\u3400-\u9fffA-Za-z\d]\*{1,4}$")


def readings(line: SourceLine, index: int) -> list[Head]:
    """Every way in which the line may start with a speaker; none for a blank line or a time alone."""
    text = line.plain[: _LONGEST_HEAD * 2]
    if not text.strip():
        return []
    begin = _begin(text)
    lead = times.leading(text, begin)
    at = lead.end if lead else begin
    opening = _OPENING.match(text, at)
    at = opening.end() if opening else at
    bold = bool(opening and opening["bold"])
    if not lead and bold:
        lead = times.leading(text, at)
        at = lead.end if lead else at
    if at >= len(text):
        return []
    reader = _HeadReader(line, index, text, at, lead.time if lead else None, bold)
    return [head for head in reader.all() if head is not None]


def _begin(text: str) -> int:
    match = _NUMBERING.match(text)
    end = match.end() if match else 0
    return end + len(text[end:]) - len(text[end:].lstrip(" \t"))


class _HeadReader:
    """One line behind its number and leading time, and what it may be."""

    def __init__(self, line: SourceLine, index: int, text: str, at: int, time: str | None, bold: bool) -> None:
        self.line, self.index, self.text, self.at, self.time, self.bold = line, index, text, at, time, bold

    def all(self) -> list[Head | None]:
        bracketed = _BRACKETED.match(self.text, self.at)
        if (
            bracketed is None
            and (round_one := _ROUND.match(self.text, self.at))
            and known_role(round_one["name"].strip())
        ):
            bracketed = round_one
        found = [self._colon() or self._letter()]
        found += [self._bracket(bracketed)] if bracketed else []
        found += [self._above(), self._within(), self._space(), self._dash(), self._sign(), self._alone()]
        return found

    def _head(
        self, shape: HeadShape, raw: str, text_at: int, time: str | None = None, marked: bool = False
    ) -> Head | None:
        arrow = _ARROW.fullmatch(raw.strip()) if shape == HeadShape.COLON else None
        name, noted_time, note, noted = clean_name(arrow["name"] if arrow else raw, bold=self.bold)
        if name is None:
            return None
        time = time or self.time or noted_time
        if _ASIDE_WORD.match(name) or (
            self.time is None and name.isdigit() and shape not in (HeadShape.COLON, HeadShape.BRACKET)
        ):
            return None
        first = self.time is not None
        start = self.line.start
        return Head(
            self.index, shape, name, start, start + text_at, time, marked or self.bold, first, note=note, noted=noted
        )

    def _colon(self) -> Head | None:
        at = _colon_at(self.text, self.at)
        if at is None:
            return None
        raw = self.text[self.at : at]
        end = _AFTER_COLON.match(self.text, at + 1).end()  # type: ignore[union-attr]
        if _TOLD.search(raw.strip()) and self.text[end : end + 1] in tuple('“「『"'):
            return None  # `客服说：“…”` is prose
        after = times.trailing(raw)
        if after and raw[: after.start].strip():
            return self._head(HeadShape.COLON, raw[: after.start], end, after.time)
        return self._head(HeadShape.COLON, raw, end)

    def _letter(self) -> Head | None:
        """Q or A with a full stop, as in minutes of a hearing; it counts only beside the other one."""
        match = _QA.match(self.text, self.at)
        return self._head(HeadShape.COLON, match["name"], match.end()) if match else None

    def _bracket(self, match: re.Match[str]) -> Head | None:
        raw, end = match["name"], match.end()
        if is_placeholder(raw):
            return None
        within = times.trailing(raw)
        time = within.time if within and raw[: within.start].strip() else None
        raw = raw[: within.start] if within and time else raw
        if _COLON.search(raw):
            return None
        after = times.leading(self.text, end + len(self.text[end:]) - len(self.text[end:].lstrip(" \t")))
        if after:
            time, end = after.time, after.end
        end = _AFTER_BRACKET.match(self.text, end).end()  # type: ignore[union-attr]
        shape = HeadShape.BRACKET if self.text[end:].strip() or not time else HeadShape.ABOVE
        return self._head(shape, raw, end, time, marked=True)

    def _above(self) -> Head | None:
        """A line with only a name and a time."""
        rest = self.line.plain[self.at :]
        if len(rest) > _LONGEST_HEAD:
            return None
        rest = _SAYS.sub("", rest)
        after = times.trailing(rest)
        if after and rest[: after.start].strip() and _names_one(rest[: after.start]):
            return self._head(HeadShape.ABOVE, rest[: after.start], len(self.line.text), after.time)
        if self.time and not _COLON.search(rest.rstrip(" \t:：")) and len(rest.strip()) <= MAX_NAME:
            return self._head(HeadShape.ABOVE, rest.rstrip(" \t:："), len(self.line.text))
        return None

    def _within(self) -> Head | None:
        """Name, time and words on one line, without a colon."""
        time = times.inner(self.text, self.at, MAX_NAME)
        if time and self.text[self.at : time.start].strip():
            return self._head(HeadShape.WITHIN, self.text[self.at : time.start], self._behind_dash(time.end), time.time)
        if self.time is None:
            return None
        name, end = self._first_word()
        return self._head(HeadShape.WITHIN, name, self._behind_dash(end)) if self.text[end:].strip() else None

    def _behind_dash(self, at: int) -> int:
        """Behind the dash or arrow that may stand between name and words."""
        dash = _DASH_FIRST.match(self.text, at)
        return dash.end() if dash and self.text[dash.end() :].strip() else at

    def _space(self) -> Head | None:
        name, end = self._first_word()
        if not self.text[end:].strip() or self.time is not None or _SIGN.match(self.text, end):
            return None
        return self._head(HeadShape.SPACE, name, end)

    def _first_word(self) -> tuple[str, int]:
        """The first word, or the first two or three if they form a role: "Speaker 1", "Customer Care"."""
        if (tab := self.text.find("\t", self.at)) > 0:
            return self.text[self.at : tab], tab + 1
        ends = [match.end() for match in re.finditer(r"\S+[ \t]*", self.text[self.at : self.at + MAX_NAME * 2])][:3]
        for end in reversed(ends[1:]):
            name = self.text[self.at : self.at + end].strip()
            if is_role_word(name) or is_letter(name):
                return name, self.at + end
        return (self.text[self.at : self.at + ends[0]].strip(), self.at + ends[0]) if ends else ("", self.at)

    def _dash(self) -> Head | None:
        match = _DASH.search(self.text, self.at + 1, self.at + MAX_NAME + 6)
        if match is None or not self.text[match.end() :].strip():
            return None
        return self._head(HeadShape.DASH, self.text[self.at : match.start()], match.end())

    def _sign(self) -> Head | None:
        match = _SIGN.search(self.text, self.at + 1, self.at + MAX_NAME + 6)
        if match is None or self.text.startswith("//", match.start()) or not self.text[match.end() :].strip():
            return None
        return self._head(HeadShape.SIGN, self.text[self.at : match.start()], match.end())

    def _alone(self) -> Head | None:
        rest = self.line.plain[self.at :].strip()
        if self.time or len(rest) > MAX_NAME or _COLON.search(rest):
            return None
        return self._head(HeadShape.ALONE, rest, len(self.line.text))


def _names_one(raw: str) -> bool:
    """Whether a colon inside belongs to a name (a shop with its seller), not to a field: "创建时间：2026-06-15"."""
    return not _COLON.search(raw.strip(" \t:：")) or known_role(raw.strip()) is not None or not _FIELD.match(raw)


def _colon_at(text: str, at: int) -> int | None:
    """The position of a colon that may end a name, excluding those in times and addresses."""
    for match in _COLON.finditer(text, at + 1, at + MAX_NAME * 2):
        place = match.start()
        behind = text[place + 1 : place + 3]
        if text[place - 1].isdigit() and behind.isdigit() and not text[place + 3 : place + 4].isdigit():
            before, clock = text[at:place].rstrip("0123456789"), text[at : place + 3]
            if not before[-1:].isalpha() or times.trailing(clock) or times.is_time(clock):  # not "说话人2：30块"
                continue
        return None if text.startswith("//", place + 1) else place
    return None


def clean_name(raw: str, *, bold: bool = False) -> CleanName:
    """The name without marks, quotes, accounts and notes, and what stood behind it; no name if it cannot be one.

    Stars behind a name that is not in bold type mask the rest of it: "李**".
    """
    name = raw.strip(" \t" + _QUOTES)
    masked = not bold and name[:1] not in ("*", "_", "#") and bool(_MASKED.search(name))
    name = (name.lstrip(_MARKS) if masked else name.strip(_MARKS)).rstrip(",，|·•@—–- \t")
    if wrapped := _ROUND.fullmatch(name):
        name = wrapped["name"].strip()
    time, inside, noted = None, None, None
    if name.startswith(("~ ", "～ ")):  # a messenger's mark of somebody who is no contact
        name = name[2:].strip()
    zoom = _ZOOM.match(name)
    name = _WROTE.sub("", zoom["name"] if zoom else name).strip()
    if note := _NOTE.match(name):
        bare, inside = note["name"].strip(" \t*_" + _QUOTES), note["note"].strip()
        if times.is_time(inside):
            time, name = inside, bare
        elif bare and not (known_role(inside) and not known_role(bare)):
            name, noted = bare, name if _can_be_name(name) else None
    elif "<" in name and name.endswith(">"):  # a mail address after the name
        name = name.partition("<")[0].strip() or name
    if name.startswith("@"):
        name = name[1:]
    name = _NUMBERED.sub(r"\1", name)
    return CleanName(name, time, inside if noted else None, noted) if _can_be_name(name) else CleanName()


def has_role_in_front(name: str) -> bool:
    """Whether a role in brackets stands before a person's name: "(客服)小李", "【客服】小李"."""
    match = _FRONT.fullmatch(name)
    return match is not None and known_role(match["role"]) is not None and is_person(match["name"])


def _has_title(name: str) -> bool:
    """Whether a person's name and a role stand on the two sides of a comma: "李敏，售后主管", "Operator, chat bot"."""
    before, comma, after = (
        (part.strip() for part in re.split("([,，、])", name, maxsplit=1)) if _COMMA.search(name) else ("", "", "")
    )
    return (
        bool(comma)
        and (is_person(before) or known_role(before) is not None)
        and bool(known_role(after) or hinted_role(after))
    )


def _can_be_name(name: str) -> bool:
    if not name or len(name) > MAX_NAME or times.is_time(name):
        return False
    if has_role_in_front(name):
        return True
    if _BROKEN.search(name):
        return False
    if _has_title(name):
        return True
    if _SENTENCE.search(name) and not known_role(name):
        return False
    if "," in name and not _TITLE_COMMA.fullmatch(name):
        return False
    if len(name.split()) > 5 and not known_role(name):
        return False
    return any(char.isalnum() for char in name)
