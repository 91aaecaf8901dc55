"""What is shown as proof of a statement, and what is only the nearest sentence."""

from __future__ import annotations

import pytest

from evaluator.grading import proof
from evaluator.grading.proof import Claim, is_proved, likelihood
from evaluator.judge.questions import Answer
from evaluator.reports.phrases import bearing, state_of, why
from evaluator.transcript import parse
from tests.support.grading_cases import COLD, GOOD, WordJudge, small_rubric

DATE = Claim("说了送到的日子", "正确的座椅今天就给您补发，最晚这个星期五下午送到您家里。", "没有说日子")
CALLS = Claim("Fixes the time of the next call", "I will ring you tomorrow at ten.")


def test_a_sentence_that_says_it_lies_above_one_that_puts_it_off():
    """Resemblance to the denial counts against."""
    said, later = "新座椅这个星期四下午送到您家里。", "什么时候送到现在没有说法，日子定不下来。"
    assert likelihood(said, DATE) > 0.5 > likelihood(later, DATE)


@pytest.mark.parametrize("claim", [DATE, CALLS])
def test_nothing_is_proof_of_what_the_judge_says_was_not_done(claim):
    """Even the exact example is not proof if the whole text was read as not doing it."""
    assert is_proved(claim.example, claim, met=True)
    assert not is_proved(claim.example, claim, met=False)


def test_without_a_judge_more_is_needed(monkeypatch):
    """Resemblance alone has the stricter threshold."""
    monkeypatch.setattr(proof, "likelihood", lambda *_: 0.95)
    assert is_proved("…", DATE, met=True) and not is_proved("…", DATE, met=None)


async def grade_call(text: str, top: float):
    from evaluator.grading import grade

    rubric = small_rubric()
    return await grade(parse(text, form="dialogue"), rubric, WordJudge(words=lambda _: top), [], lambda _: None)


class Missing(WordJudge):
    """Says yes about the reference answer only, whatever the candidate said."""

    def _answer(self, state, question):
        top = 0.9 if "姓王" in state.text else 0.1 if state.text else 0.2
        rest = (1 - top) / (len(question.options) - 1)
        shares = [rest] * (len(question.options) - 1) + [top]
        return Answer(
            question=question.id, probabilities=dict(zip((o.id for o in question.options), shares, strict=True))
        )


async def graded_as_missing(text: str):
    from evaluator.grading import grade

    return await grade(parse(text, form="dialogue"), small_rubric(), Missing(), [], lambda _: None)


async def test_what_was_not_met_is_told_with_the_nearest_sentence_and_is_no_proof():
    """A cold call: the card says which checks were not met, quotes what came nearest, and calls nothing proof."""
    card = await graded_as_missing(COLD)
    sorry = card.verdicts[0]
    assert [(part.id, part.met) for part in sorry.parts] == [("says", False)]
    assert "没有道歉" in why(sorry, "zh") and "郑重道歉" not in why(sorry, "zh")
    assert all(item.verified is False for verdict in card.verdicts for item in verdict.evidence)
    assert {bearing(item, "zh") for item in sorry.evidence} <= {"最接近的一句"}
    assert all(state_of(point) != "covered" for point in card.key_points)


async def test_what_a_sentence_seems_to_say_is_not_called_missing():
    """The same judge about a call with an explicit apology: nothing is reported as unmet."""
    sorry = (await graded_as_missing(f"{COLD}\n客服：非常抱歉，给您添麻烦了，我郑重向您道歉。")).verdicts[0]
    assert [(part.id, part.met) for part in sorry.parts] == [("says", None)]
    assert sorry.parts[0].probability < 0.5 and why(sorry, "zh") == ""


async def test_every_sentence_shown_is_checked():
    """Each quotation says what it was chosen for and whether it proves it; proof comes first."""
    card = await grade_call(GOOD, 0.9)
    shown = [item for verdict in card.verdicts for item in verdict.evidence]
    assert shown and all(item.verified is not None and item.statement for item in shown)
    for verdict in card.verdicts:
        flags = [item.verified for item in verdict.evidence]
        assert flags == sorted(flags, reverse=True)
