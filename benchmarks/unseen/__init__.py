"""How good the product is on texts that nothing was tuned on: the figures that the README states."""
