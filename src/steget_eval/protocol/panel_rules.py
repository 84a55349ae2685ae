"""Holds what is asked of a panel to the rest of the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steget_eval.protocol.panel import PANEL_CONTRASTS, Panel

if TYPE_CHECKING:
    from steget_eval.protocol.estimand import Estimand
    from steget_eval.protocol.protocol import Protocol

#: Who a panel's contrasts speak of.
_POPULATION = {"staggered": "ATT", "interrupted": "arm"}
#: Parts of a protocol that ask of persons one by one, or of counts without units; they must be as they are by default.
_OTHERS = (
    "targets", "benchmark", "events", "reach", "economics", "recommendations", "joint", "occupation", "fidelity",
    "missing", "sensitivity", "adjustment", "subgroups", "covariates",
)  # fmt: skip
_ALL = frozenset(contrast for asked in PANEL_CONTRASTS.values() for contrast in asked)


def refuse_panel_misfits(protocol: Protocol) -> None:
    """Raise `ValueError` where the panel and another part do not fit each other."""
    counted = [outcome.id for outcome in protocol.outcomes if outcome.counted is not None]
    panel = protocol.panel
    if panel is None:
        if protocol.design == "interrupted":
            raise ValueError("design interrupted needs panel")
        if counted:
            raise ValueError(f"outcomes.{counted[0]}.counted belongs to a protocol with panel")
        for estimand in protocol.estimands:
            if estimand.contrast in _ALL:
                raise ValueError(f"estimands.{estimand.id}.contrast {estimand.contrast} needs panel")
        return
    if protocol.design not in PANEL_CONTRASTS:
        raise ValueError(f"panel belongs to the designs {', '.join(PANEL_CONTRASTS)}, not to {protocol.design}")
    for name in _OTHERS:
        if getattr(protocol, name) != type(protocol).model_fields[name].default:
            raise ValueError(f"{name} cannot be asked of a panel, which answers for units over periods")
    _starts_fit(protocol, panel)
    for estimand in protocol.estimands:
        _is_of_the_panel(protocol, estimand)
    _sources_fit(protocol, counted)


def _starts_fit(protocol: Protocol, panel: Panel) -> None:
    starts = [panel.start_of(unit) for unit in panel.units]
    begun = {start for start in starts if start >= 0}
    if not begun:
        raise ValueError("panel.units: none has a started_on within the periods")
    if protocol.design == "interrupted" and len(begun) > 1:
        raise ValueError("panel.units: an interrupted series has one start; several belong to design staggered")
    if protocol.design == "staggered" and panel.control == "never_treated" and -1 not in starts:
        raise ValueError("panel.control is never_treated, and every unit starts; allowed: not_yet_treated")
    if protocol.design == "staggered" and panel.control == "not_yet_treated" and len(set(starts)) < 2:
        raise ValueError("panel.units: all start in the same period, so nobody is left beside them")


def _is_of_the_panel(protocol: Protocol, estimand: Estimand) -> None:
    at, allowed = f"estimands.{estimand.id}", PANEL_CONTRASTS[protocol.design]
    if estimand.contrast not in allowed:
        raise ValueError(f"{at}.contrast must be {', '.join(allowed)} in a {protocol.design} design with panel")
    if estimand.population != _POPULATION[protocol.design]:
        raise ValueError(f"{at}.population must be {_POPULATION[protocol.design]} in a {protocol.design} design")
    if protocol.outcome(estimand.outcome).kind not in {"binary", "amount"}:
        raise ValueError(f"{at}.outcome must be of kind binary or amount: a panel follows shares, means and numbers")
    if estimand.by or estimand.pooled_by is not None:
        raise ValueError(f"{at}.by cannot be asked of a panel")


def _sources_fit(protocol: Protocol, counted: list[str]) -> None:
    if len(counted) not in (0, len(protocol.outcomes)):
        raise ValueError("outcomes: either all are counted or none is")
    if counted:
        if protocol.clock.index != "none" or protocol.eligibility or protocol.covariates or protocol.cluster:
            raise ValueError(
                f"outcomes.{counted[0]}.counted: there are no rows of persons, so clock.index is none and there are "
                "neither eligibility, covariates nor cluster"
            )
        return
    if protocol.cluster is None:
        raise ValueError("a panel of persons needs cluster: the column of participants whose values are the units")
    if protocol.clock.index != "enrolled_on":
        raise ValueError("a panel of persons places each in the period of enrolment, so clock.index is enrolled_on")
