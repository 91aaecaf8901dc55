"""A calibration profile applied to a scorecard: points and intervals on the human scale, and the profile's name."""

from __future__ import annotations

from pathlib import Path

from evaluator.calibration.features import read_scorecard
from evaluator.calibration.profile import Estimate, Profile, Stamp
from evaluator.calibration.texts import read_transcript
from evaluator.scorecard import ReviewReason, Scorecard, UngradedVerdict, Verdict, nearest_level
from evaluator.transcript import Transcript


def stamp_of(card: Scorecard) -> Stamp:
    """What a profile is bound to: rubric, prompts and model, by digest."""
    prompts = "+".join(value for name, value in sorted(card.judge.items()) if name.startswith("prompt_"))
    model = card.judge.get("weights") or card.judge.get("model", "")
    return Stamp(rubric=card.rubric.digest, prompt=prompts, model=model)


def apply_profile(card: Scorecard, transcript: Transcript, profile: Profile | str | Path) -> Scorecard:
    """The scorecard on the scale of the humans whom the profile was fitted to.

    Points move to the fitted ones, each with its interval; distributions stay as the judge gave them. Whether it
    passes is undecided, and a person is called, when the total's interval crosses the pass mark. InputError when rubric,
    prompts or model are not those of the fit, or when a criterion is ungraded.
    """
    fitted = profile if isinstance(profile, Profile) else Profile.load(Path(profile))
    fitted.check(stamp_of(card))
    applied = fitted.apply({**read_scorecard(card), **read_transcript(transcript)})
    low, high = applied.total.low, applied.total.high
    crosses = low < card.pass_mark <= high
    reasons = [reason for reason in card.review_reasons if reason.code != "near_pass_mark"]
    if crosses:
        reasons.append(ReviewReason(code="interval_crosses", values={"low": f"{low:.1f}", "high": f"{high:.1f}"}))
    return card.model_copy(
        update={
            "verdicts": tuple(_moved(verdict, applied.criteria) for verdict in card.verdicts),
            "total": round(applied.total.points, 4),
            "interval": (round(low, 4), round(high, 4)),
            "passed": None if crosses else low >= card.pass_mark,
            "profile": applied.profile,
            "review_reasons": tuple(reasons),
            "review": bool(reasons),
        }
    )


def _moved(verdict: Verdict | UngradedVerdict, fitted: dict[str, Estimate]) -> Verdict | UngradedVerdict:
    """The verdict with fitted points; a criterion that the profile does not know stays as it is."""
    if isinstance(verdict, UngradedVerdict) or verdict.criterion not in fitted:
        return verdict
    estimate = fitted[verdict.criterion]
    level = nearest_level(verdict.distribution, estimate.points)
    return verdict.model_copy(
        update={
            "points": round(estimate.points, 4),
            "interval": (round(estimate.low, 4), round(estimate.high, 4)),
            "level": level,
            "level_description": verdict.distribution[level].description,
        }
    )
