"""The page of batches, part by part."""
