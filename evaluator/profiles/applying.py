"""Applies a calibration profile to a scorecard: points and intervals on the human scale, and who decides.

With a policy (`Profile.routing`) the scorecard says "decided alone" or "needs a person", and why: a criterion whose
interval is wider than the policy allows, a total whose interval crosses the pass mark, or causes in the text itself (a
guard, a fatal item, missing evidence). The grader's confidence before the fit then no longer counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from evaluator.profiles.features import read_scorecard
from evaluator.profiles.profile import Applied, Estimate, Policy, Profile, Stamp
from evaluator.scorecard import (
    METHOD,
    PointStep,
    ReviewReason,
    Scorecard,
    UngradedVerdict,
    Verdict,
    add_up,
    nearest_level,
)
from evaluator.transcript import Transcript

Verdicts = Sequence[Verdict | UngradedVerdict]
Interval = tuple[float, float]
# Doubts from before the fit, which a policy replaces by its intervals.
SUPERSEDED = ("uncertain", "no_reference", "likeness_alone")


def stamp_of(card: Scorecard) -> Stamp:
    """What a profile is bound to: rubric, prompts and model by digest, and the version of the scoring."""
    return _stamp(card.rubric.digest, card.judge, card.judge.get("arithmetic", ""))


def stamp_for(rubric_digest: str, judge: Mapping[str, str]) -> Stamp:
    """The same before anything is graded: for a rubric, a judge with this `Judge.stamp`, and this program's scoring.

    An empty stamp means that no judge has been chosen yet.
    """
    return _stamp(rubric_digest, judge, str(METHOD))


def _stamp(rubric_digest: str, judge: Mapping[str, str], arithmetic: str) -> Stamp:
    prompts = "+".join(value for name, value in sorted(judge.items()) if name.startswith("prompt_"))
    model = judge.get("weights") or judge.get("model", "")
    return Stamp(rubric=rubric_digest, prompt=prompts, model=model, arithmetic=arithmetic)


def fitting(profile: Profile | str | Path, stamp: Stamp) -> Profile:
    """The profile, loaded if a file is named.

    Raises InputError if it is missing, or if rubric, prompts, model or scoring (those that `stamp` states) differ from
    the fit's.
    """
    fitted = profile if isinstance(profile, Profile) else Profile.load(Path(profile))
    fitted.check(stamp)
    return fitted


def apply_profile(card: Scorecard, transcript: Transcript, profile: Profile | str | Path) -> Scorecard:
    """The scorecard on the scale of the humans that the profile was fitted to, decided by the profile's policy.

    Points become the fitted ones, each with its interval; distributions stay as the judge returned them. If a criterion
    that the profile needs is ungraded, nothing changes and a person is asked. Raises InputError if rubric, prompts,
    model or scoring are not those of the fit.
    """
    fitted = fitting(profile, stamp_of(card))
    numbers = read_scorecard(card)
    if fitted.find_missing(numbers):
        return _left_as_it_is(card, fitted)
    if fitted.reads_texts:
        from evaluator.profiles.text_features import read_transcript

        numbers |= read_transcript(transcript)
    applied = fitted.apply(numbers)
    verdicts = tuple(_moved(verdict, applied.criteria) for verdict in card.verdicts)
    return _decide(card, verdicts, applied, fitted)


def _left_as_it_is(card: Scorecard, fitted: Profile) -> Scorecard:
    reason = ReviewReason(code="profile_unused", values={"profile": fitted.label})
    reasons = (*card.review_reasons, reason)
    return card.model_copy(update={"review_reasons": reasons, "review": True, "decision": "person"})


def _moved(verdict: Verdict | UngradedVerdict, fitted: dict[str, Estimate]) -> Verdict | UngradedVerdict:
    """The verdict with fitted points; criteria unknown to the profile, or not applicable, are unchanged."""
    if isinstance(verdict, UngradedVerdict) or verdict.not_applicable or verdict.criterion not in fitted:
        return verdict
    estimate = fitted[verdict.criterion]
    level = nearest_level(verdict.distribution, estimate.points)
    return verdict.model_copy(
        update={
            "points": round(estimate.points, 4),
            "interval": (round(estimate.low, 4), round(estimate.high, 4)),
            "level": level,
            "level_description": verdict.distribution[level].description,
            "steps": (
                *verdict.steps,
                PointStep(code="profile_applied", values={"before": verdict.points, "points": estimate.points}),
            ),
        }
    )


def _decide(card: Scorecard, verdicts: Verdicts, applied: Applied, fitted: Profile) -> Scorecard:
    """The total of the new verdicts, its interval, whether it passes, and who decides."""
    summed, policy = add_up(verdicts, card.max_points, card.pass_mark), fitted.routing or Policy()
    fatal = any(one.kind == "fatal" and isinstance(one, Verdict) and one.level == 1 for one in verdicts)
    interval = None if fatal or summed.total is None else _interval(verdicts, applied, summed.total, card.max_points)
    open_ = policy.pass_mark and not fatal and (interval is None or interval[0] < card.pass_mark <= interval[1])
    reasons = (*_kept(card, fitted, interval), *_about_widths(verdicts, policy))
    if open_:
        reasons = (*reasons, _about_total(interval))
    return card.model_copy(
        update={
            "verdicts": tuple(verdicts),
            "total": summed.total,
            "interval": interval,
            "passed": None if open_ else summed.passed,
            "profile": applied.profile,
            "review_reasons": reasons,
            "review": bool(reasons),
            "decision": "person" if reasons else "alone",
        }
    )


def _interval(verdicts: Verdicts, applied: Applied, total: float, max_points: float) -> Interval | None:
    """The total's interval, shifted by bonuses and penalties; None if a counted criterion was not fitted."""
    counted = [one for one in verdicts if one.kind in ("score", "checklist")]
    counted = [one for one in counted if not (isinstance(one, Verdict) and one.not_applicable)]
    if any(one.criterion not in applied.criteria for one in counted):
        return None
    scale, whole = max_points / sum(one.max_points for one in counted), applied.total
    low, high = total - (whole.points - whole.low) * scale, total + (whole.high - whole.points) * scale
    return round(max(0.0, low), 4), round(min(max(max_points, total), high), 4)


def _kept(card: Scorecard, fitted: Profile, interval: Interval | None) -> Iterator[ReviewReason]:
    """Earlier reasons that still apply."""
    for reason in card.review_reasons:
        near = reason.code == "near_pass_mark" and interval is not None
        doubt = reason.code in SUPERSEDED and (reason.criterion is None or reason.criterion in fitted.criteria)
        if not near and not (fitted.routing and doubt):
            yield reason


def _about_widths(verdicts: Verdicts, policy: Policy) -> Iterator[ReviewReason]:
    """Criteria whose interval is wider than the policy allows for deciding alone."""
    for verdict in verdicts:
        widest = policy.widest.get(verdict.criterion)
        if widest is None or isinstance(verdict, UngradedVerdict) or verdict.interval is None:
            continue
        low, high = verdict.interval
        if max(high - verdict.points, verdict.points - low) > widest + 1e-4:
            values = {"low": f"{low:.1f}", "high": f"{high:.1f}", "widest": f"{widest:.2g}"}
            yield ReviewReason(code="too_wide", criterion=verdict.criterion, values=values)


def _about_total(interval: Interval | None) -> ReviewReason:
    if interval is None:
        return ReviewReason(code="interval_unknown")
    low, high = interval
    return ReviewReason(code="interval_crosses", values={"low": f"{low:.1f}", "high": f"{high:.1f}"})
