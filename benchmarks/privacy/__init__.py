"""What masking finds of personal data, and what it takes for it wrongly."""
