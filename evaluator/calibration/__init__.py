"""Agreement between people and the machine, and fitting the machine to people; each subpackage has its own door."""
