"""From the lines of a paper to its questions: the grammar, the answer keys, and the checks."""
