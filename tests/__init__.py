"""Tests; each folder mirrors a package, and `support` holds shared code."""
