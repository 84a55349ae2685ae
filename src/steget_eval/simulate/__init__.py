"""Synthetic records whose truth is known."""

from steget_eval.simulate.simulate import simulate_records
from steget_eval.simulate.true_values import TrueValue, true_values
from steget_eval.simulate.truth import Truth
from steget_eval.simulate.truth_yaml import load_truth

__all__ = ["TrueValue", "Truth", "load_truth", "simulate_records", "true_values"]
