"""What a release says in sentences: keys and raw numbers, said in either language later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from steget_eval.reporting.release import Release, ReleasedVerdict
from steget_eval.reporting.text.absolute import absolute
from steget_eval.reporting.text.answers import arm_label, estimate_cell, is_adjusted, outcome_label
from steget_eval.reporting.text.cell import Cell, Label
from steget_eval.reporting.text.phrases import code_label
from steget_eval.reporting.text.render import Sentence

Row = Mapping[Any, Any]


def headline(release: Release) -> tuple[Sentence, ...]:
    """Return the primary estimand's answer: people of 100 in each arm, the difference with its interval, the people.

    Amounts are told as means in their unit. A suppressed answer is one sentence that says so.
    """
    estimand = release.protocol.primary
    row = main_row(release, estimand)
    outcome = _text(outcome_label(release.protocol, estimand))
    if row is None or row["suppressed"]:
        refused = any(refusal.estimand == release.protocol.primary for refusal in release.refusals)
        return (
            Sentence("headline.absent" if row is None and refused else "headline.suppressed", {"outcome": outcome}),
        )
    if release.protocol.arms.comparison is None:
        return (_single(release, row, outcome),)
    return (*_arms(release, row, outcome), _difference(release, row), *_people(release, row), *_left_out(release))


def claims(release: Release) -> tuple[Sentence, ...]:
    """Return how the answer may be read in this design."""
    row = main_row(release, release.protocol.primary)
    design = design_code(release)
    if design == "single_arm" and (row is None or row["suppressed"]):
        design = "single_arm_untold"
    return (Sentence(f"claim.{design}", {}),)


def design_code(release: Release) -> str:
    """Return the design as it was carried through for the main question: unadjusted, or counted from the exit."""
    row = main_row(release, release.protocol.primary)
    return _design(release, adjusted=row is None or is_adjusted(row))


def verdict(release: Release, one: ReleasedVerdict) -> tuple[Sentence, ...]:
    """Return what is said of one goal: reached or not, shown or not, with counts, limits and what would be needed."""
    label = {target.id: target.label.model_dump() for target in release.protocol.targets}[one.target]
    values: dict[str, Cell] = {"target": _text(label), **_levels(one)}
    if one.suppressed:
        return (Sentence("verdict.suppressed", values),)
    values |= {"estimate": Cell(format="percent", value=one.estimate), "n": _count(one.n)}
    exact = one.method in _COUNTED
    said = _at_least(one, values, exact=exact) if one.high is None else _between(one, values)
    counts = Sentence("verdict.counts", {"events": _count(one.events), "n": _count(one.n)})
    return (said[0], *((counts,) if exact else ()), *said[1:], *_by_what(release, one))


#: Methods of a goal's limit that count people.
_COUNTED = frozenset({"exact_one_sided", "wilson_one_sided", "mid_p_one_sided", "bayesian_one_sided"})
#: Those of a curve that are told of, beside the log–log one that stands for the exact one.
_OF_CURVE = frozenset({"wilson_curve_one_sided", "bayesian_curve_one_sided"})


def _by_what(release: Release, one: ReleasedVerdict) -> tuple[Sentence, ...]:
    """Return by which limit the goal was judged where it is not the exact one, with the prior where there is one."""
    if one.method not in (_COUNTED - {"exact_one_sided"}) | _OF_CURVE:
        return ()
    if not one.method.startswith("bayesian"):
        return (Sentence("verdict.by_limit", {"method": _text(code_label("method", one.method))}),)
    prior = next(target.prior for target in release.protocol.targets if target.id == one.target)
    with_, without = (0.5, 0.5) if prior is None else (prior.successes, prior.failures)
    values = {name: Cell(format="number", value=value, decimals=1) for name, value in
              (("successes", with_), ("failures", without))}  # fmt: skip
    told = [Sentence("verdict.by_prior", values)]
    if one.probability is not None:
        goal = _levels(one)["low"]
        told.append(Sentence("verdict.probability", {"probability": Cell(format="percent", value=one.probability),
                                                     "low": goal}))  # fmt: skip
    return tuple(told)


def unknown(release: Release) -> tuple[Sentence, ...]:
    """Return how many have no known outcome of the primary estimand, arm by arm."""
    told = []
    for row in release.unknown.to_dict("records"):
        if row["estimand"] != release.protocol.primary:
            continue
        arm = _text(arm_label(release.protocol, row["arm"]))
        if pd.isna(row["n"]) or pd.isna(row["known"]):
            told.append(Sentence("sentence.unknown_suppressed", {"arm": arm}))
        elif row["n"] == row["known"]:
            told.append(Sentence("sentence.unknown_none", {"arm": arm}))
        else:
            values = {"arm": arm, "unknown": _count(row["n"] - row["known"]), "n": _count(row["n"])}
            told.append(Sentence("sentence.unknown", values))
    return tuple(told)


def benchmark(release: Release) -> tuple[Sentence, ...]:
    """Return how near each main estimate comes to the randomised one, in numbers and without a verdict."""
    told = []
    held = release.estimates[release.estimates["subgroup"] == "benchmark"]
    for row in held.drop_duplicates(["outcome", "contrast"]).to_dict("records"):
        main = main_row(release, row["estimand"])
        outcome = _text(outcome_label(release.protocol, row["estimand"]))
        if main is None or main["contrast"] != row["contrast"]:
            continue
        if main["suppressed"] or row["suppressed"]:
            told.append(Sentence("sentence.benchmark_suppressed", {"outcome": outcome}))
            continue
        apart = {**main, "estimate": abs(float(main["estimate"]) - float(row["estimate"]))}
        values = {
            "outcome": outcome, "benchmark": estimate_cell(row), "estimate": estimate_cell(main),
            "method": _text(code_label("method", main["method"])), "distance": estimate_cell(apart, interval=False),
        }  # fmt: skip
        told.append(Sentence("sentence.benchmark", values))
    return tuple(told)


def censoring(release: Release) -> tuple[Sentence, ...]:
    """Return what is assumed of those whose follow-up ended early, or whose primary outcome is unknown."""
    protocol = release.protocol
    kind = protocol.outcome(protocol.estimand(protocol.primary).outcome).kind
    if kind in {"time_to_event", "competing"}:
        return (Sentence("sentence.censoring_general", {}),)
    mine = release.unknown[release.unknown["estimand"] == protocol.primary]
    everyone_known = bool((mine["n"] == mine["known"]).fillna(False).all())
    return () if everyone_known else (Sentence("sentence.left_out", {}),)


def refusals(release: Release) -> tuple[Sentence, ...]:
    """Return each method that refused, with its reason."""
    from steget_eval.reporting.tables.account import refusal_label

    return tuple(
        Sentence(
            "sentence.refusal_reason",
            {
                "method": _text(code_label("method", one.method)),
                "estimand": _text(outcome_label(release.protocol, one.estimand)),
                "reason": _text(refusal_label(one)),
            },
        )
        for one in release.refusals
    )


def disclosure(release: Release) -> tuple[Sentence, ...]:
    """Return the rules of the gate and how much it took away."""
    policy = release.policy
    if release.internal:
        return (Sentence("notice.internal", {}),)
    cells = sum(one.cells for one in release.suppressions)
    rule = {"minimum": _count(policy.minimum_cell), "denominator": _count(policy.minimum_denominator)}
    account = Sentence("notice.suppressed_cells", {"cells": _count(cells)})
    return (
        Sentence("notice.minimum", rule),
        Sentence("notice.zero_shown" if policy.publish_zero else "notice.zero_hidden", {}),
        account if cells else Sentence("notice.nothing_suppressed", {}),
    )


def main_row(release: Release, estimand: str) -> Row | None:
    """Return the row that answers an estimand: its contrast by its main method; None where none answered."""
    asked = release.protocol.estimand(estimand)
    answered = {"risk": "risk_1", "mean": "mean_1", "moved": "share_up"}
    contrast = answered.get(asked.contrast, asked.contrast)
    mine = _rows(release, estimand)
    mine = mine[mine["contrast"] == contrast]
    return mine.to_dict("records")[0] if len(mine) else None


def _rows(release: Release, estimand: str) -> pd.DataFrame:
    frame = release.estimates
    return frame[(frame["estimand"] == estimand) & (frame["subgroup"] == "all")]


def _single(release: Release, row: Row, outcome: Cell) -> Sentence:
    design = release.protocol.design
    if row["contrast"] in {"mean_change", "standardised_change", "paired_difference"}:
        return Sentence("headline.change", {"outcome": outcome, "change": estimate_cell(row), "n": _count(row["n_1"])})
    if row["kind"] == "amount":
        values = {"outcome": outcome, "mean": estimate_cell(row), "n": _count(row["n_1"])}
        return Sentence(f"headline.single_mean.{design}", values)
    interval = Cell(
        format="per_hundred", decimals=0, low=float(row["conf_low"]), high=float(row["conf_high"]),
        level=float(row["conf_level"]),
    )  # fmt: skip
    values = {
        "outcome": outcome, "risk": _per_hundred(row), "n": _count(row["n_1"]),
        "interval": interval,
    }  # fmt: skip
    return Sentence(f"headline.single.{design}", values)


def _arms(release: Release, row: Row, outcome: Cell) -> tuple[Sentence, ...]:
    """The two arms' own numbers, by the main method where it gives them, else crude; what is behind a ratio alone."""
    name = "mean" if row["kind"] == "amount" else "risk"
    own = {which: _arm_row(release, row, f"{name}_{which}") for which in ("1", "0")}
    if own["1"] is None or own["0"] is None:
        return absolute(release, row, outcome)
    adjusted = is_adjusted(own["1"])
    values = {"outcome": outcome, **_arm_words(release)}
    for which, one in own.items():
        assert one is not None
        values[f"{name}_{which}"] = estimate_cell(one, interval=False) if name == "mean" else _per_hundred(one)
    return (Sentence(f"headline.{name}s.{_design(release, adjusted=adjusted)}", values),)


def _arm_row(release: Release, row: Row, contrast: str) -> Row | None:
    mine = _rows(release, row["estimand"])
    mine = mine[mine["contrast"] == contrast]
    same = mine[mine["method"] == row["method"]]
    found = (same if len(same) else mine).to_dict("records")
    return found[0] if found else None


def _difference(release: Release, row: Row) -> Sentence:
    design = _design(release, adjusted=is_adjusted(row))
    if row["contrast"] in {"risk_difference", "mean_difference"}:
        return Sentence(f"headline.difference.{design}", {"estimate": estimate_cell(row)})
    values = {"contrast": _text(code_label("contrast", row["contrast"])), "estimate": estimate_cell(row)}
    return Sentence(f"headline.contrast.{design}", values)


def _people(release: Release, row: Row) -> tuple[Sentence, ...]:
    mine = _rows(release, row["estimand"])
    has_events = mine["events_1"].notna() & mine["events_0"].notna() & (mine["kind"] != "amount")
    counted = mine[has_events].to_dict("records")
    if counted:
        names = ("events_1", "n_1", "events_0", "n_0")
        values = {name: _count(counted[0][name]) for name in names}
        beside = release.protocol.design == "comparison" and is_adjusted(row)
        return (Sentence(f"headline.events.{'beside' if beside else 'plain'}", values | _arm_words(release)),)
    if pd.isna(row["n_1"]) or pd.isna(row["n_0"]):
        return ()
    values = {name: _count(row[name]) for name in ("n_1", "n_0")}
    return (Sentence("headline.people", values | _arm_words(release)),)


def _left_out(release: Release) -> tuple[Sentence, ...]:
    """How many of each arm have no known outcome, where some have not and it may be told."""
    rows = release.unknown[release.unknown["estimand"] == release.protocol.primary].dropna(subset=["n", "known"])
    by_arm = {row["arm"]: row for row in rows.to_dict("records")}
    values: dict[str, Cell] = {}
    for which, arm in zip(("1", "0"), release.protocol.arms.compared(), strict=True):
        if arm.id not in by_arm:
            return ()
        n, known = by_arm[arm.id]["n"], by_arm[arm.id]["known"]
        values |= {f"unknown_{which}": _count(n - known), f"n_{which}": _count(n)}
    if all(values[f"unknown_{which}"].value == 0 for which in ("1", "0")):
        return ()
    return (Sentence("headline.left_out", values | _arm_words(release)),)


def _design(release: Release, *, adjusted: bool) -> str:
    design: str = release.protocol.design
    if release.protocol.compares and release.protocol.estimand(release.protocol.primary).among is not None:
        return "among"
    if design == "comparison" and not adjusted:
        return "comparison_crude"
    leaves = release.protocol.clock.index == "discharged_on" and design in {"randomised", "comparison"}
    return f"{design}_exit" if leaves else design


def _arm_words(release: Release) -> dict[str, Cell]:
    return {f"arm_{which}": _text(arm_label(release.protocol, "", which)) for which in ("1", "0")}


def _levels(one: ReleasedVerdict) -> dict[str, Cell]:
    # A goal is told as it was set: a half per cent is not rounded away.
    levels = [level for level in (one.low, one.high) if level is not None]
    decimals = 0 if all(abs(100 * level - round(100 * level)) < 1e-9 for level in levels) else 1
    if one.high is None:
        return {"low": Cell(format="percent", value=one.low, decimals=decimals)}
    return {"low": Cell(format="per_hundred", value=one.low, decimals=decimals),
            "high": Cell(format="percent", value=one.high, decimals=decimals)}  # fmt: skip


def _at_least(one: ReleasedVerdict, values: dict[str, Cell], *, exact: bool) -> tuple[Sentence, ...]:
    limit = {"limit": Cell(format="percent", value=one.conf_low), "low": values["low"]}
    said = [Sentence(f"verdict.at_least_{one.point}", values),
            Sentence("verdict.shown" if one.shown else "verdict.not_shown", limit)]  # fmt: skip
    if one.needed is not None:
        test = "verdict.needed_exact" if one.method == "exact_one_sided" else "verdict.needed"
        said.append(Sentence(test, {"needed": _count(one.needed), "n": _count(one.n)}))
    elif exact:
        said.append(Sentence("verdict.needed_impossible", {"n": _count(one.n)}))
    return tuple(said)


def _between(one: ReleasedVerdict, values: dict[str, Cell]) -> tuple[Sentence, ...]:
    from steget_eval.reporting.tables.goals import limit_cell

    said = [Sentence(f"verdict.band_{one.point}", values),
            Sentence("verdict.band_shown" if one.shown else "verdict.band_not_shown",
                     {"limits": limit_cell(one)})]  # fmt: skip
    if one.needed is not None and one.n is not None:
        key = "verdict.band_needed" if one.n < one.needed else "verdict.band_needed_met"
        said.append(Sentence(key, {"needed": _count(one.needed), "n": _count(one.n)}))
    return tuple(said)


def _per_hundred(row: Row) -> Cell:
    return Cell(format="per_hundred", value=float(row["estimate"]), decimals=0)


def _count(value: Any) -> Cell:
    return Cell(format="count", value=int(value))


def _text(label: Label) -> Cell:
    return Cell(format="text", label=label)
