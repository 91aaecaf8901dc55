"""What hostile texts gain, how many are detected, and the false alarms on innocent ones."""
