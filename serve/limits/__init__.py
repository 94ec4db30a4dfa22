"""Rate limits: how much one address, account or key may ask."""
