"""A calibration profile: the fitted map from a machine's readouts to the human scale, as plain JSON.

It names its origin (data, rubric, prompt and model by digest, the version of the scoring), holds coefficients and never
code, and refuses to be applied if any of these has changed. Applying it needs only numpy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from evaluator.encoding import Malformed, Strict, read_json
from evaluator.errors import InputError, StorageError
from evaluator.files import read_bounded, require_file, write_in_one_step

Array = NDArray[np.float64]
Numbers = tuple[float, ...]
MAX_BYTES = 64 * 2**20
TEXT_BLOCKS = ("form", "near", "grams", "e5")  # the range that `calibration.texts` covers


class Linear(Strict):
    """intercept + Σ weight · (feature - centre); `features` index the profile's columns."""

    kind: Literal["linear"] = "linear"
    label: str
    intercept: float
    features: tuple[int, ...]
    weights: Numbers

    def predict(self, centred: Array) -> Array:
        """Points for rows of centred features, shape (n, p) -> (n,)."""
        return self.intercept + centred[:, list(self.features)] @ np.array(self.weights)


class Monotone(Strict):
    """A rising curve through knots over one feature (isotonic regression), constant outside them."""

    kind: Literal["monotone"] = "monotone"
    label: str
    feature: int
    x: Numbers
    y: Numbers

    def predict(self, centred: Array) -> Array:
        """Points for rows of centred features, shape (n, p) -> (n,)."""
        return np.interp(centred[:, self.feature], self.x, self.y)


class Ordinal(Strict):
    """Expected grade from the chances of passing each level: low + Σ gap · sigmoid(threshold); low if none."""

    kind: Literal["ordinal"] = "ordinal"
    label: str
    low: float
    gaps: Numbers
    thresholds: tuple[Linear, ...]

    def predict(self, centred: Array) -> Array:
        """Points for rows of centred features, shape (n, p) -> (n,)."""
        chances = [1 / (1 + np.exp(-threshold.predict(centred))) for threshold in self.thresholds]
        return self.low + np.array(self.gaps) @ np.reshape(chances, (len(self.gaps), len(centred)))


Component = Annotated[Linear | Monotone | Ordinal, Field(discriminator="kind")]


class Figure(Strict):
    """Quality of the fit on held-out folds, beside the uncalibrated readout on the same items."""

    n: int
    pearson: float | None
    mae: float
    uncalibrated_pearson: float | None
    uncalibrated_mae: float | None
    coverage: float  # of the stated interval, held out


class CriterionFit(Strict):
    """One criterion: a weighted sum of components, clipped to the humans' range, with a conformal half width.

    The half width at a prediction p is `quantile · exp(spread · (1, z, z²))`, z = (p - centre) / scale.
    """

    components: tuple[Component, ...]
    shares: Numbers  # one per component, summing to 1
    low: float
    high: float
    quantile: float
    spread: Numbers
    centre: float
    scale: float
    graders: dict[str, float] = {}  # severity of each human: how many points below the others
    held_out: Figure

    def predict(self, centred: Array) -> Array:
        """Points for rows of centred features, shape (n, p) -> (n,), within the range that humans used."""
        parts = np.array([component.predict(centred) for component in self.components])
        return np.clip(np.array(self.shares) @ parts, self.low, self.high)

    def half_width(self, points: Array) -> Array:
        """Half the interval at these points, shape (n,)."""
        return self.quantile * spread_at(points, self.spread, self.centre, self.scale)


def spread_at(points: Array, spread: Numbers, centre: float, scale: float) -> Array:
    """Relative size of errors at these points: exp of a parabola, bounded to a factor of three."""
    z = np.clip((points - centre) / scale, -3, 3)
    return np.exp(np.clip(spread[0] + spread[1] * z + spread[2] * z**2, -1.1, 1.1))


class Estimate(Strict):
    """Points on the human scale with their interval, which is for the mean of humans like those fitted to."""

    points: float
    low: float
    high: float


class Applied(Strict):
    """A profile applied to one item."""

    profile: str  # name and version
    criteria: dict[str, Estimate]
    total: Estimate


class Stamp(Strict):
    """What the fit was made with: digests, and the version of the scoring. Empty means unknown, and is not compared."""

    rubric: str = ""
    prompt: str = ""
    model: str = ""
    arithmetic: str = ""


class Provenance(Strict):
    """Where a profile comes from."""

    made_at: str
    items: int
    graders: tuple[str, ...]
    grades_digest: str
    folds: int
    seed: int
    software: str


class Promise(Strict):
    """How a policy performed on held-out items.

    That is the share decided alone, and how many of those were within `tolerance` points of the humans in every
    criterion.
    """

    share: float
    agreement: float
    tolerance: float
    n: int


class Policy(Strict):
    """A stored policy: what the grader decides alone. A person decides everything else."""

    pass_mark: bool = True  # never pass or fail someone whose interval crosses the pass mark
    widest: dict[str, float] = {}  # by criterion: the largest half interval, in points, for deciding alone
    promise: Promise | None = None


class Profile(Strict):
    """A named, versioned fit. `columns` name the features; `centres`, `lows`, `highs` describe their seen values."""

    schema_version: int = 1
    name: str
    version: int
    provenance: Provenance
    stamp: Stamp
    confidence: float  # stated coverage of the intervals
    columns: tuple[str, ...]
    centres: Numbers
    lows: Numbers
    highs: Numbers
    criteria: dict[str, CriterionFit]
    total_quantile: float  # half width of the total's interval
    routing: Policy | None = None  # None: only the pass mark rule applies, and the grader's own doubts count

    @property
    def label(self) -> str:
        """Name and version, as shown on a scorecard."""
        return f"{self.name} v{self.version}"

    @property
    def digest(self) -> str:
        """SHA-256 of the content."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def check(self, stamp: Stamp) -> None:
        """Raises InputError if rubric, prompt, model or scoring differ from those of the fit.

        A fit that states its rubric, prompt or model but not its scoring dates from before scoring was recorded, and is
        refused.
        """
        for part in Stamp.model_fields:
            fitted, given = getattr(self.stamp, part), getattr(stamp, part)
            if fitted and given and fitted != given:
                raise InputError(f"calibration_{part}_changed", profile=self.label)
        if stamp.arithmetic and not self.stamp.arithmetic and self.stamp != Stamp():
            raise InputError("calibration_arithmetic_unknown", profile=self.label)

    @property
    def reads_texts(self) -> bool:
        """Whether it uses numbers of the text itself, besides the judge's."""
        return any(name.split("/", 1)[0].split("-")[0] in TEXT_BLOCKS for name in self.columns)

    def find_missing(self, row: Mapping[str, float]) -> list[str]:
        """Indispensable columns that `row` lacks: points of a criterion."""
        return [name for name in self.columns if name.startswith("points/") and _gap(row.get(name))]

    def apply(self, row: Mapping[str, float]) -> Applied:
        """Points by criterion and in total from one item's features by name.

        Raises InputError for a missing readout.
        """
        if missing := self.find_missing(row):
            raise InputError("calibration_feature_missing", profile=self.label, feature=missing[0])
        values = np.array([[np.nan if _gap(row.get(name)) else row[name] for name in self.columns]], float)
        points, half = self.predict(values)
        criteria = {
            name: self._estimate(points[0, index], half[0, index], fit.low, fit.high)
            for index, (name, fit) in enumerate(self.criteria.items())
        }
        low, high = (sum(getattr(fit, end) for fit in self.criteria.values()) for end in ("low", "high"))
        total = self._estimate(points[0].sum(), self.total_quantile, low, high)
        return Applied(profile=self.label, criteria=criteria, total=total)

    def predict(self, values: Array) -> tuple[Array, Array]:
        """Points and half widths, shape (n, criteria) each, from raw features of shape (n, p); gaps count as usual."""
        lows, highs, centres = np.array(self.lows), np.array(self.highs), np.array(self.centres)
        centred = np.where(np.isnan(values), 0.0, np.clip(values, lows, highs) - centres)
        points = np.column_stack([fit.predict(centred) for fit in self.criteria.values()])
        half = [fit.half_width(points[:, index]) for index, fit in enumerate(self.criteria.values())]
        return points, np.column_stack(half)

    @staticmethod
    def _estimate(points: float, half: float, low: float, high: float) -> Estimate:
        return Estimate(points=float(points), low=float(max(low, points - half)), high=float(min(high, points + half)))

    def save(self, path: Path) -> None:
        """Writes the profile atomically. Raises StorageError."""
        path = Path(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_in_one_step(path, self.model_dump_json())
        except OSError as problem:
            raise StorageError("calibration_not_saved", path=str(path), detail=str(problem)) from problem

    @classmethod
    def load(cls, path: Path) -> Profile:
        """The profile in a file. Raises InputError if the file is missing or not a profile."""
        path = Path(path)
        require_file(path)
        try:
            return cls.model_validate(read_json(read_bounded(path, MAX_BYTES).decode("utf-8")))
        except (OSError, ValueError, Malformed, ValidationError) as problem:
            raise InputError("calibration_bad_profile", path=str(path)) from problem


def _gap(value: float | None) -> bool:
    return value is None or value != value
