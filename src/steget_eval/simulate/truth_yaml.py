"""Reads a truth from YAML, or refuses it in sentences."""

from __future__ import annotations

from pathlib import Path

from steget_eval.core.yaml import load_model
from steget_eval.simulate.truth import Truth


def load_truth(path: str | Path) -> Truth:
    """Return the truth in a YAML file; raises `SpecError` with one line for every fault."""
    return load_model(Path(path), Truth)
