"""A scorecard and its transcript on a page."""
