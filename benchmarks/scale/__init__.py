"""Throughput, processor time, faults and crashes, beside other graders in one run."""
