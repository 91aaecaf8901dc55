"""Policies stored in a profile: chosen on held-out items, set by hand, described in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from evaluator.calibration.fit.fitting import HeldOut
from evaluator.calibration.fit.intervals import PolicyPoint, choose_policy, trace_policies
from evaluator.errors import InputError
from evaluator.messages import say
from evaluator.profiles import Policy, Profile, Promise


def choose_widths(
    profile: Profile, held: HeldOut, *, share: float, agreement: float, tolerance: float, minutes: float = 3.0
) -> dict[str, PolicyPoint | None]:
    """For each criterion the policy that decides most alone with at least `share` and `agreement`, or None."""
    chosen = {}
    for index, name in enumerate(profile.criteria):
        policies = trace_policies(
            held.half[:, index],
            held.points[:, index],
            held.human[:, index],
            tolerance=tolerance,
            minutes_an_item=minutes,
        )
        chosen[name] = choose_policy(policies, share=share, agreement=agreement)
    return chosen


def add_widths(profile: Profile, held: HeldOut, widest: Mapping[str, float], tolerance: float) -> Policy:
    """The profile's policy with these widths replacing those of the same criteria, and with its promise."""
    known = profile.routing or Policy()
    return promise(profile, held, {**known.widest, **widest}, tolerance, pass_mark=known.pass_mark)


def add_chosen(profile: Profile, held: HeldOut, chosen: Mapping[str, PolicyPoint | None], tolerance: float) -> Policy:
    """The profile's policy with what `choose_widths` chose. Raises InputError if it found none for a criterion."""
    widest = {name: best.widest for name, best in chosen.items() if best is not None and best.widest is not None}
    if len(widest) < len(chosen):
        raise InputError("calibration_no_policy")
    return add_widths(profile, held, widest, tolerance)


def promise(
    profile: Profile, held: HeldOut, widest: Mapping[str, float], tolerance: float, *, pass_mark: bool = True
) -> Policy:
    """The policy with these widths, and how it performed on held-out items over all criteria together."""
    limits = np.array([widest.get(name, np.inf) for name in profile.criteria])
    alone = np.all(held.half <= limits + 1e-9, axis=1)
    close = np.all(np.abs(held.points - held.human) <= tolerance + 1e-9, axis=1)
    kept = Promise(
        share=float(alone.mean()),
        agreement=float(close[alone].mean()) if alone.any() else 0.0,
        tolerance=tolerance,
        n=len(alone),
    )
    widths = {name: float(width) for name, width in widest.items()}
    return Policy(pass_mark=pass_mark, widest=widths, promise=kept)


def set_policy(profile: Profile, pass_mark: bool | None, widest: Sequence[str]) -> Policy:
    """The profile's policy with a person's changes; a promise made for other widths is withdrawn.

    `widest` holds "criterion=points". Raises InputError for a criterion that the profile does not have, or if there is
    no number.
    """
    known = profile.routing or Policy()
    given = dict(_read_width(profile, text) for text in widest)
    return Policy(
        pass_mark=known.pass_mark if pass_mark is None else pass_mark,
        widest={**known.widest, **given},
        promise=None if given else known.promise,
    )


def _read_width(profile: Profile, text: str) -> tuple[str, float]:
    name, _, points = text.rpartition("=")
    try:
        width = float(points)
    except ValueError as problem:
        raise InputError("calibration_bad_widest", text=text, known=", ".join(profile.criteria)) from problem
    if name not in profile.criteria or not width >= 0:
        raise InputError("calibration_bad_widest", text=text, known=", ".join(profile.criteria))
    return name, width


def switch_pass_mark(profile: Profile, on: bool) -> Policy | None:
    """The profile's policy with the pass mark rule on or off; None if only the defaults are left."""
    routing = set_policy(profile, on, [])
    return None if routing == Policy() else routing


def describe_policy(routing: Policy | None, names: Mapping[str, str]) -> Iterator[str]:
    """The policy in sentences; `names` maps the profile's criterion ids to display names."""
    yield say(f"calibration.policy_{'mark' if (routing or Policy()).pass_mark else 'no_mark'}")
    if routing is None:
        yield say("calibration.policy_none")
        return
    for name, called in names.items():
        width = routing.widest.get(name)
        key = "calibration.policy_any_width" if width is None else "calibration.policy_widest"
        yield say(key, criterion=called, widest="" if width is None else f"{width:.3g}")
    if kept := routing.promise:
        share, agreement = f"{kept.share:.0%}", f"{kept.agreement:.0%}"
        tolerance = f"{kept.tolerance:g}"
        yield say("calibration.policy_promise", share=share, agreement=agreement, tolerance=tolerance, n=kept.n)
