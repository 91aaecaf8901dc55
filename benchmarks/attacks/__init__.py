"""What hostile texts gain, what is detected of them, and what is said wrongly of innocent ones."""
