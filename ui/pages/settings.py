"""The page settings."""

from __future__ import annotations

from ui.components.layout import page

with page("nav_settings"):
    pass
