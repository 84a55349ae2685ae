"""Runs the recovery study of every method and writes what came of it: a page, a table and a picture.

Two processes by default, each on one thread. Hours at full size: `make rehearse`.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from steget_eval.methods.rehearsed import Shortfall  # noqa: E402 - after the threads are set
from steget_eval.simulate.drawn_people import SCENARIOS  # noqa: E402
from steget_eval.study.operating import Operating, Spread, cases_of, operating_characteristics, work  # noqa: E402
from steget_eval.study.operating_lines import elsewhere  # noqa: E402

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "operating-characteristics.md"
SHIPPED = Path(__file__).resolve().parents[1] / "src" / "steget_eval" / "methods" / "rehearsed.yaml"
SEED = 20261122
SCENARIO_WORDS = {
    "base": "arms by lot; last seen between day 500 and 2,500; a few leave without a job",
    "null": "as base, but the arms do the same",
    "confounding": "the arm depends on both covariates",
    "reservoir": "as confounding, but only one in four is in arm 1: matching without replacement has a choice",
    "censoring": "last seen between day 100 and 1,100, where the question is of day 730",
    "exits": "four times as many leave without a job, fewer of them in arm 1",
    "sites": "eight sites, whole sites to an arm by lot, people of a site alike",
    "missing": "whether the outcome was seen depends on a covariate, in opposite ways in the two arms; whether a later "
    "score was seen, on the last one that was",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Answers of tasks, kept as files, so that a study that was stopped goes on and a changed line is asked anew alone.

    They belong to the code they were asked of: name in `again` each line whose code has changed since.
    """

    folder: Path
    again: Collection[str] = ()

    def __call__(self, task: Mapping[str, Any]) -> dict[str, list[list[float]]]:
        """Return a task's answers, from the file or asked now."""
        name = "-".join(str(task[key]) for key in ("scenario", "people", "first", "last", "nested", "seed"))
        path = self.folder / f"{name}.json"
        held = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        wanted = [case.id for case in cases_of(task["scenario"])]
        known = {one: held[one] for one in wanted if one in held and one.rsplit("/", 1)[-1] not in self.again}
        if all(one in known for one in wanted):
            return known
        known |= work({**task, "only": [one for one in wanted if one not in known]})
        self.folder.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".part").write_text(json.dumps(known), encoding="utf-8")
        path.with_suffix(".part").replace(path)
        return known


def spread_over(workers: int, kept: Kept | None = None) -> Spread:
    """Return what spreads tasks over processes and tells how far it has come."""

    def spread(function: Callable[[Mapping[str, Any]], Any], tasks: Sequence[Mapping[str, Any]]) -> list[Any]:
        began, done = time.monotonic(), []
        with ProcessPoolExecutor(workers) as pool:
            for answer in pool.map(function if kept is None else kept, tasks):
                done.append(answer)
                print(f"{len(done)} of {len(tasks)} tasks, {time.monotonic() - began:.0f} s", flush=True)
        return done

    return spread


def figure(value: float, digits: int = 3) -> str:
    """Return a number, or nothing where there is none."""
    return "" if math.isnan(value) else f"{value:.{digits}f}"


def with_error(value: float, error: float) -> str:
    """Return a number with its Monte Carlo error in brackets."""
    return "" if math.isnan(value) else f"{value:.4f} ({error:.4f})"


def verdict(row: Operating) -> str:
    """Return yes, no, or that it was only shown."""
    if not row.judged:
        return "shown only"
    return "yes" if row.meets else "**no**"


def cells(row: Operating) -> tuple[str, ...]:
    """Return the cells of a row of the page."""
    return (
        f"`{row.line}`", row.contrast, f"{row.case.split('/')[0]}, {row.population}", f"{row.people}",
        f"{row.replicates:,}", f"{row.refused}", with_error(row.bias, row.bias_mcse), figure(row.empirical_se, 4),
        figure(row.model_se, 4), with_error(row.coverage, row.coverage_mcse),
        with_error(row.rejected, row.rejected_mcse), verdict(row),
    )  # fmt: skip


def shortfalls(rows: Sequence[Operating]) -> list[Shortfall]:
    """Return the lines with intervals that do not conform in every scenario they are judged in, at every size."""
    found = []
    for case in sorted({row.case for row in rows if row.judged and not math.isnan(row.coverage)}):
        mine = [row for row in rows if row.case == case and row.judged]
        sizes, short = sorted({row.people for row in mine}), [row for row in mine if not row.meets]
        if not short:
            continue
        largest = max(row.people for row in short)
        worst = max((row for row in short if row.people == largest), key=lambda row: abs(row.coverage - 0.95))
        # Of one arm the line saw half of the people.
        share = 2 if worst.contrast in {"risk_1", "mean_1"} else 1
        later = next((n // share for n in sizes if n > largest), None)
        found.append(Shortfall(
            kind=worst.kind, contrast=worst.contrast, method=worst.line, people=largest // share,
            coverage=round(worst.coverage, 4), scenario=worst.scenario, conforms_from=later,
        ))  # fmt: skip
    return found


def page(rows: Sequence[Operating], replicates: int, nested: int) -> str:
    """Return the page."""
    judged = [row for row in rows if row.judged]
    kept = sum(row.meets for row in judged)
    lines = [
        "# Operating characteristics", "",
        "Does an interval that says 95 % hold the truth 95 times in a hundred? Every line of the catalogue is run on",
        "people drawn from a world whose answers are known (`simulate/drawn_people.py`): a base case, then one thing",
        f"changed at a time; {replicates:,} sets of people for each scenario and size ({nested:,} where a method draws",
        "again itself), after Morris, White and Crowther (2019). `make rehearse` repeats it; the same seed gives the",
        "same figures.", "",
        "A line is *judged* only in scenarios that meet its assumptions: the 99 % Monte Carlo interval of its coverage",
        "must meet 94 to 96 %. Exact, mid-P and permutation lines and bounds have no upper limit. Tests are judged by",
        "how often they find a difference where there is none (4 to 6 %).", "",
        f"Of {len(judged)} judged rows {kept} do what they promise.", "",
        "![Coverage of every judged line](operating-characteristics.png)", "",
        "*Every judged row, ordered by coverage within its scenario; squares do not meet 94 to 96 % (the band).*", "",
        "| scenario | what is so |", "|---|---|",
        *(f"| {name} | {words} |" for name, words in SCENARIO_WORDS.items()), "",
    ]  # fmt: skip
    if short := shortfalls(rows):
        lines += ["## Lines that need more people, or another", "",
                  "| kind | contrast | line | coverage at its worst | with | in | conforms from |",
                  "|---|---|---|---:|---:|---|---:|"]  # fmt: skip
        lines += [
            f"| {one.kind} | {one.contrast} | `{one.method}` | {one.coverage:.3f} | {one.people} | {one.scenario} | "
            f"{one.conforms_from or 'none of these sizes'} |"
            for one in short
        ]
        lines.append("")
    lines += [
        "## Every row", "",
        "Bias and standard errors of ratios are on the logarithm. In brackets the Monte Carlo standard error. *Finds*",
        "is the type I error, in the scenario without an effect.", "",
    ]  # fmt: skip
    for scenario in SCENARIOS:
        mine = [row for row in rows if row.scenario == scenario]
        if not mine:
            continue
        titles = ("line", "contrast", "of", "people", "sets", "refused", "bias", "empirical SE", "mean SE", "coverage",
                  "finds", "meets")  # fmt: skip
        lines += [f"### {scenario}", "", f"| {' | '.join(titles)} |", "|---|---|---|" + "---:|" * 8 + "---|"]
        lines += [f"| {' | '.join(cells(row))} |" for row in mine]
        lines.append("")
    others = elsewhere()
    if others:
        lines += [
            "## Lines whose truth is drawn elsewhere",
            "",
            "| line | contrasts | recovery case |",
            "|---|---|---|",
        ]
        lines += [f"| `{line.name}` | {', '.join(line.contrasts)} | `{line.recovery}` |" for line in others]
        lines.append("")
    return "\n".join(lines)


def draw(rows: Sequence[Operating], path: Path) -> None:
    """Draw the coverage of every judged row, by scenario, with what is promised as a band."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    judged = [row for row in rows if row.judged and not math.isnan(row.coverage)]
    scenarios = [one for one in SCENARIOS if any(row.scenario == one for row in judged)]
    sizes = sorted({row.people for row in judged})
    fig, axes = plt.subplots(1, len(sizes), figsize=(9, 4), sharey=True, squeeze=False)
    for axis, n in zip(axes[0], sizes, strict=True):
        axis.axhspan(94, 96, color="#1d6b72", alpha=0.15, lw=0)
        for place, scenario in enumerate(scenarios):
            here = [row for row in judged if (row.scenario, row.people) == (scenario, n)]
            mine = sorted(here, key=lambda row: row.coverage)
            at = [place - 0.38 + 0.76 * (k + 0.5) / len(mine) for k in range(len(mine))]
            for meets, colour, mark in ((True, "#1d6b72", "o"), (False, "#b3451f", "s")):
                some = [(x, 100 * row.coverage) for x, row in zip(at, mine, strict=True) if row.meets == meets]
                axis.plot(*zip(*some, strict=True), mark, color=colour, ms=3) if some else None
        axis.set_xticks(range(len(scenarios)), scenarios, rotation=30, ha="right")
        axis.set_title(f"{n} people", fontsize=10, loc="left")
        axis.spines[["top", "right"]].set_visible(False)
    axes[0][0].set_ylabel("coverage, per cent")
    fig.tight_layout()
    fig.savefig(path, dpi=150, metadata={"Software": None})
    plt.close(fig)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=2000)
    parser.add_argument("--nested", type=int, default=500, help="where a method draws again itself")
    parser.add_argument("--people", type=int, nargs="+", default=[200, 400])
    parser.add_argument("--scenarios", nargs="+", default=list(SCENARIOS), choices=SCENARIOS)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="folder for what each task answered; a second run goes on from there")
    parser.add_argument("--again", nargs="+", default=[], help="lines to ask anew though their answers are kept")
    parser.add_argument("--out", type=Path, default=PAGE)
    told = parser.parse_args()
    kept = Kept(folder=told.keep, again=told.again) if told.keep else None
    rows = operating_characteristics(
        told.scenarios, told.people, replicates=told.replicates, nested=told.nested, seed=SEED,
        spread=spread_over(told.workers, kept),
    )  # fmt: skip
    told.out.write_text(page(rows, told.replicates, told.nested), encoding="utf-8")
    with told.out.with_suffix(".csv").open("w", encoding="utf-8", newline="") as file:
        names = list(Operating.__slots__)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([[getattr(row, name) for name in names] for row in rows])
    draw(rows, told.out.with_suffix(".png"))
    if told.out == PAGE:
        found = {
            "replicates": told.replicates,
            "people": told.people,
            "short": [asdict(one) for one in shortfalls(rows)],
        }
        head = "# Written by benchmarks/operating.py (make rehearse); not by hand.\n"
        SHIPPED.write_text(head + yaml.safe_dump(found, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main()
