"""The type of a catalogue line: what one method answers and who witnesses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["binary", "time_to_event", "competing", "amount", "longitudinal", "transition"]
Population = Literal["ATE", "ATT", "ATO", "arm"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One line of `methods/catalogue.py`.

    Attributes
    ----------
    name
        What the protocol and the column `method` call it.
    kinds
        The outcome kinds it answers.
    contrasts
        The contrasts it can give.
    populations
        The populations it can speak of; ``arm`` is one arm by itself.
    adjusts
        Whether it takes covariates.
    clusters
        Whether it takes clusters.
    function
        Dotted name of the function.
    witness
        What holds its numbers: a file under ``tests/reference/`` or a test's node.
    """

    name: str
    kinds: tuple[Kind, ...]
    contrasts: tuple[str, ...]
    populations: tuple[Population, ...] = ("ATE",)
    adjusts: bool = False
    clusters: bool = False
    function: str
    witness: str
