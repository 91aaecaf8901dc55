"""Folding and normalising of text: scripts, widths, punctuation, white space and numerals."""
