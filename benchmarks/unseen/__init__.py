"""What the product is worth on texts that nothing was tuned on: the figures that the README states."""
