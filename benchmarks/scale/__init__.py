"""Throughput, processor time, faults and accidents, beside other graders in one run."""
