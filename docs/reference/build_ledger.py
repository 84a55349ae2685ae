"""Writes docs/reference/ledger.md: the reproduction ledger as a table."""

from __future__ import annotations

from pathlib import Path

from steget_eval.study.reproduce import Reproduced, reproduce

PAGE = Path(__file__).with_name("ledger.md")

HEAD = """# The reproduction ledger

<!-- Written by `python docs/reference/build_ledger.py`; a test says when it is out of date. -->

Every published line of `data/trials/`, recomputed by `steget-eval reproduce`. What the verdicts and formulas mean:
[Evidence](evidence.md). The status of the counts is in the fourth column; a reconstructed count was never printed.

"""


def page() -> str:
    """Return the page as it should be."""
    ledger = reproduce()
    counts = [f"| {verdict.replace('_', ' ')} | {lines} |" for verdict, lines in ledger.counts.items()]
    rows = [_row(row) for row in ledger.rows]
    return "\n".join([
        HEAD + "| verdict | lines |", "|---|---:|", *counts, "",
        "| line | printed | counts | status | verdict | formula | reason |", "|---|---|---|---|---|---|---|", *rows, "",
    ])  # fmt: skip


def _row(row: Reproduced) -> str:
    cells = row_cells(row)
    return "| " + " | ".join(cell.replace("|", "/").replace("<", "&lt;") for cell in cells) + " |"


def row_cells(row: Reproduced) -> tuple[str, ...]:
    """Return the cells of one line."""
    trial, found = row.trial, row.judgement
    printed = [] if trial.published_estimate is None else [str(trial.published_estimate)]
    printed += [] if trial.published_low is None else [f"({trial.published_low} to {trial.published_high})"]
    printed += [f"{trial.percent_1} % v {trial.percent_0} %"] if trial.percent_1 and trial.percent_0 else []
    printed += [f"p {trial.p}"] if trial.p else []
    what = f"{trial.outcome.replace('_', ' ')}, {trial.measure.replace('_', ' ')} {' '.join(printed)}".rstrip()
    arms = [f"{x}/{n}" for x, n in ((trial.events_1, trial.n_1), (trial.events_0, trial.n_0)) if x is not None]
    formula = found.formula if row.verdict == "reproduced" else ""
    status = trial.status.replace("_", " ")
    return (trial.key, what, " v ".join(arms), status, row.verdict.replace("_", " "), formula, found.reason)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
