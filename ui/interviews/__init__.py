"""Whole interviews on the page: handed in, cut into questions, graded, candidates side by side."""
