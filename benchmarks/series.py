"""Asks the lines that follow units over periods of drawn series and panels, and writes how often their intervals held.

People are drawn and asked by `operating.py`; here the units are municipalities and months.
A quarter of an hour at full size on two cores.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402 - after the threads are set
from scipy.stats import binomtest  # noqa: E402

from steget_eval.core.errors import MethodError  # noqa: E402
from steget_eval.core.estimates import Estimates  # noqa: E402
from steget_eval.core.streams import stream  # noqa: E402
from steget_eval.methods.catalogue_panel import SEGMENTED  # noqa: E402
from steget_eval.methods.effects.group_time import NEVER  # noqa: E402
from steget_eval.methods.effects.interrupted import interrupted_series  # noqa: E402
from steget_eval.methods.effects.staggered import staggered_effects  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "operating-series.md"
SHIPPED = ROOT / "src" / "steget_eval" / "methods" / "rehearsed_series.yaml"
SEED = 20261122
LOW, HIGH = 0.94, 0.96
PERIODS, CARRIES, SIZES = (24, 36, 48, 72, 120), (0.0, 0.2, 0.4, 0.6), (8, 10, 20, 40)
AVERAGES = ("all", "mean=event", "event=1")
SCENARIOS = {
    "even": "half of the periods before",
    "uneven": "two thirds of the periods before",
    "season": "two thirds before, and two pairs of sine and cosine",
    "halves": "half of the units start, at two times",
    "four_start": "four units start, at two times",
    "covariate": "half of the units start, and trends follow a covariate of theirs",
}
SIMPLE = {"segmented_ar1": "autoregressive", "segmented": "newey_west"}
PANELS = {"group_time": "unadjusted", "group_time_regression": "regression", "group_time_ipw": "ipw",
          "group_time_doubly_robust": "doubly_robust"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One line in one scenario at one size; `rho` is what an error carries over of the one before."""

    method: str
    scenario: str
    size: int
    rho: float
    replicates: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How often the intervals of one contrast held the truth, among those told."""

    method: str
    scenario: str
    size: int
    rho: float
    contrast: str
    told: int
    refused: int
    coverage: float
    bias: float
    bias_mcse: float
    width: float

    @property
    def mcse(self) -> float:
        """Monte Carlo standard error of the coverage."""
        return float(np.sqrt(self.coverage * (1 - self.coverage) / self.told))

    @property
    def conforms(self) -> bool:
        """Whether the 99 % Monte Carlo interval of coverage, exact, meets 94-96 %."""
        found = binomtest(round(self.coverage * self.told), self.told).proportion_ci(0.99)
        return bool(found.high >= LOW and found.low <= HIGH)


def cells_of(series: int, iterated: int, panels: int, adjusted: int) -> Iterator[Cell]:
    """Yield every cell of the study; what takes longer is asked of fewer."""
    for method in SIMPLE:
        for scenario in ("even", "uneven", "season"):
            for size in PERIODS:
                for rho in CARRIES:
                    asked = series if scenario == "even" or method == "segmented" else iterated
                    yield Cell(method=method, scenario=scenario, size=size, rho=rho, replicates=asked)
    for scenario in ("halves", "four_start"):
        for size in SIZES:
            asked = series if size <= 10 else panels
            yield Cell(method="group_time", scenario=scenario, size=size, rho=0.5, replicates=asked)
    for method in list(PANELS)[1:]:
        for size in SIZES[2:3]:
            yield Cell(method=method, scenario="covariate", size=size, rho=0.5, replicates=adjusted)


def carried_over(rng: np.random.Generator, shape: tuple[int, int], rho: float) -> np.ndarray:
    """Return errors with standard deviation 1, each carrying over a part of the one before."""
    e = rng.normal(size=shape)
    for t in range(1, shape[1]):
        e[:, t] = rho * e[:, t - 1] + np.sqrt(1 - rho**2) * e[:, t]
    return e


def ask(cell: Cell) -> list[dict[str, Any]]:
    """Return what one cell came to, a row for each contrast."""
    rng = stream(SEED, cell.method, cell.scenario, str(cell.size), str(cell.rho))
    asked = _series if cell.method in SIMPLE else _panel
    rows: dict[str, list[tuple[float, float, float, float]]] = {}
    for _ in range(cell.replicates):
        for contrast, told in asked(rng, cell).items():
            rows.setdefault(contrast, []).append(told)
    return [asdict(_held(cell, contrast, np.array(told))) for contrast, told in rows.items()]


def _held(cell: Cell, contrast: str, told: np.ndarray) -> Held:
    found = told[np.isfinite(told[:, 1])]
    value, low, high, truth = found.T
    off = value - truth
    return Held(
        method=cell.method, scenario=cell.scenario, size=cell.size, rho=cell.rho, contrast=contrast, told=len(found),
        refused=cell.replicates - len(found), coverage=float(((low <= truth) & (truth <= high)).mean()),
        bias=float(off.mean()), bias_mcse=float(off.std(ddof=1) / np.sqrt(len(off))),
        width=float(np.median(high - low)),
    )  # fmt: skip


_Told = Mapping[str, tuple[float, float, float, float]]


def _series(rng: np.random.Generator, cell: Cell) -> _Told:
    T = cell.size
    since, t = (T // 2 if cell.scenario == "even" else 2 * T // 3), np.arange(T)
    after = t >= since
    y = 10 + 0.05 * t + after * (1 + 0.1 * (t - since)) + carried_over(rng, (1, T), cell.rho)[0]
    season = "none"
    if cell.scenario == "season":
        y, season = y + np.sin(2 * np.pi * t / 12), "harmonic"
    truths = dict(zip(SEGMENTED, (1.0, 0.1, 1 + 0.1 * (T - 1 - since)), strict=True))
    try:
        found = interrupted_series(y, since, season=season, errors=SIMPLE[cell.method])
    except MethodError:
        return dict.fromkeys(truths, (np.nan,) * 4)
    return {contrast: _of(found, truth, contrast=contrast) for contrast, truth in truths.items()}


def _panel(rng: np.random.Generator, cell: Cell) -> _Told:
    n, periods, t = cell.size, 8, np.arange(8)
    begun = 4 if cell.scenario == "four_start" else n // 2
    starts = np.where(np.arange(n) < begun, np.where(np.arange(n) % 2 == 0, 3, 5), NEVER)
    on = (starts[:, None] != NEVER) & (t >= starts[:, None])
    since = t - starts[:, None]
    x = rng.normal(size=(n, 1)) + 0.5 * (starts[:, None] != NEVER)
    y = rng.normal(size=(n, 1)) + 0.1 * t + 0.5 * carried_over(rng, (n, periods), cell.rho)
    y += on * (1 + 0.3 * since + 0.3 * rng.normal(size=(n, 1)))
    if cell.scenario == "covariate":
        y += 0.2 * x * t
    effects = 1 + 0.3 * since
    truths = {"all": effects[on].mean(), "mean=event": np.mean([1 + 0.3 * e for e in range(5)]), "event=1": 1.3}
    try:
        found = staggered_effects(y, starts, X=x, estimator=PANELS[cell.method], replicates=1)
    except MethodError:
        return dict.fromkeys(truths, (np.nan,) * 4)
    return {name: _of(found, float(truth), contrast="att", subgroup=name) for name, truth in truths.items()}


def _of(found: Estimates, truth: float, **columns: str) -> tuple[float, float, float, float]:
    row = found.only(**columns)
    return (row.estimate, row.conf_low, row.conf_high, truth)


def shortfalls(held: Sequence[Held]) -> list[dict[str, Any]]:
    """Return the contrasts that do not conform at every size, each at the largest size at which it does not."""
    rows = []
    for method in (*SIMPLE, *PANELS):
        names = {"all": "att"}
        for contrast in dict.fromkeys(one.contrast for one in held if one.method == method):
            if method in PANELS and contrast not in names:
                continue
            mine = [one for one in held if one.method == method and (one.contrast == contrast or method in PANELS)]
            wrong = [one for one in mine if not one.conforms]
            if not wrong:
                continue
            largest = max(one.size for one in wrong)
            worst = max((one for one in wrong if one.size == largest), key=lambda one: abs(one.coverage - 0.95))
            later = [one.size for one in mine if one.size > largest]
            rows.append({
                "method": method, "contrast": names.get(contrast, contrast), "size": largest,
                "coverage": round(worst.coverage, 3), "scenario": worst.scenario, "rho": worst.rho,
                "conforms_from": min(later) if later else None,
            })  # fmt: skip
    return rows


def page(held: Sequence[Held], replicates: Sequence[int]) -> str:
    """Return the page: what was drawn, what did not conform, and every cell with its Monte Carlo error."""
    wrong = [one.method for one in held if not one.conforms]
    lines = [
        "# Operating characteristics of series and panels", "",
        "How often the 95 % intervals of the lines that follow [units over periods](methods/panels.md) hold the truth.",
        f"Written by `benchmarks/series.py` (`make rehearse-series`), seed {SEED}: at least {replicates[1]:,} of each",
        f"series, {replicates[2]:,} of each panel, {replicates[3]:,} for the methods that adjust. In brackets the",
        "Monte Carlo error, in percentage points. A cell conforms where the exact 99 % Monte Carlo interval of",
        "its coverage meets 94–96 %; **bold** where it does not. Coverage is of the intervals told; how many were",
        f"refused stands beside. {len(wrong)} of {len(held)} cells do not conform, {wrong.count('segmented')} of them",
        "Newey-West's, and a report repeats it.", "",
        "Errors have standard deviation 1 in a series, and each carries over the share `rho` of the one before.",
        "A panel has 8 periods, errors of 0.5 that carry over 0.5, and effects that differ between units (0.3) and",
        "grow by 0.3 a period.", "",
    ]  # fmt: skip
    lines += [f"- `{name}`: {words}." for name, words in SCENARIOS.items()]
    for method in (*SIMPLE, *PANELS):
        mine = [one for one in held if one.method == method]
        contrasts = list(dict.fromkeys(one.contrast for one in mine))
        size = "periods" if method in SIMPLE else "units"
        lines += ["", f"## `{method}`", "", f"| scenario | {size} | rho | told | refused | " + " | ".join(
            f"`{one}`" for one in contrasts) + " |", "|---|---|---|---|---|" + "---|" * len(contrasts)]  # fmt: skip
        keys = list(dict.fromkeys((one.scenario, one.size, one.rho) for one in mine))
        for key in keys:
            row = [one for one in mine if (one.scenario, one.size, one.rho) == key]
            told = " | ".join(_shown(one) for one in row)
            lines.append(f"| {key[0]} | {key[1]} | {key[2]:.1f} | {row[0].told:,} | {row[0].refused} | {told} |")
    return "\n".join(lines) + "\n"


def _shown(one: Held) -> str:
    text = f"{100 * one.coverage:.1f} ({100 * one.mcse:.1f})"
    return text if one.conforms else f"**{text}**"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--series", type=int, default=2000)
    asked.add_argument("--iterated", type=int, default=500)
    asked.add_argument("--panels", type=int, default=300)
    asked.add_argument("--adjusted", type=int, default=300)
    asked.add_argument("--processes", type=int, default=2)
    asked.add_argument("--kept", type=Path, help="a folder in which what was asked is kept, so that a study goes on")
    asked.add_argument("--only", default="", help="ask cells of this method alone, and write no page")
    told = asked.parse_args()
    replicates = (told.series, told.iterated, told.panels, told.adjusted)
    cells = [one for one in cells_of(*replicates) if not told.only or one.method == told.only]
    with ProcessPoolExecutor(told.processes) as pool:
        made = list(pool.map(_Kept(folder=told.kept), cells))
    if told.only:
        return
    held = [Held(**row) for rows in made for row in rows]
    PAGE.write_text(page(held, replicates), encoding="utf-8")
    short = {"replicates": list(replicates), "short": shortfalls(held)}
    head = "# Written by benchmarks/series.py (make rehearse-series); not by hand.\n"
    SHIPPED.write_text(head + yaml.safe_dump(short, sort_keys=False), encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """Asks a cell, or reads what it came to when it was asked before."""

    folder: Path | None

    def __call__(self, cell: Cell) -> list[dict[str, Any]]:
        if self.folder is None:
            return ask(cell)
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / ("-".join(str(one) for one in asdict(cell).values()) + ".json")
        if not path.exists():
            path.write_text(json.dumps(ask(cell)), encoding="utf-8")
        found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        return found


if __name__ == "__main__":
    main()
