"""Human grades and the machine's readouts, read from files or records and brought together."""
