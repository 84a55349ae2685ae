"""Times the methods beside their peers: medians of paired runs on one thread.

Ours and the peer take turns on the same arrays in one process, so that whatever else the machine does falls on both. R
runs as a process of its own and times itself, at the sizes where it ends within a coffee break. Times are whole days,
at most 730 distinct, as in any cohort of two years.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from steget_eval.core.streams import stream
from steget_eval.methods.effects.binary_adjusted import augmented
from steget_eval.methods.effects.competing import cumulative_incidence, time_lost
from steget_eval.methods.effects.fine_gray import fit_fine_gray
from steget_eval.methods.effects.time_to_event import rmst
from steget_eval.methods.missing.chained import Variable, impute
from steget_eval.methods.numerics.curves import kaplan_meier

SEED, HORIZON = 20261122, 730
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class People:
    t: np.ndarray
    d: np.ndarray
    a: np.ndarray
    y: np.ndarray
    X: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the table; `bound` in seconds, `peer` in seconds by name, NaN where there is none."""

    what: str
    n: int
    ours: float
    bound: float
    peer: str
    theirs: float


def people(n: int) -> People:
    """Return n people over two arms: ten covariates, two causes, a fifth censored."""
    draws = stream(SEED, "benchmark", n)
    X = draws.standard_normal((n, 10))
    a = (draws.random(n) < 1 / (1 + np.exp(-0.3 * X[:, 0]))).astype(np.int64)
    job = 0.001 * np.exp(0.3 * a + 0.2 * X[:, 1])
    day = np.ceil(draws.exponential(size=n) / (job + 0.0004)).astype(np.int64)
    cause = np.where(draws.random(n) < job / (job + 0.0004), 1, 2)
    end = np.minimum(draws.integers(200, 2600, n), HORIZON)
    seen = day <= end
    y = (draws.random(n) < 1 / (1 + np.exp(0.4 - 0.5 * a - 0.4 * X[:, 2]))).astype(np.int64)
    return People(t=np.where(seen, day, end), d=np.where(seen, cause, 0), a=a, y=y, X=X)


def paired(ours: Callable[[], object], theirs: Callable[[], object] | None, runs: int) -> tuple[float, float]:
    """Return the medians of `runs` turns each, after one of each that is not counted."""
    mine: list[float] = []
    other: list[float] = []
    for turn in range(runs + 1):
        for call, times in ((ours, mine), (theirs, other)):
            if call is None:
                continue
            began = time.perf_counter()
            call()
            if turn:
                times.append(time.perf_counter() - began)
    return statistics.median(mine), statistics.median(other) if other else math.nan


def by_r(script: str, who: People) -> float:
    """Return the seconds that R told for the expression `work(x)`, or NaN where R is not installed."""
    if shutil.which("Rscript") is None:
        return math.nan
    with tempfile.TemporaryDirectory() as folder:
        columns = np.column_stack([who.t, who.d, who.a, who.y, who.X])
        columns.astype("<f8").tofile(Path(folder) / "x.bin")
        text = (
            f'x <- matrix(readBin("{folder}/x.bin", "double", {columns.size}), ncol = 14, byrow = TRUE)\n'
            "t <- x[, 1]; d <- x[, 2]; a <- x[, 3]; y <- x[, 4]; X <- x[, 5:14]\n"
            "suppressMessages({library(survival); library(cmprsk); library(mice)})\n"
            f"cat(system.time({script})[['elapsed']])"
        )
        run = subprocess.run(["Rscript", "--vanilla", "-e", text], capture_output=True, text=True, check=True)
        return float(run.stdout.split()[-1])


def curves(n: int, runs: int) -> list[Line]:
    from lifelines import KaplanMeierFitter

    who = people(n)
    any_cause = (who.d > 0).astype(np.int64)
    t, d = who.t.astype(float), any_cause.astype(float)
    ours, theirs = paired(lambda: kaplan_meier(who.t, any_cause), lambda: KaplanMeierFitter().fit(t, d), runs)
    whole, _ = paired(lambda: _competing(who), None, runs)
    r = by_r("survfit(Surv(t, factor(d, 0:2)) ~ a)", who)
    return [
        Line(what="Kaplan–Meier with variance", n=n, ours=ours, bound=theirs, peer="lifelines", theirs=theirs),
        Line(what="Aalen–Johansen, time lost, both differences, with variance", n=n, ours=whole, bound=0.2,
             peer="R survfit (curves alone)", theirs=r),
    ]  # fmt: skip


def _competing(who: People) -> None:
    cumulative_incidence(who.t, who.d, who.a, horizon=700)
    time_lost(who.t, who.d, who.a, horizon=700)


def adjusted(n: int, runs: int) -> Line:
    import statsmodels.api as sm

    who = people(n)
    design = sm.add_constant(who.X)
    ours, theirs = paired(lambda: augmented(who.y, who.a, who.X), lambda: sm.Logit(who.a, design).fit(disp=0), runs)
    return Line(what="AIPW, ten covariates, with standard error", n=n, ours=ours, bound=5,
                peer="statsmodels, one logistic fit", theirs=theirs)  # fmt: skip


def regressions(n: int, bound: float, runs: int, *, with_r: bool) -> Line:
    who = people(n)
    ours, _ = paired(lambda: fit_fine_gray(who.t, who.d, who.X), None, runs)
    r = by_r("crr(t, d, X)", who) if with_r else math.nan
    return Line(what="Fine–Gray, ten covariates", n=n, ours=ours, bound=bound, peer="R crr", theirs=r)


def replicates() -> Line:
    samples = [people(400)]
    draws = stream(SEED, "replicates")
    base = samples[0]
    rows = [draws.integers(0, 400, 400) for _ in range(2000)]
    events = (base.d > 0).astype(np.int64)

    def ours() -> None:
        for row in rows:
            rmst(base.t[row], events[row], base.a[row], horizon=600)

    return Line(what="2,000 differences in restricted means", n=400, ours=paired(ours, None, 3)[0], bound=1,
                peer="", theirs=math.nan)  # fmt: skip


def imputation(runs: int) -> Line:
    who = people(400)
    data = np.column_stack([who.X[:, :8], who.y]).astype(float)
    data[stream(SEED, "holes").random(data.shape) < 0.15] = np.nan
    variables = [Variable(name=f"x{j}", kind="pmm") for j in range(8)] + [Variable(name="y", kind="binary")]
    ours, _ = paired(lambda: impute(data, variables, seed=SEED, sets=20, iterations=5), None, runs)
    r = by_r("{z <- as.data.frame(cbind(X[, 1:8], y)); set.seed(1); z[matrix(runif(3600) < .15, 400)] <- NA; "
             "z$y <- factor(z$y); mice(z, m = 20, maxit = 5, printFlag = FALSE)}", who)  # fmt: skip
    return Line(what="Multiple imputation, 20 sets, 9 variables, 5 turns", n=400, ours=ours, bound=1, peer="R mice",
                theirs=r)  # fmt: skip


def growth() -> list[tuple[str, float]]:
    """Return the exponent of n from 1e4 to 1e6, by method; n·log n is 1.10."""
    small, large = people(10_000), people(1_000_000)
    asked: dict[str, Callable[[People], object]] = {
        "Kaplan–Meier": lambda who: kaplan_meier(who.t, (who.d > 0).astype(np.int64)),
        "Aalen–Johansen and time lost": _competing,
        "AIPW": lambda who: augmented(who.y, who.a, who.X),
    }
    found = []
    for name, call in asked.items():
        times = [paired(lambda who=who, call=call: call(who), None, 3)[0] for who in (small, large)]  # type: ignore[misc]
        found.append((name, math.log(times[1] / times[0]) / math.log(100)))
    return found


def table(lines: list[Line]) -> str:
    rows = ["| what | people | seconds | bound | kept | peer | its seconds |", "|---|---:|---:|---:|---|---|---:|"]
    for one in lines:
        theirs = "" if math.isnan(one.theirs) else f"{one.theirs:.3g}"
        kept = "yes" if one.ours <= one.bound else "no"
        rows.append(f"| {one.what} | {one.n:,} | {one.ours:.3g} | {one.bound:.3g} | {kept} | {one.peer} | {theirs} |")
    return "\n".join(rows)


def main() -> None:
    if any(os.environ.get(name) != "1" for name in THREADS):
        # Libraries read these once, when they load.
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **dict.fromkeys(THREADS, "1")})
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--slow-peers", action="store_true", help="R's crr at a hundred thousand people too")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    lines = [*curves(asked.people, asked.runs), adjusted(asked.people, min(asked.runs, 3))]
    lines += [regressions(10_000, 0.3, asked.runs, with_r=True),
              regressions(100_000, 3, asked.runs, with_r=asked.slow_peers)]  # fmt: skip
    lines += [*resampling(asked.runs), replicates(), imputation(asked.runs)]
    sys.stdout.write(table(lines) + "\n\n| method | exponent of n, 10,000 to 1,000,000 |\n|---|---:|\n")
    sys.stdout.writelines(f"| {name} | {exponent:.2f} |\n" for name, exponent in growth())


def resampling(runs: int) -> list[Line]:
    """Time a thousand bootstrap replicates of the weighted risk difference, the score fitted anew in each."""
    from steget_eval.methods.effects.bootstrap import bootstrap_ipw

    found = []
    for n, bound in ((400, 0.15), (10_000, 2.0)):
        who = people(n)
        ours, _ = paired(lambda who=who: bootstrap_ipw(who.y, who.a, who.X[:, :5], seed=1, replicates=1000), None, runs)  # type: ignore[misc]
        theirs = _statsmodels_loop(who) if n == 400 else math.nan
        what = "1,000 bootstrap replicates of the weighted risk difference"
        found.append(Line(what=what, n=n, ours=ours, bound=bound, peer="statsmodels in a loop", theirs=theirs))
    return found


def _statsmodels_loop(who: People) -> float:
    import statsmodels.api as sm

    design = sm.add_constant(who.X[:, :5])
    draws = stream(SEED, "loop")
    began = time.perf_counter()
    for _ in range(1000):
        row = draws.integers(0, who.a.size, who.a.size)
        e = sm.Logit(who.a[row], design[row]).fit(disp=0).predict()
        w = np.where(who.a[row] == 1, 1 / e, 1 / (1 - e))
        for arm in (0, 1):
            np.average(who.y[row], weights=w * (who.a[row] == arm))
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
