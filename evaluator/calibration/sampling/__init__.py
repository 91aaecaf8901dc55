"""Which items people should grade, how many, and what a drawn sample says of all."""
