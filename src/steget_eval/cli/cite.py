"""The command that tells how to cite a run."""

from __future__ import annotations

import typer

from steget_eval.cli.options import ReportFolder


def cite(folder: ReportFolder) -> None:
    """Print how to cite a report: as a sentence and as BibTeX. Who made it is yours to add."""
    from steget_eval.face import cite_report

    found = cite_report(folder)
    typer.echo(f"{found.text}\n\n{found.bibtex}")
