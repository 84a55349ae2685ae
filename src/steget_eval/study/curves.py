"""Draws the cumulative incidence of every outcome that has a time, weighted where its answer is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from steget_eval.cohort import Cohort, OutcomeValues
from steget_eval.core.errors import MethodError
from steget_eval.methods.effects.drawn_curves import clustered_arm_curves, weighted_arm_curves
from steget_eval.methods.numerics.curves import aalen_johansen
from steget_eval.methods.numerics.standardised import Population
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.study.answers import method_lines
from steget_eval.study.design import columns_of_score, trimmed

CURVE_COLUMNS = (
    "estimand",
    "arm",
    "cause",
    "time",
    "estimate",
    "conf_low",
    "conf_high",
    "at_risk",
    "events",
    "competing",
    "censored",
    "weight",
    "square",
)
#: Conditional on covariates, so of no population.
_OF_HAZARDS = frozenset({"hazard_ratio", "subdistribution_hazard_ratio"})


def curve_table(cohort: Cohort, protocol: Protocol) -> pd.DataFrame:
    """Return the step functions of every outcome with a time, arm by arm and cause by cause.

    Where the main answer stands for a population, so do the curves, by weights (`drawn_population`); the counts are of
    people in either case, and `weight` and `square` add up the weights, and their squares, of those with the event on
    the day. With clusters the limits know of them. Estimands that share an outcome and its strategies share a curve; it
    is told once, under the first of them. Where weighing is refused there is no curve: the methods that adjust refuse
    for the same reason, which the report tells.
    """
    frames = []
    told: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    for estimand in protocol.estimands:
        values = cohort.outcomes[estimand.id]
        key = (estimand.outcome, tuple(sorted(estimand.strategies.items())))
        if values.y.size or key in told or not values.t.size:
            continue
        try:
            found = _curves_of(cohort, protocol, estimand, values)
        except MethodError:
            continue
        told.add(key)
        frames += [one.assign(estimand=estimand.id) for one in found]
    if not frames:
        return pd.DataFrame(columns=list(CURVE_COLUMNS))
    return pd.concat(frames, ignore_index=True)[list(CURVE_COLUMNS)]


def drawn_population(protocol: Protocol, estimand: Estimand) -> Population | None:
    """Return whom an estimand's curves are weighted to stand for; None where the arms are drawn as they are.

    Weighted where the main method makes the arms stand for a population; a regression of hazards does not.
    """
    if protocol.arms.comparison is None or not any(covariate.adjust for covariate in protocol.covariates):
        return None
    line = method_lines(protocol, estimand)[0]
    whom = estimand.population
    if not line.adjusts or estimand.contrast in _OF_HAZARDS or whom == "arm" or whom not in line.populations:
        return None
    return whom


def _curves_of(cohort: Cohort, protocol: Protocol, estimand: Estimand, values: OutcomeValues) -> list[pd.DataFrame]:
    causes = list(enumerate(("event", *values.causes), start=1))
    population = drawn_population(protocol, estimand)
    clustered = protocol.cluster is not None and protocol.arms.comparison is not None and not values.entry.size
    if population is None and not clustered:
        return [
            _arm_curve(values, cohort.persons["arm"].to_numpy() == arm, cause, level=protocol.confidence_level).assign(
                arm=arm, cause=name
            )
            for arm in cohort.arms
            for cause, name in causes
        ]
    who = values.known.copy()
    kept = trimmed(cohort, protocol) if population is not None else None
    who &= True if kept is None else kept.kept
    cluster = cohort.persons["cluster"].to_numpy()[who] if protocol.cluster is not None else None
    t, d, a, level = values.t[who], values.d[who], cohort.a[who], protocol.confidence_level
    frames = []
    for cause, name in causes:
        if population is None:
            found = clustered_arm_curves(t, d, a, cluster, cause=cause, level=level)  # type: ignore[arg-type]
        else:
            X = columns_of_score(cohort, protocol).X[who]
            found = weighted_arm_curves(
                t, d, a, X, cause=cause, population=population, cluster=cluster, level=level
            )  # fmt: skip
        frames += [
            one.to_frame()
            .rename(columns={"times": "time"})
            .assign(arm=arm, cause=name, weight=carried[:, 0], square=carried[:, 1])
            for arm, one, carried in zip(cohort.arms, (found.one, found.zero), found.carried, strict=True)
        ]
    return frames


def _arm_curve(values: OutcomeValues, mine: np.ndarray, cause: int, *, level: float) -> pd.DataFrame:
    who = mine & values.known
    entry = values.entry[who] if values.entry.size else None
    curve = aalen_johansen(values.t[who], values.d[who], cause=cause, entry=entry, level=level)
    return curve.to_frame().rename(columns={"times": "time"}).assign(weight=curve.events, square=curve.events)
