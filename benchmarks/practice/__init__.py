"""Simulated customers, measured: how turns are read, and calls that scripted agents lead."""
