"""Lays what a prestudy found beside what it decided, and gathers its planning values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from steget_eval.core.errors import CohortError, SpecError
from steget_eval.core.estimates import Estimates, gather
from steget_eval.core.frames import Tidy
from steget_eval.protocol import Protocol, load_protocol
from steget_eval.protocol.prestudy import Prestudy
from steget_eval.protocol.prestudy_mapping import Mapping, State, load_mapping
from steget_eval.study.deviations import find_registration
from steget_eval.study.prestudy_values import coverage_values, grant_values, plan_values, target_values

if TYPE_CHECKING:
    import pandas as pd

#: How far a function is there over all actors.
FunctionState = Literal["provided", "partly", "missing", "not_asked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionFound:
    """What was found of one function over all actors.

    Attributes
    ----------
    state
        The best that any actor does; ``not_asked`` where no line of the mapping speaks of it.
    actors
        Actor to its state, in the protocol's order; an actor of whom nobody asked is not among them.
    """

    function: str
    state: FunctionState
    actors: dict[str, State]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PrestudyResults(Tidy):
    """Everything a prestudy gives, before the gate: a mapping and planning values, never an effect.

    Attributes
    ----------
    functions
        One a function, in the protocol's order.
    estimates
        The planning values; none has an interval.
    """

    protocol: Protocol
    prestudy: Prestudy
    mapping: Mapping
    functions: tuple[FunctionFound, ...]
    estimates: Estimates

    def to_frame(self) -> pd.DataFrame:
        """Return one row per planning value."""
        return self.estimates.to_frame()


def map_prestudy(protocol: Protocol, mapping: Mapping) -> PrestudyResults:
    """Return a prestudy's mapping with its planning values.

    Raises
    ------
    CohortError
        Where the protocol is no prestudy's, or has no section ``prestudy``.
    SpecError
        Where the mapping names what the protocol does not know.
    """
    if protocol.design != "prestudy" or protocol.prestudy is None:
        lacks = "has no section prestudy" if protocol.design == "prestudy" else f"has design {protocol.design}"
        raise CohortError(f"{protocol.id}: a mapping belongs to a prestudy, and this protocol {lacks}")
    decided = protocol.prestudy
    _names_are_known(decided, mapping)
    functions = tuple(_function(decided, mapping, one.id) for one in decided.functions)
    parts = (
        grant_values(decided.grant, mapping.budget),
        coverage_values([one.state for one in functions], [one.state for one in mapping.pathways]),
        target_values(mapping.target_group),
        plan_values(decided.plan, {line.id: line for line in mapping.target_group}),
    )
    estimates = gather(parts).label(programme=protocol.id, estimand=protocol.primary)
    return PrestudyResults(
        protocol=protocol, prestudy=decided, mapping=mapping, functions=functions, estimates=estimates
    )  # fmt: skip


def fingerprint_prestudy(protocol: Path, folder: Path) -> dict[str, str]:
    """Return the fingerprints of a prestudy's protocol and mapping; refuses what does not fit together."""
    decided, mapping = load_protocol(protocol), load_mapping(folder)
    map_prestudy(decided, mapping)
    return {
        "protocol": decided.fingerprint, "records": mapping.fingerprint, "origin": mapping.origin,
        "seed": str(decided.seed),
        "lock": find_registration(decided, None).fingerprint if decided.standing else "",
    }  # fmt: skip


def _function(decided: Prestudy, mapping: Mapping, function: str) -> FunctionFound:
    told = {one.actor: one.state for one in mapping.coverage if one.function == function}
    ordered: dict[str, State] = {actor.id: told[actor.id] for actor in decided.actors if actor.id in told}
    state: FunctionState = "not_asked"
    for best in ("provided", "partly", "missing"):
        if best in ordered.values():
            state = best
            break
    return FunctionFound(function=function, state=state, actors=ordered)


def _names_are_known(decided: Prestudy, mapping: Mapping) -> None:
    actors, steps = {one.id for one in decided.actors}, {one.id for one in decided.steps}
    named = {
        "coverage.actor": ([one.actor for one in mapping.coverage], actors),
        "coverage.function": ([one.function for one in mapping.coverage], {one.id for one in decided.functions}),
        "pathways.sender": ([one.sender for one in mapping.pathways], actors),
        "pathways.receiver": ([one.receiver for one in mapping.pathways], actors),
        "steps.step": ([one.step for one in mapping.steps], steps),
    }
    for place, (found, known) in named.items():
        _known(f"{mapping.id}: {place}", found, known)
    lines = {line.id for line in mapping.target_group}
    if decided.plan.recruited_from is not None:
        _known("prestudy.plan.recruited_from", [decided.plan.recruited_from], lines)
    if decided.grant is not None and mapping.budget:
        total = sum(line.budget_sek for line in mapping.budget)
        if total != decided.grant.budget_sek:
            raise SpecError(
                f"{mapping.id}: the budget's lines come to {total}, prestudy.grant.budget_sek says "
                f"{decided.grant.budget_sek}"
            )


def _known(place: str, found: Iterable[str], known: set[str]) -> None:
    strange = sorted(set(found) - known)
    if strange:
        raise SpecError(f"{place} is {strange[0]!r}; allowed: {', '.join(sorted(known)) or 'none'}")
