"""Judges made of judges: a panel, a cascade, swapped options, and those that remember what was asked."""
