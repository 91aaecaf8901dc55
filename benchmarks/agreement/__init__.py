"""How far the grader and human graders agree, for every way of asking, on a folder of human-graded answers."""
