"""The command that holds a report to account."""

from __future__ import annotations

import typer

from steget_eval.cli.options import ReportFolder


def verify(folder: ReportFolder) -> None:
    """Run a report's job again, and hold every number, table and figure in it against what it gives."""
    from steget_eval.cli.show import show_frame
    from steget_eval.face import verify_report

    certificate = verify_report(folder)
    show_frame(certificate.to_frame())
    if not certificate.passed:
        typer.echo(f"\n{certificate.sentence}")
    typer.echo(f"{'PASS' if certificate.passed else 'FAIL'}  {folder}")
    raise typer.Exit(certificate.exit_code)
