"""What is wrong with a rubric, where, and what to write instead."""

from __future__ import annotations

from typing import Any, Literal

from evaluator import messages
from evaluator.encoding import Frozen
from evaluator.errors import RubricError

FindingSeverity = Literal["error", "warning"]


class Finding(Frozen):
    """Something that makes a rubric invalid (`error`) or grade badly (`warning`).

    `code` is a key of the catalogue `rubric`, `where` a path such as "criteria.empathy.levels.2"; `line` counts from 1
    and is None for a rubric that did not come from a file.
    """

    severity: FindingSeverity
    code: str
    where: str
    values: dict[str, Any] = {}
    line: int | None = None

    @property
    def message(self) -> str:
        """The sentence for people in the current language."""
        return self.text()

    def text(self, language: str | None = None) -> str:
        """The sentence for people in `language`: what is wrong and what to write."""
        return messages.sentence(f"rubric.{self.code}", language, where=self.where, **self.values)


class WrongRubric(RubricError):
    """A file that is not a rubric; `findings` holds every problem, the sentence names the first and counts the rest."""

    def __init__(self, path: str, findings: tuple[Finding, ...]) -> None:
        super().__init__("rubric_wrong", path=path, line=findings[0].line or 1)
        self.path = path
        self.findings = findings

    def text(self, language: str | None = None) -> str:
        others = len(self.findings) - 1
        more = messages.say("rubric.more", language, count=others) if others else ""
        what = self.findings[0].text(language)
        return messages.sentence(f"errors.{self.code}", language, what=what, more=more, **self.values)
