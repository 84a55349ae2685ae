"""The command that holds a report to account."""

from __future__ import annotations

import typer

from steget_eval.cli.options import ReportFolder


def verify(folder: ReportFolder) -> None:
    """Hold a report against its manifest, and its numbers against a new estimation."""
    from steget_eval.cli.show import show_frame
    from steget_eval.face import verify_report

    certificate = verify_report(folder)
    show_frame(certificate.to_frame())
    typer.echo(f"\n{'PASS' if certificate.passed else 'FAIL'}  {folder}")
    raise typer.Exit(certificate.exit_code)
