"""The page calibration."""

from __future__ import annotations

from ui.components.layout import page

with page("nav_calibration"):
    pass
