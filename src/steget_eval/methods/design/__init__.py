"""Makes arms comparable: propensity, weights, balance, overlap."""
