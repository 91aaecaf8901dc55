"""The page of calibration, part by part."""
