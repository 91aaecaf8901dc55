"""Papers on the page: taken, reviewed, analysed, printed."""
