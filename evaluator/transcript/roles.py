"""Assigns a role to every speaker.

Roles come from the caller, then from the text, then from the name, and last from how people speak. Whatever was not
stated becomes an assumption; thin evidence makes it a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from evaluator.rubric import Role
from evaluator.text import fold, simplify
from evaluator.transcript.names import hinted_role, is_self, known_role, roles_together
from evaluator.transcript.phrases import AGENT_PHRASES, CUSTOMER_PHRASES
from evaluator.transcript.segments import Segment
from evaluator.transcript.turns import SAID, Assumption

# The author of a role-play describing their own plan, in text around the dialogue.
_AUTHOR_PHRASES = re.compile(
    r"我(?:会|将|要|先|们会|们将)|首先|方案|措施|步骤|后续|跟进|\bI (?:will|would)\b|\bI'll\b", re.IGNORECASE
)
_SUPERIOR = re.compile(r"主管|经理|组长|班长|店长|总监|领导|supervisor|manager|team ?lead|head of", re.IGNORECASE)
_SPOKEN = ("mail", "written")


class Casting:
    """The roles of one text's speakers: `named` from the caller by folded name, `declared` from the text."""

    def __init__(
        self, source: str, segments: Sequence[Segment], named: Mapping[str, Role], declared: Mapping[str, Role]
    ) -> None:
        self.source, self.segments, self.named = source, segments, named
        self.declared = {fold(name): role for name, role in declared.items()}
        speech = [one for one in segments if one.kind == "speech" and one.speaker]
        self.names = list(dict.fromkeys(str(one.speaker) for one in speech))
        self.given = {str(one.speaker): one.role for one in speech if one.role}
        self.words: dict[str, list[str]] = {name: [] for name in self.names}
        for one in speech:
            self.words[str(one.speaker)].append(simplify(source[one.start : one.end]))
        self.sender = next((one.speaker for one in segments if one.kind == "mail" and one.speaker), None)
        self.roles: dict[str, Role] = {}
        self.assumed: list[Assumption] = []

    def roles_of_segments(self) -> tuple[list[Role], tuple[Assumption, ...]]:
        """The role of each segment, and the assumptions."""
        self._take_stated()
        self._take_hinted()
        self._guess([name for name in self.names if name not in self.roles])
        self._take_bot()
        self._keep_agents_apart()
        self._doubt_one_side()
        self._doubt_sender()
        by_segment = [self._role_of(one) for one in self.segments]
        return by_segment, tuple(self.assumed + self._about_text_without_speaker(by_segment))

    def _take_stated(self) -> None:
        together = roles_together({fold(name) for name in self.names})
        for name in self.names:
            key = fold(name)
            role = self.named.get(key) or self.declared.get(key) or self.given.get(name)
            if role := role or together.get(key) or known_role(name):
                self.roles[name] = role

    def _take_hinted(self) -> None:
        """Takes roles from a word inside the name, if that word distinguishes the speakers."""
        open_names = [name for name in self.names if name not in self.roles]
        hints = {name: role for name in open_names if (role := hinted_role(name))}
        for role in ("agent", "customer"):
            found = [name for name in hints if hints[name] == role]
            others = [name for name in self.names if name not in found]
            taken = role in self.roles.values()
            if found and (len(found) == 1 or others) and not (taken and role == "customer"):
                for name in found:
                    self.roles[name] = role  # type: ignore[assignment]
                    self._assume(f"{role}_by_name", name)
        mine = next((name for name in open_names if name not in self.roles and is_self(name)), None)
        if mine and "agent" not in self.roles.values():
            scores = {name: self._service_score(name) for name in self.names if self.roles.get(name) != "customer"}
            best = max(scores.values())
            if scores[mine] >= best:
                self.roles[mine] = "agent"
                self._assume("agent_by_self", mine)

    def _guess(self, unknown: list[str]) -> None:
        """Gives the unknown speakers the roles that are still free, and says why."""
        if unknown and "agent" not in self.roles.values():
            agent, why = self._likely_agent(unknown, lone=bool(self.roles))
            self._give(agent, "agent", why, unknown)
        if unknown and "customer" not in self.roles.values():
            customer = max(unknown, key=lambda name: len(self.words[name]))
            self._give(customer, "customer", "customer_by_remaining", unknown)
        for name in list(unknown):
            self._give(name, "other", "speaker_as_other", unknown)

    def _give(self, name: str, role: Role, why: str, unknown: list[str]) -> None:
        self.roles[name] = role
        unknown.remove(name)
        self._assume(why, name)

    def _assume(self, code: str, name: str, **values: str) -> None:
        self.assumed.append(Assumption(code=code, values={"speaker": name, **values}))

    def _likely_agent(self, names: list[str], *, lone: bool) -> tuple[str, str]:
        if len(names) == 1:
            return names[0], "agent_by_remaining" if lone else "agent_only_speaker"
        scores = {name: self._service_score(name) for name in names}
        best = max(names, key=lambda name: scores[name])
        if sum(score == scores[best] for score in scores.values()) > 1:
            return next(name for name in names if scores[name] == scores[best]), "agent_by_order"
        return best, "agent_by_phrases"

    def _service_score(self, name: str) -> int:
        text = "\n".join(self.words[name])
        return len(AGENT_PHRASES.findall(text)) - len(CUSTOMER_PHRASES.findall(text))

    def _take_bot(self) -> None:
        """If only an automatic agent answers, grades that one."""
        if "agent" in self.roles.values() or self._has_unnamed_speech():
            return
        bots = [n for n in self.names if "客服" in fold(n) and self.roles[n] == "other" and fold(n) not in self.named]
        if bots:
            self.roles[bots[0]] = "agent"
            self._assume("agent_only_automatic", bots[0])

    def _has_unnamed_speech(self) -> bool:
        return any(one.kind in _SPOKEN or (one.kind == "speech" and not one.speaker) for one in self.segments)

    def _keep_agents_apart(self) -> None:
        """Chooses the one graded person: the one named by the caller, or the one below supervisor who says the most.

        Colleagues are kept apart, since their words are not that person's.
        """
        agents = [name for name in self.names if self.roles[name] == "agent"]
        chosen = [name for name in agents if self.named.get(fold(name)) == "agent"]
        if len(agents) < 2 or len(chosen) == len(agents):
            return
        main = chosen[0] if chosen else self._main_of(agents)
        rest = [name for name in agents if name not in (chosen or [main])]
        if not chosen and len(agents) == 2 and _is_same_role_word(*agents):
            self._assume("same_agent", agents[1], other=agents[0])
            return
        for name in rest:
            self.roles[name] = "other"
        code = "colleague_apart" if chosen else "several_agents"
        self._assume(code, main, others=", ".join(rest))

    def _main_of(self, agents: Sequence[str]) -> str:
        ranks = [name for name in agents if not _SUPERIOR.search(fold(name))] or list(agents)
        return max(ranks, key=lambda name: (sum(map(len, self.words[name])), -agents.index(name)))

    def _doubt_one_side(self) -> None:
        """Notes a doubt if one speaker has several turns of several lines: the other side may be unmarked."""
        if len(self.names) != 1 or self.names[0] not in self.roles or self._has_unnamed_speech():
            return
        words = self.words[self.names[0]]
        if len(words) > 1 and any("\n" in text.strip() for text in words):
            self._assume("one_side_only", self.names[0])

    def _doubt_sender(self) -> None:
        """Notes a doubt if the newest mail counts as the agent's but an earlier sender looks like the agent."""
        if self.sender is None or fold(self.sender) in self.named or _side(self.sender) == "agent":
            return
        earlier = [one.speaker for one in self.segments if one.kind == "earlier_mail" and one.speaker]
        domain = _address(self.sender).partition("@")[2]
        other = next((name for name in earlier if _side(name) == "agent"), None)
        if other and not (domain and domain == _address(other).partition("@")[2]):
            self._assume("mail_other_agent", other)

    def _role_of(self, one: Segment) -> Role:
        if one.speaker and one.kind in SAID and fold(one.speaker) in self.named:
            return self.named[fold(one.speaker)]
        if one.kind in ("mail", "earlier_mail"):
            return self._role_of_mail(one)
        if one.kind == "written":
            return "agent"
        if one.kind == "speech" and not one.speaker:
            return "other" if self.names else "agent"
        if one.kind == "preamble":
            return "agent" if _AUTHOR_PHRASES.search(simplify(self.source[one.start : one.end])) else "other"
        if one.kind != "speech":
            return "other"
        return self.roles.get(one.speaker or "", "other")

    def _role_of_mail(self, one: Segment) -> Role:
        """Gives the newest mail, and earlier ones from the same address, to the graded person."""
        if one.kind == "mail":
            return known_role(one.speaker or "") or "agent"
        same = self.sender is not None and one.speaker is not None and _address(one.speaker) == _address(self.sender)
        return known_role(one.speaker or "") or ("agent" if same else "customer")

    def _about_text_without_speaker(self, roles: Sequence[Role]) -> list[Assumption]:
        codes: list[str] = []
        for one, role in zip(self.segments, roles, strict=True):
            if one.kind == "speech" and not one.speaker:
                codes.append("words_without_speaker" if self.names else "unlabelled")
            elif one.kind == "written":
                codes.append("written_part_as_agent" if len(self.segments) > 1 else "one_author")
            elif one.kind == "preamble":
                codes.append("narration_as_agent" if role == "agent" else "narration_as_other")
            elif one.kind in ("mail", "earlier_mail") and fold(one.speaker or "") not in self.named:
                codes.append("mail_by_agent" if one.kind == "mail" else f"earlier_mail_by_{role}")
            elif one.kind in ("direction", "system", "quotation"):
                codes.append(f"{one.kind}_as_other")
        return [Assumption(code=code) for code in dict.fromkeys(codes)]


def _is_same_role_word(one: str, other: str) -> bool:
    """Whether one name is just the role word and the other the same word with a name: "客服" and "客服小李"."""
    short, long = sorted((fold(one), fold(other)), key=len)
    return long.startswith(short) and not _SUPERIOR.search(long[len(short) :])


def _side(name: str) -> Role | None:
    return known_role(name) or hinted_role(name)


def _address(sender: str) -> str:
    """The mail address of a sender, or the name where there is none."""
    found = re.search(r"[\w.+-]{1,64}@[\w.-]{1,200}", sender)
    return fold(found[0] if found else sender)
