"""The type of a catalogue line: what one method answers and who witnesses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Literal

from steget_eval.core.estimates import Estimates

Kind = Literal["binary", "time_to_event", "competing", "amount", "longitudinal", "transition"]
Population = Literal["ATE", "ATT", "ATC", "ATO", "arm"]


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
    needs_covariates
        Whether one that adjusts is refused where there is nothing to adjust for.
    clusters
        Whether it takes clusters.
    needs_assignment
        Whether it is refused where the arms were not assigned at random.
    is_test
        Whether it tests without estimating: it takes no level and no horizon, and has no interval.
    takes_entry
        Whether it takes people who are at risk only from a day after the index date.
    takes_strata
        Whether it takes strata that censoring may depend on, and with them a world without an intercurrent event.
    function
        Where it is done, as ``module:function``.
    sees_unknown
        Whether it takes everybody, with who is known, and not only those who are.
    options
        Named options that make this line of the function.
    witness
        What holds its numbers: a file under ``tests/reference/`` or a test's node.
    recovery
        What holds its operating characteristics: a file under ``tests/recovery/``.
    """

    name: str
    kinds: tuple[Kind, ...]
    contrasts: tuple[str, ...]
    populations: tuple[Population, ...] = ("ATE",)
    adjusts: bool = False
    needs_covariates: bool = True
    clusters: bool = False
    needs_assignment: bool = False
    sees_unknown: bool = False
    is_test: bool = False
    takes_entry: bool = False
    takes_strata: bool = False
    function: str
    witness: str
    recovery: str = ""
    options: tuple[tuple[str, str], ...] = ()

    def resolve(self) -> Callable[..., Estimates]:
        """Return the function, imported on first use."""
        module, name = self.function.split(":")
        function: Callable[..., Estimates] = getattr(import_module(module), name)
        return function
