"""The page of practice, part by part."""
