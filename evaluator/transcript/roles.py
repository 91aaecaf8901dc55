"""Who is who: the role of every piece, from what the caller said, what the name says, and last from how
they speak.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from evaluator.rubric import Role
from evaluator.text.folding import fold, simplify
from evaluator.transcript.names import known_role, roles_together
from evaluator.transcript.segments import Piece
from evaluator.transcript.turns import Assumption

# Turns of phrase by which the two sides of a call give themselves away.
_AGENT_PHRASES = re.compile(
    r"为您|请问(?:有什么|您)|有什么可以帮|工号|竭诚|感谢您的?(?:来电|耐心|理解|反馈|支持)|给您(?:带来|造成|添)|帮您|"
    r"您的(?:订单|心情|问题|感受)|请您稍|这边|这里是|祝您|how (?:can|may) i (?:help|assist)|is there anything else|"
    r"thank you for (?:calling|contacting|your patience)|i(?:'ll| will| can) (?:check|look into|arrange|help you)|"
    r"(?:sorry|apologi[sz]e) for (?:the|any|your)|your order number|may i have",
    re.IGNORECASE,
)
_CUSTOMER_PHRASES = re.compile(
    r"你们|我要(?:退|投诉|换|求)|我买|我的(?:订单|订的|快递|手机|卡|账)|投诉|怎么(?:还|回事|办)|什么时候(?:能|才)|气死|"
    r"我想(?:问|咨询|退|要|办)|退款|坏了|i want (?:a refund|to)|i(?:'ve| have) been waiting|"
    r"my (?:order|account|card|phone|package)|i (?:ordered|bought|paid|received)|unacceptable|refund",
    re.IGNORECASE,
)
# The author of a role-play speaking of their own plan, in text around the dialogue.
_AUTHOR_PHRASES = re.compile(
    r"我(?:会|将|要|先|们会|们将)|首先|方案|措施|步骤|后续|跟进|\bI (?:will|would)\b|\bI'll\b", re.IGNORECASE
)


def cast(source: str, pieces: Sequence[Piece], named: Mapping[str, Role]) -> tuple[list[Role], tuple[Assumption, ...]]:
    """The role of each piece, and what was assumed; `named` holds the caller's roles by folded name."""
    names = list(dict.fromkeys(piece.speaker for piece in pieces if piece.speaker and piece.kind == "speech"))
    together = roles_together({fold(name) for name in names})
    roles: dict[str, Role] = {name: role for name in names if (role := _stated(name, together, named))}
    assumed = _guess(roles, [name for name in names if name not in roles], source, pieces)
    if "agent" not in roles.values() and not _has_unnamed_speech(pieces) and (bots := _bots(roles, named)):
        roles[bots[0]] = "agent"
        assumed.append(_about("agent_only_automatic", bots[0]))
    by_piece = [_role_of(piece, source, roles, named) for piece in pieces]
    return by_piece, tuple(assumed + _about_text_without_speaker(pieces, by_piece, named))


def stated_roles(pieces: Sequence[Piece]) -> set[Role]:
    """The roles that the names of the speakers state by themselves."""
    return {role for piece in pieces if piece.speaker and (role := known_role(piece.speaker))}


def _stated(name: str, together: Mapping[str, Role], named: Mapping[str, Role]) -> Role | None:
    return named.get(fold(name)) or together.get(fold(name)) or known_role(name)


def _guess(roles: dict[str, Role], unknown: list[str], source: str, pieces: Sequence[Piece]) -> list[Assumption]:
    """Gives the unknown speakers the roles that nobody has yet, and says why."""
    assumed: list[Assumption] = []
    if unknown and "agent" not in roles.values():
        agent, why = _likely_agent(unknown, source, pieces, lone="customer" in roles.values())
        roles[agent] = "agent"
        unknown.remove(agent)
        assumed.append(_about(why, agent))
    if unknown and "customer" not in roles.values():
        customer = max(unknown, key=lambda name: sum(piece.speaker == name for piece in pieces))
        roles[customer] = "customer"
        unknown.remove(customer)
        assumed.append(_about("customer_by_remaining", customer))
    for name in unknown:
        roles[name] = "other"
        assumed.append(_about("speaker_as_other", name))
    return assumed


def _likely_agent(names: list[str], source: str, pieces: Sequence[Piece], *, lone: bool) -> tuple[str, str]:
    if len(names) == 1:
        return names[0], "agent_by_remaining" if lone else "agent_only_speaker"
    scores = {name: _service_score(name, source, pieces) for name in names}
    best = max(names, key=lambda name: scores[name])
    if sum(score == scores[best] for score in scores.values()) > 1:
        return next(name for name in names if scores[name] == scores[best]), "agent_by_order"
    return best, "agent_by_phrases"


def _service_score(name: str, source: str, pieces: Sequence[Piece]) -> int:
    text = "\n".join(source[piece.start : piece.end] for piece in pieces if piece.speaker == name)
    text = simplify(text)
    return len(_AGENT_PHRASES.findall(text)) - len(_CUSTOMER_PHRASES.findall(text))


def _bots(roles: Mapping[str, Role], named: Mapping[str, Role]) -> list[str]:
    return [name for name in roles if "客服" in fold(name) and roles[name] == "other" and fold(name) not in named]


def _has_unnamed_speech(pieces: Sequence[Piece]) -> bool:
    return any(piece.kind in ("mail", "written") or (piece.kind == "speech" and not piece.speaker) for piece in pieces)


def _role_of(piece: Piece, source: str, roles: Mapping[str, Role], named: Mapping[str, Role]) -> Role:
    if piece.speaker and fold(piece.speaker) in named:
        return named[fold(piece.speaker)]
    if piece.kind in ("mail", "earlier_mail"):
        return known_role(piece.speaker or "") or ("agent" if piece.kind == "mail" else "customer")
    if piece.kind == "written" or (piece.kind == "speech" and not piece.speaker):
        return "agent"
    if piece.kind == "preamble":
        return "agent" if _AUTHOR_PHRASES.search(simplify(source[piece.start : piece.end])) else "other"
    return roles.get(piece.speaker or "", "other")


def _about_text_without_speaker(
    pieces: Sequence[Piece], roles: Sequence[Role], named: Mapping[str, Role]
) -> list[Assumption]:
    codes: list[str] = []
    for piece, role in zip(pieces, roles, strict=True):
        if piece.kind == "speech" and not piece.speaker:
            codes.append("unlabelled")
        elif piece.kind == "written":
            codes.append("written_part_as_agent" if len(pieces) > 1 else "one_author")
        elif piece.kind == "direction":
            codes.append("direction_as_other")
        elif piece.kind == "preamble":
            codes.append("narration_as_agent" if role == "agent" else "narration_as_other")
        elif piece.kind in ("mail", "earlier_mail") and fold(piece.speaker or "") not in named:
            codes.append("mail_by_agent" if piece.kind == "mail" else "earlier_mail_by_customer")
    return [Assumption(code=code) for code in dict.fromkeys(codes)]


def _about(code: str, speaker: str) -> Assumption:
    return Assumption(code=code, values={"speaker": speaker})
