"""Deterministic checks of a line that a model wrote for the customer. A line that fails one is never shown."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence
from typing import Literal

from evaluator.practice.call.state import Cue
from evaluator.practice.persona import Persona
from evaluator.practice.tuned import ECHO, SAME
from evaluator.text import fold

Fault = Literal[
    "empty",
    "too_long",
    "wrong_language",
    "breaks_role",
    "advises_or_grades",
    "tells_hidden",
    "repeats",
    "invents",
    "off_cue",
]
MOST_CHARACTERS = {"zh": 70, "en": 200}

_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z]+")
_ROLE = re.compile(
    r"客服[:：]|客户[:：]|坐席[:：]|作为一?[个名]?(ai|人工智能|语言模型|客服|坐席)|语言模型|人工智能助手|角色|扮演|台词|[（(【\[*<#]"
    r"|有什么(可以|能)帮|很高兴为您|为您服务|我(会|来|马上|这就|已经|可以)?(帮|给|为)您|请您(放心|稍等|耐心)|您的(来电|反馈|理解|配合)"
    r"|(给|为)您(带来|造成|添)|\b(agent|customer|assistant|caller)\s*:|as an? (ai|assistant|language model|agent)"
    r"|language model|role ?play|persona\b|stage direction|how (can|may) i (help|assist)|thank you for (calling|contacting)"
    r"|we apologi[sz]e|i apologi[sz]e for (the|any)|i('ll| will) (look into|process|arrange|assist)|let me (check|help|assist)"
    r"|rest assured|is there anything else"
)
_GRADES = re.compile(
    r"评分|打.{0,4}分|满分|得分|评分标准|建议您|我建议|你应该说|您应该说|你可以这样说|您可以这样说|下次你|回答得|做得很好|表现"
    r"|\b(score|rubric|grade|points out of|you should (say|have said)|my advice|i (suggest|recommend|advise)|well handled|good job)\b"
)
_NUMBER = re.compile(
    r"\d+(?:[.:]\d+)*|[一二两三四五六七八九十百千万]{2,}|[一二两三四五六七八九十](?=[天块元号点月年岁次个小])"
)
_NUMBER_WORD = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|hundred|thousand"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|june|july|august"
    r"|september|october|november|december)\b"
)
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+")
_COMMON = {"i", "ok", "okay", "mr", "mrs", "ms"}


def faults(
    line: str, persona: Persona, told: Collection[str], cue: Cue, agent: str, earlier: Sequence[str]
) -> list[Fault]:
    """Returns what is wrong with `line`, or an empty list.

    `told` are ids of the facts told so far, `agent` is the turn it answers, `earlier` the customer's previous lines.
    """
    if not line.strip():
        return ["empty"]
    plain = fold(line)
    found: list[Fault] = []
    if len(line) > MOST_CHARACTERS[persona.language]:
        found.append("too_long")
    if _is_foreign(line, persona.language):
        found.append("wrong_language")
    if _ROLE.search(plain):
        found.append("breaks_role")
    if _GRADES.search(plain):
        found.append("advises_or_grades")
    if tells_hidden(line, persona, {*told, cue.fact or ""}):
        found.append("tells_hidden")
    if any(_alike(line, one) >= SAME for one in earlier) or _alike(line, agent) >= ECHO:
        found.append("repeats")
    if invented(line, persona, [agent, *earlier]):
        found.append("invents")
    return found


def tells_hidden(line: str, persona: Persona, told: Collection[str]) -> str:
    """The id of a hidden fact that `line` gives away although it is not in `told`; empty if there is no such fact."""
    return next((fact.id for fact in persona.hidden if fact.id not in told and fact.given_away_by(line)), "")


def invented(line: str, persona: Persona, said: Sequence[str]) -> str:
    """The first number, weekday, month or name in `line` that is neither in the persona nor in `said`.

    It is empty if there is no such thing. Facts invented without any of these go unnoticed.
    """
    known = fold("\n".join([persona.model_dump_json(exclude={"id", "rubric"}), *said]))
    plain = fold(line)
    figures = [*_NUMBER.findall(plain), *(_NUMBER_WORD.findall(plain) if persona.language == "en" else ())]
    names = [name for name in _NAME.findall(line) if name.casefold() not in _COMMON] if persona.language == "en" else []
    return next((one for one in [*figures, *names] if fold(one) not in known), "")


def _is_foreign(line: str, language: str) -> bool:
    han, words = len(_HAN.findall(line)), len(_WORD.findall(line))
    return han <= words if language == "zh" else han > 0


def _alike(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, fold(one), fold(other), autojunk=False).ratio() if one and other else 0.0
