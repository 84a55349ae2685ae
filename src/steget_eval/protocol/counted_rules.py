"""Holds what is asked of counts, groups and money to the rest of the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from steget_eval.protocol.estimand import Estimand
    from steget_eval.protocol.protocol import Protocol


def refuse_misfits(protocol: Protocol) -> None:
    """Raise `ValueError` where one part asks for what another does not give."""
    _counts_fit_the_design(protocol)
    _parts_exist(protocol)
    for estimand in protocol.estimands:
        _groups_exist(protocol, estimand)
    if sum(estimand.pooled_by is not None for estimand in protocol.estimands) > 1:
        raise ValueError("pooled_by: one estimand alone, since small levels are put together by its own numbers")
    _names_exist(protocol)


def _counts_fit_the_design(protocol: Protocol) -> None:
    counted = [outcome.id for outcome in protocol.outcomes if outcome.counts is not None]
    if protocol.events and protocol.design != "aggregate":
        raise ValueError("events are read from counts and belong to the aggregate design")
    if not counted:
        return
    at = f"outcomes.{counted[0]}.counts"
    if protocol.design != "aggregate":
        raise ValueError(f"{at} belongs to the aggregate design")
    if protocol.clock.index != "none" or protocol.eligibility:
        raise ValueError(f"{at}: counted in a calendar period, so clock.index is none and nobody can be left out again")
    if protocol.covariates or protocol.cluster:
        raise ValueError(f"{at}: there are no rows of persons, so neither covariates nor cluster")


def _parts_exist(protocol: Protocol) -> None:
    known = {outcome.id: outcome for outcome in protocol.outcomes}
    for outcome in protocol.outcomes:
        if outcome.part_of is None:
            continue
        whole = known.get(outcome.part_of)
        if whole is None or whole.id == outcome.id or whole.part_of is not None:
            raise ValueError(f"outcomes.{outcome.id}.part_of must be another outcome that is no part itself")
        if outcome.counts is not None and whole.counts is not None and outcome.counts.of != whole.counts.of:
            raise ValueError(f"outcomes.{outcome.id}.part_of: both must be counted of the same people")


def _groups_exist(protocol: Protocol, estimand: Estimand) -> None:
    asked = (*estimand.by, *((estimand.pooled_by,) if estimand.pooled_by is not None else ()))
    if not asked:
        return
    at, outcome = f"estimands.{estimand.id}", protocol.outcome(estimand.outcome)
    if estimand.contrast != "risk" or outcome.kind != "binary":
        raise ValueError(f"{at}.by asks for shares by group, which a risk of a binary outcome has")
    if outcome.counts is not None:
        allowed: tuple[str, ...] = ("sex", "site") if outcome.counts.sites else ("sex",)
    else:
        allowed = tuple(one.id for one in protocol.covariates if one.kind == "category")
    for name in asked:
        if name not in allowed:
            raise ValueError(f"{at}.by is {name!r}; allowed: {', '.join(allowed) or 'none'}")


def _names_exist(protocol: Protocol) -> None:
    estimands = {one.id: one for one in protocol.estimands}
    accounts = {one.id for one in protocol.economics}
    asked = [(f"reach.{one.id}", one.estimand) for one in protocol.reach]
    asked += [(f"economics.{one.id}", one.estimand) for one in protocol.economics if one.estimand is not None]
    asked += [(f"recommendations.{one.id}", one.estimand) for one in protocol.recommendations]
    for at, name in asked:
        if name not in estimands or protocol.outcome(estimands[name].outcome).kind != "binary":
            raise ValueError(f"{at}.estimand is {name!r}, which is no estimand of a binary outcome")
    for account in protocol.economics:
        if account.share_of is not None and account.share_of not in accounts - {account.id}:
            raise ValueError(f"economics.{account.id}.share_of is {account.share_of!r}, which is no other account")
    kinds = {one.id: one.kind for one in protocol.covariates}
    for advice in protocol.recommendations:
        if kinds.get(advice.advised) != "binary":
            raise ValueError(f"recommendations.{advice.id}.advised must be a binary covariate")
        if advice.expected is not None and kinds.get(advice.expected) != "number":
            raise ValueError(f"recommendations.{advice.id}.expected must be a covariate of numbers")
