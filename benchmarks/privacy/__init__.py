"""What personal data masking finds, and what it mistakes for personal data."""
