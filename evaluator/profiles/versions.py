"""Profiles in the records; each save is a new version, so a scorecard names exactly what it followed.

fit ──keep_profile──▶ v1 ──keep_policy──▶ v2 (the same fit, with a policy) ──keep_policy──▶ v3 (without one)
"""

from __future__ import annotations

from pydantic import ValidationError

from evaluator.errors import InputError
from evaluator.profiles.profile import Policy, Profile
from evaluator.storage import Profiles
from evaluator.storage import StoredProfile as Kept


def read_kept(kept: Kept) -> Profile:
    """The profile of a stored version. Raises InputError if this version of the program cannot read it."""
    try:
        return Profile.model_validate({**kept.body, "version": kept.version})
    except ValidationError as problem:
        raise InputError("calibration_bad_profile", path=f"{kept.name} v{kept.version}") from problem


def newest_kept(profiles: Profiles, rubric_id: str) -> dict[str, Kept]:
    """The newest version of each profile fitted for this rubric, by name."""
    return {kept.name: kept for kept in profiles.all(rubric_id)}


def keep_profile(profiles: Profiles, profile: Profile, rubric_id: str) -> Profile:
    """Stores the profile as the next version of its name, and returns it as stored."""
    last = profiles.get(profile.name)
    body = profile.model_copy(update={"version": last.version + 1 if last else 1}).model_dump(mode="json")
    return read_kept(profiles.save(profile.name, body, rubric_id=rubric_id))


def keep_policy(profiles: Profiles, profile: Profile, routing: Policy | None, rubric_id: str) -> Profile:
    """Stores the profile with this policy (None: without one) as its next version, and returns it.

    If nothing changes, the stored profile is returned. Raises InputError if another fit has taken the name meanwhile: a
    policy is valid only for the fit on whose held-out items it was chosen.
    """
    newest = newest_kept(profiles, rubric_id).get(profile.name)
    standing = read_kept(newest) if newest else profile
    if not same_fit(standing, profile):
        raise InputError("calibration_newer_fit", profile=standing.label)
    if newest and standing.routing == routing:
        return standing
    return keep_profile(profiles, standing.model_copy(update={"routing": routing}), rubric_id)


def same_fit(one: Profile, other: Profile) -> bool:
    """Whether two profiles differ only in version and policy."""
    apart = {"version": 0, "routing": None}
    return one.model_copy(update=apart) == other.model_copy(update=apart)
