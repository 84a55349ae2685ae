"""The command that recomputes what others have published."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from steget_eval.study.reproduce import Reproduced, Reproduction

_WIDTH = 110


def reproduce(
    study: Annotated[str | None, typer.Argument(help="A study's id; every study without it.")] = None,
    trials: Annotated[
        Path | None, typer.Option("--trials", help="A CSV file in the library's layout; else the library itself.")
    ] = None,
) -> None:
    """Recompute what others have published, with a verdict on every line."""
    from steget_eval.study.reproduce import reproduce as ledger

    _show(ledger(study, path=trials))


def _show(ledger: Reproduction) -> None:
    for row in ledger.rows:
        typer.echo(_head(row))
        typer.echo(textwrap.fill(_reason(row), _WIDTH, initial_indent="    ", subsequent_indent="    "))
    typer.echo()
    for verdict, lines in ledger.counts.items():
        typer.echo(f"{verdict.replace('_', ' '):<20}{lines:>5}")


def _head(row: Reproduced) -> str:
    trial = row.trial
    printed = "" if trial.published_estimate is None else f" {trial.published_estimate}"
    limits = "" if trial.published_low is None else f" ({trial.published_low} to {trial.published_high})"
    p = "" if trial.p is None else f", p {trial.p}"
    months = "" if trial.follow_up_months is None else f" at {trial.follow_up_months} months"
    what = f"{trial.outcome.replace('_', ' ')}{months}: {trial.measure.replace('_', ' ')}{printed}{limits}{p}"
    return f"{row.verdict.replace('_', ' '):<19} {trial.key}  {what}"


def _reason(row: Reproduced) -> str:
    found = row.judgement
    formula = f"{found.formula}: " if found.formula and row.verdict == "reproduced" else ""
    tried = f" [tried: {', '.join(found.tried)}]" if found.tried else ""
    return f"{formula}{found.reason}; counts: {row.trial.status}{tried}"
