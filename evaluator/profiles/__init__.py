"""What grading needs of a fit: the features it reads, the profile itself, applying it, and its stored versions."""
