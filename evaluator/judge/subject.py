"""The subject of a question; the only place where ids of rubric questions are built and parsed."""

from __future__ import annotations

from typing import Literal, NamedTuple

SubjectKind = Literal["criterion", "check", "applies", "key_point", "guard"]


class Subject(NamedTuple):
    """What a rubric's question is about. Records, anchors and remembered answers name questions by its `id`.

    kind       id                     asks
    criterion  c:CRITERION            the level (score), or whether it happened (fatal)
    check      c:CRITERION:CHECK      about one of the criterion's checks
    applies    a:CRITERION            whether an optional criterion applies
    key_point  k:REFERENCE:KEY_POINT  whether a key point is made
    guard      g:GUARD                about the text as a whole
    """

    kind: SubjectKind
    of: str  # id of the criterion, of the key point's reference, or of the guard
    part: str = ""  # id of the check or the key point

    @property
    def id(self) -> str:
        """The id of the question."""
        return ":".join((_LETTERS[self.kind], *filter(None, (self.of, self.part))))

    def weighs(self, criterion: str) -> bool:
        """True if the question asks how good a text is by that criterion, not whether the criterion applies."""
        return self.kind in ("criterion", "check") and self.of == criterion


TOPIC, STEERING = Subject("guard", "topic"), Subject("guard", "steering")
_LETTERS: dict[SubjectKind, str] = {"criterion": "c", "check": "c", "applies": "a", "key_point": "k", "guard": "g"}
_KINDS: dict[tuple[str, int], SubjectKind] = {
    ("c", 1): "criterion",
    ("c", 2): "check",
    ("a", 1): "applies",
    ("k", 2): "key_point",
    ("g", 1): "guard",
}


def subject_of(question_id: str) -> Subject | None:
    """The subject of the question with that id; None if it does not come from a rubric."""
    letter, *ids = question_id.split(":")
    kind = _KINDS.get((letter, len(ids)))
    return Subject(kind, *ids) if kind and all(ids) else None
