"""Outcomes that nobody saw: weights, imputation, assumptions moved on purpose, and bounds without any."""
