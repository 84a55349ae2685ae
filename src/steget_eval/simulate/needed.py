"""What a protocol asks of records beside spells, as parts of the generic truth."""

from __future__ import annotations

import re

from steget_eval.protocol.base import Text
from steget_eval.protocol.cohort_rules import Covariate
from steget_eval.protocol.protocol import Protocol
from steget_eval.records.tables import PARTICIPANTS
from steget_eval.simulate.measured import AmountTruth, Clustering, OwnColumn, ScaleTruth, StatusTruth
from steget_eval.simulate.tables import BASELINE

#: Columns that every truth makes, and the two that a covariate may name without a column of its own.
MADE = frozenset({column.name for column in PARTICIPANTS.columns} | set(BASELINE) | {"age"})
#: How many sites or other clusters there are where the protocol names them.
CLUSTERS = 24
#: Share of people whom a rule of eligibility on a column removes.
REMOVED = 0.1
_BEFORE = re.compile(r"start|before|baseline|intake|inskriv")


def asks_exit(protocol: Protocol) -> bool:
    """Tell whether an outcome counts from discharge."""
    return any(outcome.asks_exit for outcome in protocol.outcomes)


def needed_sites(protocol: Protocol) -> dict[str, float]:
    """Return site to share: those that a rule names, many where they are clusters, four that start one by one."""
    if protocol.panel is not None:
        return {unit.id: 1 / len(protocol.panel.units) for unit in protocol.panel.units}
    named = [rule.one_of for rule in protocol.eligibility if rule.column == "site"]
    if named:
        return _shares(named[0], "elsewhere")
    if protocol.cluster == "site":
        return {f"site_{number:02d}": 1 / CLUSTERS for number in range(1, CLUSTERS + 1)}
    names = ("north", "east", "west", "south") if protocol.design == "staggered" else ("north", "south")
    return dict.fromkeys(names, 1 / len(names))


def needed_columns(protocol: Protocol) -> dict[str, OwnColumn]:
    """Return a column for every covariate, rule and cluster that names one no truth has."""
    columns: dict[str, OwnColumn] = {}
    confounds = protocol.design == "comparison"
    for covariate in protocol.covariates:
        if covariate.column is not None and covariate.column not in MADE:
            columns[covariate.column] = _column(covariate, confounds=confounds and covariate.adjust)
    for rule in protocol.eligibility:
        if rule.column is not None and rule.column not in MADE:
            levels = _shares(rule.one_of, "other")
            columns[rule.column] = OwnColumn(kind="category", label=_same(rule.column), levels=levels)
    if protocol.cluster is not None and protocol.cluster not in {"site", *columns}:
        levels = {f"cluster_{number:02d}": 1 / CLUSTERS for number in range(1, CLUSTERS + 1)}
        columns[protocol.cluster] = OwnColumn(kind="category", label=_same(protocol.cluster), levels=levels)
    return columns


def needed_clustering(protocol: Protocol) -> Clustering:
    """Return people of one cluster as somewhat alike where the protocol names clusters."""
    return Clustering() if protocol.cluster is None else Clustering(column=protocol.cluster, on_outcome=0.3)


def needed_statuses(protocol: Protocol) -> dict[str, StatusTruth]:
    """Return a status for every occasion at which an outcome looks, those before the index date first."""
    named: dict[str, bool] = {}
    lives_on: set[str] = set()
    for outcome in protocol.outcomes:
        if outcome.before_after is not None and outcome.before_after.statuses is not None:
            before, after = outcome.before_after.statuses
            named |= {before: True, after: named.get(after, False)}
        for source in outcome.events:
            if source.status is not None:
                named.setdefault(source.status.occasion, _is_before(source.status.occasion))
                if source.status.increased_since is not None:
                    named[source.status.increased_since] = True
                if source.status.income_sources:
                    lives_on.add(source.status.occasion)
    return {
        occasion: _status(occasion, before, no_support=occasion in lives_on)
        for occasion, before in sorted(named.items(), key=lambda one: not one[1])
    }


def needed_amounts(protocol: Protocol) -> tuple[AmountTruth, ...]:
    """Return an amount for every item and occasion of an outcome or a covariate; a covariate's lies before."""
    named: dict[tuple[str, str], bool] = {}
    for covariate in protocol.covariates:
        if covariate.amount is not None:
            named[covariate.amount.item, covariate.amount.occasion] = True
    for outcome in protocol.outcomes:
        for source in outcome.events:
            if source.amount is not None:
                named.setdefault((source.amount.item, source.amount.occasion), _is_before(source.amount.occasion))
    return tuple(_amount(item, occasion, before) for (item, occasion), before in named.items())


def needed_scales(protocol: Protocol) -> dict[str, ScaleTruth]:
    """Return a scale of 0–100 for every instrument; it rises by five points, with the treated arm by ten."""
    scales: dict[str, ScaleTruth] = {}
    for outcome in protocol.outcomes:
        if outcome.scores is None:
            continue
        first, *later = outcome.scores.occasions
        known = scales.get(outcome.scores.instrument)
        change = {first: 0.0, **dict.fromkeys(later, 5.0), **(known.change if known else {})}
        treated = {occasion: 5.0 for occasion in change if change[occasion]}
        scales[outcome.scores.instrument] = ScaleTruth(
            label=_same(outcome.scores.instrument), mean=50, sd=15, change=change, treated=treated
        )
    return scales


def _column(covariate: Covariate, *, confounds: bool) -> OwnColumn:
    push = 0.3 if confounds else 0.0
    if covariate.kind == "number" or covariate.zero:
        return OwnColumn(kind="number", label=covariate.label, on_arm=push, on_outcome=push)
    if covariate.kind == "binary":
        return OwnColumn(kind="binary", label=covariate.label, on_arm=push, on_outcome=push)
    levels = {"low": 0.4, "middle": 0.4, "high": 0.2}
    return OwnColumn(kind="category", label=covariate.label, levels=levels, on_arm=push, on_outcome=push)


def _status(occasion: str, before: bool, *, no_support: bool) -> StatusTruth:
    none = {"employed": 0.7, "studying": 0.3, "job_seeking": 0.1, "other": 0.1} if no_support else {}
    if before:
        shares = {"employed": 0.05, "studying": 0.05, "job_seeking": 0.4, "other": 0.5}
        return StatusTruth(shares=shares, before=True, no_support=none, label=_same(occasion))
    shares = {"employed": 0.25, "studying": 0.1, "job_seeking": 0.3, "other": 0.35}
    return StatusTruth(shares=shares, persists=0.4, treated=0.6, no_support=none, label=_same(occasion))


def _amount(item: str, occasion: str, before: bool) -> AmountTruth:
    return AmountTruth(
        item=item, occasion=occasion, unit="ore", none=0.5 if before else 0.4, median=10_000_000, before=before,
        treated=0.0 if before else 0.5, treated_log=0.0 if before else 0.1, label=_same(occasion),
    )  # fmt: skip


def _shares(allowed: tuple[str, ...], other: str) -> dict[str, float]:
    return {**dict.fromkeys(allowed, (1 - REMOVED) / len(allowed)), other: REMOVED}


def _is_before(occasion: str) -> bool:
    return _BEFORE.search(occasion) is not None


def _same(name: str) -> Text:
    words = name.replace("_", " ")
    return Text(sv=words, en=words)
