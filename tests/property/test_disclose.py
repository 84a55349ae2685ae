"""Whatever the results, nobody who has every released frame can work out a small number of people."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steget_eval.cohort import Flow, FlowStep
from steget_eval.core.columns import COUNT_NAMES, NUMBER_NAMES
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.streams import stream
from steget_eval.protocol import load_protocol
from steget_eval.protocol.disclosure import Disclosure
from steget_eval.reporting.gate import disclose
from steget_eval.reporting.release import Release
from steget_eval.study.results import Refusal, Results

PROTOCOL = load_protocol(
    Path(__file__).parents[2] / "data" / "programmes" / "ips_sydnarke_comparison" / "protocol.yaml"
)
ARMS = ("ips", "usual")
STATES = ("competitive_employment", "education", "none")
GONE = "not_followed"
LEVELS = ("woman", "man", "unknown")
MONTHS = (0, 6, 12, 18)
#: Estimand to outcome; the first three count overlapping people with a job.
QUESTIONS = {"employment": "employed_ever", "first_job": "employment", "employed_at_24": "employed_at_24",
             "education": "education"}  # fmt: skip
KINDS = {"first_job": "competing", "education": "competing"}


#: Names of numbers that stand as one in a frame, with their sum, or None where that is hidden too.
Pool = tuple[list[str], int | None]


class Attack:
    """Everything known as linear equations: what the tables add up to, and what was told."""

    def __init__(self) -> None:
        self.truth: dict[str, int] = {}
        #: Names of numbers that must not be found out, with whether a zero may be.
        self.secret: dict[str, bool] = {}
        self.sums: list[dict[str, int]] = []

    def number(self, name: str, value: int, *, secret: bool = False, zero_is_fine: bool = False) -> str:
        self.truth[name] = int(value)
        if secret:
            self.secret[name] = zero_is_fine
        return name

    def adds_up(self, whole: str, parts: list[str]) -> None:
        self.sums.append({whole: 1, **dict.fromkeys(parts, -1)})

    def found(self, told: dict[str, int], pools: list[Pool]) -> dict[str, int]:
        """Return every secret number that the told ones determine: no solution of the equations can vary it."""
        truth, secret = dict(self.truth), dict(self.secret)
        sums = list(self.sums)
        for pool, _ in pools:
            # That several numbers are small together is as much as that one of them is.
            name = " + ".join(pool)
            truth[name], secret[name] = sum(truth[one] for one in pool), all(secret[one] for one in pool)
            sums.append({name: 1, **dict.fromkeys(pool, -1)})
        pairs = [(dict.fromkeys(pool, 1), total) for pool, total in pools]
        equations = [*sums, *(pool for pool, total in pairs if total is not None)]
        names = [name for name in truth if name not in told]
        place = {name: number for number, name in enumerate(names)}
        matrix = np.zeros((len(equations), len(names)))
        for row, equation in enumerate(equations):
            for name, factor in equation.items():
                if name in place:
                    matrix[row, place[name]] = factor
        _, singular, right = np.linalg.svd(matrix, full_matrices=True)
        free = right[int((singular > 1e-9).sum()) :]
        fixed = np.abs(free).max(axis=0) < 1e-9 if len(free) else np.ones(len(names), dtype=bool)
        found = {name: truth[name] for name in secret if name in told or fixed[place[name]]}
        return {name: value for name, value in found.items() if value > 0 or not secret[name]}


def _up_to(rng: np.random.Generator, low: int, high: int) -> int:
    return int(rng.integers(low, high, endpoint=True))


def _split(rng: np.random.Generator, total: int, parts: int) -> list[int]:
    cuts = sorted(int(cut) for cut in rng.integers(0, total, size=parts - 1, endpoint=True))
    return [high - low for low, high in zip([0, *cuts], [*cuts, total], strict=True)]


@st.composite
def situations(draw: st.DrawFn) -> tuple[Results, Attack]:
    """Results of people who can exist, beside all that is true of them; a seed each, since shrinking helps nobody."""
    rng = stream(draw(st.integers(0, 2**32 - 1)), "situation")
    attack = Attack()
    sizes = {arm: _up_to(rng, 6, 70) for arm in ARMS}
    flow = _flow(rng, sizes, attack)
    counts, unknown = _answers(rng, sizes, attack)
    results = Results(
        protocol=PROTOCOL, records_fingerprint="", origin="synthetic", estimates=Estimates(tuple(_rows(counts))),
        verdicts=(), curves=_curves(rng, counts, attack), baseline=_baseline(rng, sizes, attack),
        states=_states(rng, sizes, attack), overlap=_overlap(sizes), unknown=unknown, flow=flow,
        refusals=_refusals(rng, counts),
        source={},
    )  # fmt: skip
    return results, attack


def _flow(rng: np.random.Generator, sizes: dict[str, int], attack: Attack) -> Flow:
    outside = _up_to(rng, 0, 12)
    rules = {rule: {arm: _up_to(rng, 0, 12) for arm in ARMS} for rule in ("period", "age", "job")}
    attack.number("outside", outside, secret=True)
    for arm in ARMS:
        attack.number(f"in {arm}", sizes[arm])
        for rule, by_arm in rules.items():
            attack.number(f"out {rule} {arm}", by_arm[arm], secret=True, zero_is_fine=True)
        attack.number(f"records {arm}", sizes[arm] + sum(by_arm[arm] for by_arm in rules.values()))
        attack.adds_up(f"records {arm}", [f"in {arm}", *(f"out {rule} {arm}" for rule in rules)])
    for rule, by_arm in rules.items():
        attack.number(f"out {rule} all", sum(by_arm.values()), secret=True, zero_is_fine=True)
        attack.adds_up(f"out {rule} all", [f"out {rule} {arm}" for arm in ARMS])
    attack.number("in all", sum(sizes.values()))
    attack.adds_up("in all", [f"in {arm}" for arm in ARMS])
    records = {arm: attack.truth[f"records {arm}"] for arm in ARMS}
    attack.number("records all", outside + sum(records.values()))
    attack.adds_up("records all", ["outside", *(f"records {arm}" for arm in ARMS)])
    steps = [FlowStep(kind="records", id="records", n=attack.truth["records all"], by_arm=records),
             FlowStep(kind="outside", id="lottery", n=outside, by_arm={})]  # fmt: skip
    steps += [FlowStep(kind="excluded", id=rule, n=sum(by_arm.values()), by_arm=by_arm)
              for rule, by_arm in rules.items()]  # fmt: skip
    steps.append(FlowStep(kind="included", id="included", n=sum(sizes.values()), by_arm=sizes))
    return Flow(tuple(steps))


def _answers(
    rng: np.random.Generator, sizes: dict[str, int], attack: Attack
) -> tuple[dict[str, dict[str, tuple[int, int]]], pd.DataFrame]:  # fmt: skip
    counts: dict[str, dict[str, tuple[int, int]]] = {one: {} for one in QUESTIONS}
    for arm in ARMS:
        with_job = _up_to(rng, 0, sizes[arm])
        for one in QUESTIONS:
            known = sizes[arm] - (0 if one in KINDS else _up_to(rng, 0, min(9, sizes[arm])))
            events = _up_to(rng, 0, known)
            if one in {"employment", "first_job"}:
                events = min(with_job, known)
            elif one == "employed_at_24":
                events = min(_up_to(rng, 0, with_job), known)
            counts[one][arm] = (known, events)
            attack.number(f"known {one} {arm}", known)
            attack.number(f"unknown {one} {arm}", sizes[arm] - known, secret=True, zero_is_fine=True)
            attack.adds_up(f"in {arm}", [f"known {one} {arm}", f"unknown {one} {arm}"])
            attack.number(f"with {one} {arm}", events, secret=True)
            attack.number(f"without {one} {arm}", known - events, secret=True)
            attack.adds_up(f"known {one} {arm}", [f"with {one} {arm}", f"without {one} {arm}"])
        for one, other in (("employment", "employed_at_24"), ("first_job", "employed_at_24"),
                           ("first_job", "employment")):  # fmt: skip
            apart = attack.truth[f"with {one} {arm}"] - attack.truth[f"with {other} {arm}"]
            if apart >= 0:
                name = attack.number(f"with {one} not {other} {arm}", apart, secret=True, zero_is_fine=True)
                attack.adds_up(f"with {one} {arm}", [f"with {other} {arm}", name])
    rows = [(one, arm, sizes[arm], counts[one][arm][0]) for one in QUESTIONS for arm in ARMS]
    return counts, pd.DataFrame(rows, columns=["estimand", "arm", "n", "known"])


def _rows(counts: dict[str, dict[str, tuple[int, int]]]) -> list[Estimate]:
    rows = []
    for one, by_arm in counts.items():
        (n_1, e_1), (n_0, e_0) = by_arm["ips"], by_arm["usual"]
        told = {"estimand": one, "outcome": QUESTIONS[one], "kind": KINDS.get(one, "binary"), "arm_1": "ips",
                "arm_0": "usual", "conf_low": -1.0, "conf_high": 1.0, "conf_level": 0.95, "std_error": 0.1,
                "p_value": 0.04, "unit": "proportion", "note": f"{e_1} of {n_1}"}  # fmt: skip
        shares = [events / n if n else 0.0 for events, n in ((e_1, n_1), (e_0, n_0))]
        if one not in KINDS:
            for which, n, events, share in (
                ("1", n_1, e_1, shares[0]),
                ("0", n_0, e_0, shares[1]),
            ):
                counted = {f"n_{which}": n, f"events_{which}": events}
                rows.append(Estimate(contrast=f"risk_{which}", method="newcombe", estimate=share, **counted, **told))
        rows.append(Estimate(contrast="risk_difference", method="aipw", estimate=shares[0] - shares[1] + 0.01, n_1=n_1,
                             n_0=n_0, **told))  # fmt: skip
        apart = shares[0] - shares[1]
        rows.append(Estimate(contrast="risk_difference", method="newcombe", estimate=apart, n_1=n_1, n_0=n_0,
                             events_1=e_1, events_0=e_0, **told))  # fmt: skip
        rows.append(Estimate(contrast="hazard_ratio", method="cox", estimate=0.1, **told))
    return rows


def _refusals(rng: np.random.Generator, counts: dict[str, dict[str, tuple[int, int]]]) -> tuple[Refusal, ...]:
    """Methods that refuse because of how few had the event, and say so, or for a reason that tells of nobody."""
    few = [
        Refusal(estimand=one, method="cox", reason=f"arm {arm} has {events} events; allowed: at least 5")
        for one, by_arm in counts.items()
        for arm, (_, events) in by_arm.items()
        if events < 5
    ]
    none = [
        Refusal(estimand=one, method="log", reason="nobody in an arm had the event, so there is no ratio")
        for one, by_arm in counts.items()
        if any(events == 0 for _, events in by_arm.values())
    ]
    plain = Refusal(estimand="education", method="ipw", reason="the arms do not overlap")
    return (*few, *none, *((plain,) if rng.integers(0, 2) else ()))


def _baseline(rng: np.random.Generator, sizes: dict[str, int], attack: Attack) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    for arm in ARMS:
        for covariate in ("age", "worked_last_year", "sex"):
            n = sizes[arm] - _up_to(rng, 0, 6)
            attack.number(f"has {covariate} {arm}", n)
            attack.number(f"lacks {covariate} {arm}", sizes[arm] - n, secret=True, zero_is_fine=True)
            attack.adds_up(f"in {arm}", [f"has {covariate} {arm}", f"lacks {covariate} {arm}"])
            levels = {"age": (), "worked_last_year": ("", "rest"), "sex": LEVELS}[covariate]
            parts = _split(rng, n, len(levels)) if levels else []
            for level, count in zip(levels, parts, strict=True):
                attack.number(f"level {covariate} {level} {arm}", count, secret=True)
            if levels:
                attack.adds_up(f"has {covariate} {arm}", [f"level {covariate} {level} {arm}" for level in levels])
            else:
                rows.append((covariate, "", arm, n, None, 40.0, 9.0, 0.1, 0.1))
            rows += [(covariate, level, arm, n, count, count / n if n else np.nan, np.nan, 0.1, 0.1)
                     for level, count in zip(levels, parts, strict=True) if level != "rest"]  # fmt: skip
    columns = ["covariate", "level", "arm", "n", "count", "mean", "sd", "smd", "smd_weighted"]
    return pd.DataFrame(rows, columns=columns).astype({"n": "Int64", "count": "Int64"})


def _states(rng: np.random.Generator, sizes: dict[str, int], attack: Attack) -> pd.DataFrame:
    rows = []
    for arm in ARMS:
        total, before = sizes[arm], f"in {arm}"
        for month in MONTHS:
            left = min(_up_to(rng, 0, 8), total)
            total -= left
            attack.number(f"followed {month} {arm}", total)
            attack.number(f"left {month} {arm}", left, secret=True, zero_is_fine=True)
            attack.adds_up(before, [f"followed {month} {arm}", f"left {month} {arm}"])
            before = f"followed {month} {arm}"
            for state, n in zip(STATES, _split(rng, total, 3), strict=True):
                attack.number(f"state {state} {month} {arm}", n, secret=True)
                rows.append((arm, month, state, n))
            attack.adds_up(before, [f"state {state} {month} {arm}" for state in STATES])
            gone = attack.number(f"state {GONE} {month} {arm}", sizes[arm] - total, secret=True, zero_is_fine=True)
            attack.adds_up(f"in {arm}", [before, gone])
            if total < sizes[arm]:
                rows.append((arm, month, GONE, sizes[arm] - total))
    return pd.DataFrame(rows, columns=["arm", "month", "state", "n"])


def _curves(rng: np.random.Generator, counts: dict[str, dict[str, tuple[int, int]]], attack: Attack) -> pd.DataFrame:
    rows = []
    horizon = PROTOCOL.clock.horizon_days
    for arm in ARMS:
        n, events = counts["first_job"][arm]
        dead = _up_to(rng, 0, n - events)
        ended = _up_to(rng, 0, n - events - dead)
        gone = [(_up_to(rng, 0, horizon - 1) * int(rng.integers(0, 5) > 0), kind) for kind, many in
                (("event", events), ("death_or_emigration", dead), ("ended", ended)) for _ in range(many)]  # fmt: skip
        gone += [(horizon, "ended")] * (n - len(gone))
        for cause in ("event", "death_or_emigration"):
            for day in sorted({0, *(day for day, _ in gone)}):
                mine = [kind for one, kind in gone if one == day]
                rows.append(("first_job", arm, cause, day, 0.1, 0.0, 0.2, sum(one >= day for one, _ in gone),
                             mine.count(cause), sum(kind not in {cause, "ended"} for kind in mine),
                             mine.count("ended")))  # fmt: skip
        through = n - events - dead - ended
        attack.number(f"at risk {arm}", through, secret=True)
        attack.number(f"lost {arm}", dead + ended, secret=True, zero_is_fine=True)
        attack.adds_up(f"without first_job {arm}", [f"at risk {arm}", f"lost {arm}"])
        for quarter in range(1, 4):
            day = round(horizon * quarter / 4)
            now = sum(one >= day for one, _ in gone)
            earlier = f"at risk {quarter - 1} {arm}" if quarter > 1 else f"known first_job {arm}"
            attack.number(f"at risk {quarter} {arm}", now, secret=True)
            step = attack.number(f"step {quarter} {arm}", attack.truth[earlier] - now, secret=True, zero_is_fine=True)
            attack.adds_up(earlier, [f"at risk {quarter} {arm}", step])
    columns = ["estimand", "arm", "cause", "time", "estimate", "conf_low", "conf_high", "at_risk", "events",
               "competing", "censored"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _overlap(sizes: dict[str, int]) -> pd.DataFrame:
    rows = [("ATT", arm, key, value) for arm, n in sizes.items()
            for key, value in (("n", float(n)), ("ess", float(n)), ("largest_weight_share", 1 / n))]  # fmt: skip
    return pd.DataFrame(rows, columns=["population", "arm", "key", "value"])


def _told(release: Release, attack: Attack) -> tuple[dict[str, int], list[Pool]]:
    """Return every number of people that the frames tell, and the sums of pooled ones."""
    told: dict[str, int] = {}
    pools: list[Pool] = []
    for row in release.estimates.to_dict("records"):
        for which, arm in (("1", "ips"), ("0", "usual")):
            if not pd.isna(row[f"n_{which}"]):
                told[f"known {row['estimand']} {arm}"] = row[f"n_{which}"]
                if row["contrast"] == f"risk_{which}" and not pd.isna(row["estimate"]):
                    # A share told of a known number gives back who had the event.
                    told[f"with {row['estimand']} {arm}"] = round(row["estimate"] * row[f"n_{which}"])
            if not pd.isna(row[f"events_{which}"]):
                told[f"with {row['estimand']} {arm}"] = row[f"events_{which}"]
    for row in release.unknown.dropna(subset=["n"]).to_dict("records"):
        told[f"in {row['arm']}"] = row["n"]
    for row in release.unknown.dropna(subset=["known"]).to_dict("records"):
        told[f"known {row['estimand']} {row['arm']}"] = row["known"]
    for row in release.overlap[release.overlap["key"].isin(["n", "ess"])].dropna().to_dict("records"):
        told[f"in {row['arm']}"] = int(row["value"])
    for row in release.baseline.to_dict("records"):
        if not pd.isna(row["n"]):
            told[f"has {row['covariate']} {row['arm']}"] = row["n"]
        if not pd.isna(row["count"]):
            told[f"level {row['covariate']} {row['level']} {row['arm']}"] = row["count"]
            if not pd.isna(row["mean"]) and row["mean"] > 0:
                told[f"has {row['covariate']} {row['arm']}"] = round(row["count"] / row["mean"])
    _tell_states(release, told, pools, attack)
    _tell_flow(release, told, pools)
    _tell_at_risk(release, told)
    return told, pools


def _tell_states(release: Release, told: dict[str, int], pools: list[Pool], attack: Attack) -> None:
    for (arm, month), mine in release.states.dropna(subset=["n"]).groupby(["arm", "month"]):
        shown = dict(zip(mine["state"], mine["n"], strict=True))
        told[f"in {arm}"] = mine["total"].iloc[0]
        told |= {f"state {state} {month} {arm}": n for state, n in shown.items() if state != "suppressed"}
        # Whoever knows that nobody had left by then knows that the pool holds nobody who had.
        nobody_left = attack.truth[f"state {GONE} {month} {arm}"] == 0
        if nobody_left:
            told[f"state {GONE} {month} {arm}"] = 0
        if "suppressed" in shown:
            there = STATES if nobody_left else (*STATES, GONE)
            rest = [state for state in there if state not in shown]
            pools.append(([f"state {state} {month} {arm}" for state in rest], shown["suppressed"]))


def _tell_flow(release: Release, told: dict[str, int], pools: list[Pool]) -> None:
    singly = set(release.flow["id"])
    for row in release.flow.to_dict("records"):
        name = {"records": "records", "included": "in", "excluded": f"out {row['id']}"}.get(row["kind"])
        if row["id"] == "suppressed":
            pool = [f"out {rule} {row['arm']}" for rule in ("period", "age", "job") if rule not in singly]
            pools.append((pool, None if pd.isna(row["n"]) else row["n"]))
        elif pd.isna(row["n"]):
            continue
        elif row["kind"] == "outside":
            told["outside"] = row["n"]
        else:
            told[f"{name} {row['arm']}"] = row["n"]


def _tell_at_risk(release: Release, told: dict[str, int]) -> None:
    horizon = PROTOCOL.clock.horizon_days
    names = {round(horizon * quarter / 4): f"at risk {quarter}" for quarter in range(1, 4)} | {horizon: "at risk"}
    for row in release.at_risk.dropna(subset=["at_risk"]).to_dict("records"):
        if row["time"] > 0:
            told[f"{names[int(row['time'])]} {row['arm']}"] = row["at_risk"]


_SOME = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
policies = st.builds(Disclosure, minimum_cell=st.integers(3, 8), publish_zero=st.booleans())
#: People, not weights: the columns of each frame that count them.
_COUNTS = {"estimates": COUNT_NAMES, "baseline": ("n", "count"), "states": ("n", "total"), "flow": ("n",),
           "unknown": ("n", "known"), "at_risk": ("at_risk",)}  # fmt: skip


@pytest.mark.slow
@settings(parent=_SOME, max_examples=200)
@given(situations(), policies)
def test_nobody_can_work_out_a_small_number_from_any_released_frames(
    made: tuple[Results, Attack], policy: Disclosure
) -> None:
    _attack(made, policy)


@_SOME
@given(situations(), policies)
def test_nobody_can_work_out_a_small_number_from_the_released_frames(
    made: tuple[Results, Attack], policy: Disclosure
) -> None:
    _attack(made, policy)


def _attack(made: tuple[Results, Attack], policy: Disclosure) -> None:
    results, attack = made
    told, pools = _told(disclose(results, policy), attack)
    for name, value in told.items():
        assert value == attack.truth[name], name
    for name, value in attack.found(told, pools).items():
        assert value >= policy.minimum_cell or (value == 0 and policy.publish_zero), f"{name} is found out: {value}"


@_SOME
@given(situations(), st.integers(3, 8))
def test_no_frame_holds_a_small_number_of_people(made: tuple[Results, Attack], smallest: int) -> None:
    release = disclose(made[0], Disclosure(minimum_cell=smallest))
    for frame, names in _COUNTS.items():
        for name in names:
            told = getattr(release, frame)[name].dropna()
            # That a rule excluded nobody, or that nobody of an arm, is no number of people.
            assert ((told >= smallest) | ((told == 0) & (frame == "flow"))).all(), f"{frame}.{name}"


@_SOME
@given(situations())
def test_a_suppressed_estimate_keeps_no_number_and_no_note(made: tuple[Results, Attack]) -> None:
    release = disclose(made[0])
    gone = release.estimates[release.estimates["suppressed"]]
    assert gone[[*NUMBER_NAMES, *COUNT_NAMES]].isna().all().all()
    assert (gone["note"] == "").all()
    hidden = set(gone["outcome"])
    same = release.estimates[release.estimates["outcome"].isin(hidden) & (release.estimates["subgroup"] == "all")]
    assert same["suppressed"].all()


@_SOME
@given(situations())
def test_no_refusal_that_is_told_says_how_few(made: tuple[Results, Attack]) -> None:
    release = disclose(made[0])
    for refusal in release.refusals:
        assert not any(sign.isdigit() for sign in refusal.reason)
        assert "nobody" not in refusal.reason or made[0].protocol.disclosure.publish_zero
    internal = disclose(made[0], internal=True)
    assert internal.refusals == made[0].refusals


@_SOME
@given(situations())
def test_every_told_step_of_a_curve_carries_enough_events(made: tuple[Results, Attack]) -> None:
    results, _ = made
    policy = results.protocol.disclosure
    release = disclose(results)
    shown = release.curves[~release.curves["suppressed"]]
    for (arm, cause), mine in shown.groupby(["arm", "cause"]):
        whole = results.curves[(results.curves["arm"] == arm) & (results.curves["cause"] == cause)]
        # A curve that starts at nobody tells those of day 0 with its next step; one that starts higher, apart.
        start = [0.0] if (mine.loc[mine["time"] == 0, "estimate"] > 0).any() else []
        days = [-1.0, *start, *sorted(mine.loc[mine["time"] > 0, "time"]), np.inf]
        if len(days) == 2:
            continue
        for low, high in pairwise(days):
            between = int(whole.loc[(whole["time"] > low) & (whole["time"] <= high), "events"].sum())
            assert between >= policy.minimum_cell or (high == np.inf and between == 0)
        at_risk = whole[whole["time"].isin([day for day in mine["time"] if day > 0])]["at_risk"]
        assert (at_risk >= max(policy.minimum_cell, policy.minimum_denominator)).all()


@given(situations())
@_SOME
def test_the_internal_view_takes_nothing_away(made: tuple[Results, Attack]) -> None:
    release = disclose(made[0], internal=True)
    told, _ = _told(release, made[1])
    assert release.internal
    assert not release.suppressions
    assert told["outside"] == made[1].truth["outside"]
    assert len(release.estimates.dropna(subset=["estimate"])) == len(made[0].estimates)
