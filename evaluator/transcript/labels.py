"""Dialogue with a name before each turn: `客服：…`, `[00:12] Agent: …`, `Agent (00:12): …`, `**客服**：…`,
`【客服】…`.

The hard part is what is no speaker: "订单号：123" and "解决方案：…" look the same. A label counts as a
speaker if it states
a role, was named by the caller, is marked by a time or by bold type, returns like a speaker does, or is a
person's name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple

from evaluator.rubric import Role
from evaluator.text.folding import fold, simplify
from evaluator.transcript.names import is_field, is_honorific, is_letter, is_person, known_role, roles_together
from evaluator.transcript.segments import TIME, Layout, Line, Piece, lines_of
from evaluator.transcript.turns import Assumption

_NUMBERING = (
    r"(?:[-*•·>]+[ \t]+|\d{1,3}[.、)）][ \t]*(?!\d)|[（(\[【]\d{1,3}[)）\]】][ \t]*|"
    r"第[\d一二三四五六七八九十]{1,3}(?:轮|回合|句)[ \t]*)"
)
_IN_CLOCK = r"(?:(?<=[\s\]】:]\d)|(?<=[\s\]】:]\d\d)):\d\d(?!\d)"  # the colon of 10:22 is not the end of a name
# A time ends a label without a colon, unless it begins a range: 客服 10:00 至 18:00 在线.
_AFTER_TIME = r"(?(time_after)(?=\s+[^\s\-–—~至到]|\s*$)|(?!))"
_LABEL = re.compile(
    rf"""[ \t\u3000\ufeff]*+{_NUMBERING}?
    (?:(?:[\[【(（]\s*+)?(?P<time>{TIME})(?:\s*(?:-->|[-–—~至到])\s*{TIME})?     # a time or a range of times,
        \s*+(?:[\]】)）]\s*+)?(?:[-–—|]\s*+)?)?                                  # bare or in brackets
    (?P<bold>\*\*|__|\#{{1,4}}[ ])?
    (?P<open>[\[【<「])?
    (?P<name>[^\s:：\[\]【】<>「\t][^:：\[\]【】<>\t\r\n]{{0,29}}?)
    (?(open)(?:\s+(?P<time_within>{TIME}))?[\]】>」])
    (?:\s*[(（\[【](?P<note>[^()（）\[\]【】\r\n]{{0,40}})[)）\]】]|(?:\s+|(?<=[\]】>」]))(?P<time_after>{TIME}))?
    (?:\*\*|__)?\s*
    (?P<colon>(?!{_IN_CLOCK})[:：]|\t|(?<=[\]】])|{_AFTER_TIME})
    (?:\*\*|__)?[ \t\u3000]*""",
    re.VERBOSE,
)
_INLINE = re.compile(
    r"(?<=[。！？!?；;.”」』）)…\s])(?P<name>[\u4e00-\u9fff]{2,8}|[A-Z][a-z]{2,14})[:：](?=\s*[^\s\d])"
)
_DIRECTION = re.compile(r"\s*(?:[(（【\[][^()（）【】\[\]]+[)）】\]]|\*[^*]+\*)[。.]?\s*")
_HEADING = re.compile(
    r"""\s*(?:\#{1,6}\s*|\*\*|[一二三四五六七八九十]{1,2}、|[(（][一二三四五六七八九十]{1,2}[)）]|\d{1,2}[.、])?\s*
    (?P<label>[^\s:：。，,.!?！？]{1,14}
    (?:方案|措施|步骤|计划|总结|小结|跟进|复盘|思路|要点|说明|备注|点评|处理|改进|流程)|
    follow-?\ ?up|next\ steps|(?:resolution|action|follow-?up)\ plan|summary|solution|notes?)
    \s*(?:\*\*)?\s*(?:[:：]|(?:\*\*)?\s*$)""",
    re.VERBOSE | re.IGNORECASE,
)
_NUMBERED = re.compile(r"^([QA]|[问問][题題]?|追[问問]|回?答)[ .#]?\d{1,2}$", re.IGNORECASE)  # Q1 and A1, 问1 and 答1
_TOLD = re.compile(r"(说|說|道|答|问|問|回复|回覆|表示|回应|said|says|asked|replied)$")
_AFTERWORD = re.compile(
    r"\s*(以上|至此|通话结束|挂断|后续|随后|事后|通话后|结束后|总之|综上|作为客服|作为主管|[一二三四五六七八九十]、|"
    r"#{1,6} )"
)


class Label(NamedTuple):
    """Something at the beginning of a line that may name a speaker."""

    start: int
    text_start: int
    name: str
    time: str | None
    marked: bool  # by a time, bold type or brackets


def read_labels(source: str, named: Collection[str] = ()) -> Layout | None:
    """The labelled dialogue in `source`, or None if it has none; `named` are names that the caller knows as
    speakers.
    """
    lines = list(lines_of(source))
    found = [label for line in lines if (label := _label_of(line))]
    accepted = _accept(found, {fold(name) for name in named}, sum(bool(line.text.strip()) for line in lines))
    if not accepted:
        return None
    starts = {label.start: label for label in found if fold(label.name) in accepted}
    return Layout("dialogue", tuple(_pieces(source, lines, starts)), _about_ignored(found, accepted))


def is_dialogue_throughout(source: str) -> bool:
    """Whether the text opens with a speaker of a known role and a second role follows: a call, not an essay
    with one.
    """
    layout = read_labels(source)
    if layout is None:
        return False
    pieces = [piece for piece in layout.pieces if source[piece.start : piece.end].strip()]
    roles = {known_role(piece.speaker) for piece in pieces if piece.speaker} - {None}
    return len(roles) > 1 and pieces[0].kind == "speech"


def _label_of(line: Line) -> Label | None:
    match = _LABEL.match(line.text)
    if not match or not (match["colon"] or match["open"] or (match["time_after"] and known_role(match["name"]))):
        return None
    if match["colon"] in (":", "：") and line.text[match.end("colon") :].startswith("//"):
        return None
    if _TOLD.search(match["name"]) and line.text[match.end() : match.end() + 1] in tuple('“「『"'):
        return None  # `客服说：“…”` is prose
    name, note = _NUMBERED.sub(r"\1", match["name"].strip(" *_#\u3000")), (match["note"] or "").strip()
    noted_time = note if re.fullmatch(TIME, note) else None
    if note and not noted_time and not known_role(name) and known_role(note):
        name = line.text[match.start("name") : match.end("note") + 1]
    if not name or re.fullmatch(r"[\d\W_]+", name):
        return None
    time = match["time"] or match["time_within"] or match["time_after"] or noted_time
    marked = bool(time or match["open"] or match["bold"] == "**" or match["bold"] == "__")
    return Label(line.start, line.start + match.end(), name, time, marked)


def _accept(labels: list[Label], named: Collection[str], line_count: int) -> set[str]:
    """Folded names of the labels that are speakers."""
    counts = Counter(fold(label.name) for label in labels)
    anchors = {name for name in counts if name in named or known_role(name)}
    roles = {role for name in anchors if (role := known_role(name))}
    accepted = set(anchors) if len(roles - {"other"}) > 1 else anchors | set(roles_together(counts))
    for label in labels:
        name = fold(label.name)
        if name not in accepted and not is_field(name) and _is_speaker(label, counts[name], bool(anchors), roles):
            accepted.add(name)
    if anchors - set(named):
        return accepted if _carries(labels, accepted, named, line_count) else set()
    distinct = len(accepted) > 1 or bool(accepted & set(named))
    return accepted if distinct and _carries(labels, accepted, named, line_count) else set()


def _is_speaker(label: Label, count: int, has_anchor: bool, roles: Collection[Role]) -> bool:
    """Whether a name without a role is somebody's; once both sides are known, one more has to be marked or a person's.

    A letter beside two known roles is an option of an offer: "A：退款", "B：换新".
    """
    one_sided = len({"agent", "customer"} & set(roles)) < 2
    if is_honorific(label.name) or (is_letter(label.name) and one_sided and (len(roles) < 2 or count > 1)):
        return True
    if label.time or (label.marked and count > 1):
        return True
    short = len(label.name) <= (8 if re.search(r"[\u4e00-\u9fff]", label.name) else 24)
    returns = count > 1 and short and (not has_anchor or one_sided)
    return returns or (is_person(label.name) and (count > 1 or (has_anchor and one_sided)))


def _carries(labels: list[Label], accepted: set[str], named: Collection[str], line_count: int) -> bool:
    """A single label deep inside a long text is a phrase, not a dialogue, unless the caller named it."""
    speaking = [label for label in labels if fold(label.name) in accepted]
    if not speaking:
        return False
    return len(speaking) > 1 or line_count <= 3 or speaking[0] is labels[0] or fold(speaking[0].name) in named


def _pieces(source: str, lines: list[Line], starts: dict[int, Label]) -> Iterator[Piece]:
    """Cuts the lines where a speaker, a stage direction or a written part begins; lines between belong to
    the last.
    """
    current = Piece(None, 0, 0, kind="preamble")
    resume, after_blank, last_label = current, True, max(starts, default=0)
    for line in lines:
        label = starts.get(line.start)
        following = _next_piece(line, label, current, resume, after_blank)
        if following and following.kind == "written" and line.start < last_label:
            following = None  # the dialogue goes on below, so this is still the speaker's own paragraph
        if following:
            yield from _split_inline(source, current)
            current = following
            resume = current if current.kind in ("speech", "written") else resume
        current = Piece(current.speaker, current.start, line.end, current.time, current.kind)
        after_blank = not line.text.strip()
    yield from _split_inline(source, current)


def _next_piece(line: Line, label: Label | None, current: Piece, resume: Piece, after_blank: bool) -> Piece | None:
    if label:
        return Piece(label.name, min(label.text_start, line.end), line.end, label.time)
    if not line.text.strip():
        return None
    if _DIRECTION.fullmatch(line.text):
        return Piece(None, line.start, line.end, kind="direction")
    if current.kind not in ("preamble", "written") and _begins_written_part(line.text, current, after_blank):
        return Piece(None, line.start, line.end, kind="written")
    if current.kind == "direction":
        return Piece(resume.speaker, line.start, line.end, kind=resume.kind)
    return None


def _begins_written_part(text: str, current: Piece, after_blank: bool) -> bool:
    text = simplify(text)
    if _HEADING.match(text):
        return after_blank or current.kind == "direction" or known_role(current.speaker or "") == "customer"
    return after_blank and bool(_AFTERWORD.match(text))


def _split_inline(source: str, piece: Piece) -> Iterator[Piece]:
    """Turns pasted into one line: `客服：您好。客户：我要退货。`; only where the role changes."""
    role = known_role(piece.speaker or "")
    if piece.kind != "speech" or role is None:
        yield piece
        return
    for match in _INLINE.finditer(source, piece.start, piece.end):
        next_role = known_role(match["name"])
        if next_role in ("agent", "customer") and next_role != role:
            yield Piece(piece.speaker, piece.start, match.start(), piece.time)
            piece, role = Piece(match["name"], match.end(), piece.end), next_role
    yield piece


def _about_ignored(labels: list[Label], accepted: set[str]) -> tuple[Assumption, ...]:
    """Labels that were left in the text although they could have been names."""
    left = dict.fromkeys(
        label.name for label in labels if fold(label.name) not in accepted and not is_field(label.name)
    )
    return tuple(Assumption(code="label_kept_as_text", values={"label": name}) for name in list(left)[:5])
