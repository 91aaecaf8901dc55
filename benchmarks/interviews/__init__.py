"""How well questions and answers are found in whole interviews."""
