"""How far a fit with few labels gets: held-out figures on folders of human-graded answers."""
