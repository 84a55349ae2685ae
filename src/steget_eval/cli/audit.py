"""The command that looks for what is wrong in a published table."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from steget_eval.methods.evidence.audit_findings import Audit

_WIDTH = 110


def audit(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A CSV file with the table as it was printed.", show_default=False)
    ],
) -> None:
    """Look for what is wrong in a published table, and for the counts that it leaves out."""
    from steget_eval.study.audit import audit_table

    _show(audit_table(file))


def _show(found: Audit) -> None:
    for finding in found.findings:
        typer.echo(f"{finding.weight:<13} {finding.row}  ({finding.rule})")
        typer.echo(textwrap.fill(finding.sentence, _WIDTH, initial_indent="    ", subsequent_indent="    "))
    if found.reconstructed:
        typer.echo("\nCounts that were not printed, with every count that their percentage allows")
    for one in found.reconstructed:
        status = "reconstructed_unique" if one.is_unique else "reconstructed_plausible"
        allowed = ", ".join(map(str, one.candidates)) or "none"
        left = "" if one.with_effect == one.candidates else f"; with the effect {', '.join(map(str, one.with_effect))}"
        typer.echo(f"    {one.row}, {one.arm}: {one.percent} % of {one.n} is {allowed}{left}  [{status}]")
    told = {1: "1 finding"}.get(len(found.findings), f"{len(found.findings) or 'no'} findings")
    typer.echo(f"\n{told} in {found.rows} row{'' if found.rows == 1 else 's'}")
