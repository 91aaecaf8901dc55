"""What a judge over one other judge has in common with it."""

from __future__ import annotations

from evaluator.judge.questions import Judge, Traits


class Wrapping:
    """Passes on the name, the traits and the stamp of the judge that it asks."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge

    @property
    def name(self) -> str:
        return self.judge.name

    @property
    def traits(self) -> Traits:
        return self.judge.traits

    @property
    def stamp(self) -> dict[str, str]:
        return self.judge.stamp
