"""How far a fit with few labels comes: held-out figures on folders of human-graded answers."""
