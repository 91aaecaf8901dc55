"""Tests; each folder mirrors a package, `support` holds what they share."""
