"""The page of the bank, part by part."""
