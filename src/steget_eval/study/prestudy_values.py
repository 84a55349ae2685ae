"""The planning values of a prestudy as rows of the one table of answers: each arithmetic, none an inference."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.economics.unit_cost import share_of
from steget_eval.methods.planning.one_proportion import power_against_target, precision_of, size_against_target
from steget_eval.methods.planning.two_proportions import (
    SizePlan,
    detectable_difference,
    people_needed,
    power_of,
)
from steget_eval.protocol.prestudy import AgainstTarget, Grant, StudyPlan, Supposed
from steget_eval.protocol.prestudy_mapping import BudgetLine, TargetLine

#: What every row of a prestudy says of itself.
NOTE = "planning value"


def grant_values(grant: Grant | None, lines: Sequence[BudgetLine]) -> Estimates:
    """Return the support as a share of the budget beside the stated share, and the outturn of what is known."""
    rows: list[Estimate] = []
    if grant is not None:
        (support,) = share_of(100 * grant.support_sek, 100 * grant.budget_sek).rows
        rows.append(_named(support, "support"))
        rows.append(_row("amount", "arithmetic", grant.budget_sek - grant.support_sek, "rest", unit="sek"))
        if grant.stated_share is not None:
            stated = grant.stated_share
            rows.append(_row("budget_share", "stated", stated, "stated"))
            short = stated * grant.budget_sek - grant.support_sek
            rows.append(_row("amount", "arithmetic", short, "stated_less_support", unit="sek"))
    known = [line for line in lines if line.outturn_sek is not None]
    budgeted = sum(line.budget_sek for line in known)
    if budgeted:
        spent = sum(line.outturn_sek or 0 for line in known)
        (outturn,) = share_of(100 * spent, 100 * budgeted).rows
        rows += [_named(outturn, "outturn"), _row("amount", "arithmetic", spent, "outturn", unit="sek")]
    return Estimates(tuple(rows))


def coverage_values(functions: Sequence[str], pathways: Sequence[str]) -> Estimates:
    """Return which share of the functions somebody provides, some provide in part and nobody does; and of the ways."""
    rows = []
    for name, states in (("functions", functions), ("pathways", pathways)):
        asked = [state for state in states if state != "not_asked"]
        for state in ("provided", "partly", "missing") if asked else ():
            share = asked.count(state) / len(asked)
            rows.append(_row("coverage_share", "arithmetic", share, f"{name}_{state}"))
    return Estimates(tuple(rows))


def target_values(lines: Iterable[TargetLine]) -> Estimates:
    """Return how many there are according to each source, with the limits that the source allows."""
    return Estimates(tuple(
        _row("people" if line.people else "number", "stated", line.count, line.id, low=line.low, high=line.high,
             unit="people" if line.people else "")
        for line in lines
    ))  # fmt: skip


def plan_values(plan: StudyPlan, lines: Mapping[str, TargetLine]) -> Estimates:
    """Return how many people the planned study needs, and what it can tell with fewer."""
    rows: list[Estimate] = []
    asked = lines.get(plan.recruited_from or "")
    for supposed in plan.supposed:
        sized = people_needed(
            supposed.p_1, supposed.p_0, power=plan.power, alpha=plan.alpha, ratio=plan.ratio, loss=plan.loss,
            cluster_size=plan.cluster_size, icc=plan.icc,
        )  # fmt: skip
        rows += _sizes(supposed, sized, asked)
        rows += [_power(plan, supposed, n) for n in plan.sizes]
    first = plan.supposed[0]
    rows += [_detectable(plan, first, n) for n in plan.sizes]
    if plan.against is not None:
        rows += _target_rows(plan, plan.against)
    return Estimates(tuple(rows))


def _sizes(supposed: Supposed, sized: SizePlan, asked: TargetLine | None) -> list[Estimate]:
    total = sized.n_1 + sized.n_0
    rows = [
        _row("sample_size", "normal_approximation", total, supposed.id, unit="people"),
        _row("sample_size_1", "normal_approximation", sized.n_1, supposed.id, unit="people"),
        _row("sample_size_0", "normal_approximation", sized.n_0, supposed.id, unit="people"),
        _row("sample_size_known", "normal_approximation", sized.n_1_known, supposed.id, unit="people"),
    ]
    if asked is not None and asked.count:
        slow = total / asked.low if asked.low else math.inf
        rows.append(_row("recruitment_years", "arithmetic", total / asked.count, supposed.id, low=total / asked.high,
                         high=slow, unit="years"))  # fmt: skip
    return rows


def _power(plan: StudyPlan, supposed: Supposed, n: int) -> Estimate:
    known = _known(plan, n)
    power = power_of(supposed.p_1, supposed.p_0, known, plan.ratio * known, alpha=plan.alpha)
    return _row("power", "normal_approximation", power, f"{supposed.id}_{n}")


def _detectable(plan: StudyPlan, supposed: Supposed, n: int) -> Estimate:
    known = _known(plan, n)
    found = detectable_difference(supposed.p_0, known, plan.ratio * known, power=plan.power, alpha=plan.alpha)
    return _row("detectable_difference", "normal_approximation", found, f"{supposed.id}_{n}")


def _target_rows(plan: StudyPlan, against: AgainstTarget) -> list[Estimate]:
    rows = []
    needed = size_against_target(against.target, against.supposed, power=plan.power)
    if needed is not None:
        rows.append(_row("sample_size", "exact_binomial", needed, "target", unit="people"))
        recruited = math.ceil(needed / (1 - plan.loss) - 1e-9)
        rows.append(_row("sample_size_1", "exact_binomial", recruited, "target", unit="people"))
    for one in power_against_target(against.target, against.supposed, plan.sizes).rows:
        rows.append(_row("power", "exact_binomial", one.power, f"target_{one.n}"))
        if one.smallest_count is not None:
            rows.append(_row("smallest_count", "exact_binomial", one.smallest_count, f"target_{one.n}", unit="people"))
    for wide in precision_of(against.supposed, plan.sizes).rows:
        rows.append(_row("interval_width", "wilson", wide.conf_high - wide.conf_low, f"target_{wide.n}"))
    return rows


def _known(plan: StudyPlan, n: int) -> float:
    """People of an arm of `n` recruited whose outcome becomes known, worth so many once clusters are allowed for."""
    return n * (1 - plan.loss) / (1 + (plan.cluster_size - 1) * plan.icc)


def _named(row: Estimate, subgroup: str) -> Estimate:
    return replace(row, subgroup=subgroup, kind="planning", note=f"{NOTE}; {row.note}")


def _row(
    contrast: str, method: str, estimate: float, subgroup: str, *, low: float = math.nan, high: float = math.nan,
    unit: str = "proportion",
) -> Estimate:  # fmt: skip
    return Estimate(
        contrast=contrast, method=method, estimate=float(estimate), subgroup=subgroup, conf_low=float(low),
        conf_high=float(high), interval_kind="none", kind="planning", unit=unit, note=NOTE,
    )  # fmt: skip
