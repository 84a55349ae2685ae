"""Synthetic records whose truth is known."""

from steget_eval.simulate.default_truth import default_truth
from steget_eval.simulate.dirt import Dirt, DirtLedger, soil_records
from steget_eval.simulate.knobs import Knobs, turn_knobs
from steget_eval.simulate.simulate import simulate_records
from steget_eval.simulate.true_table import TrueTable, true_table
from steget_eval.simulate.true_values import TrueValue, true_values
from steget_eval.simulate.truth import Truth
from steget_eval.simulate.truth_yaml import load_truth

__all__ = [
    "Dirt",
    "DirtLedger",
    "Knobs",
    "TrueTable",
    "TrueValue",
    "Truth",
    "default_truth",
    "load_truth",
    "simulate_records",
    "soil_records",
    "true_table",
    "true_values",
    "turn_knobs",
]
