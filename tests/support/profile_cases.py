"""A calibration profile for the rubric of the practice cases, kept in the records as the page keeps it."""

from __future__ import annotations

from evaluator.profiles.applying import stamp_for
from evaluator.profiles.profile import Profile, Stamp
from evaluator.profiles.versions import keep_profile
from evaluator.storage import open_records
from tests.profiles.test_applying import profile as team
from tests.profiles.test_applying import shifted
from tests.support.practice_cases import rubric

CURRENT = stamp_for(rubric().digest, {})
OTHER_MODEL = CURRENT.model_copy(update={"model": "another"})


def keep_desk(name: str = "desk", stamp: Stamp = CURRENT, by: float = -0.5, **changes: object) -> Profile:
    """Takes half a point from empathy and remedy, with half a point to each side; kept as the next version."""
    fits = {"empathy": shifted("empathy", 0, by, 4), "remedy": shifted("remedy", 1, by, 3)}
    columns = ("points/empathy", "points/remedy")
    given = {"name": name, "columns": columns, "highs": (4, 3), "criteria": fits, **changes}
    with open_records() as records:
        return keep_profile(records.profiles, team(stamp).model_copy(update=given), "lost-parcel")
