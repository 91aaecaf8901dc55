"""Papers on the page: sat, reviewed, measured, printed."""
