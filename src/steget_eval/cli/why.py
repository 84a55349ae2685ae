"""The command that tells why a job would be run again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from steget_eval.cli.options import Out


def why(
    place: Annotated[
        Path, typer.Argument(metavar="JOB", help="A report's folder, or a batch.yaml.", show_default=False)
    ],
    job: Annotated[str | None, typer.Argument(metavar="[ID]", help="With a batch.yaml: the id of a job.")] = None,
    out: Out = Path("reports"),
) -> None:
    """Tell which of the reasons to run a job again has changed: what of its ingredients, or its own files.

    With a report's folder the notebook, protocol and records are those of its manifest; with a batch file also the
    parameters are those of now.
    """
    from steget_eval.cli.show import show_frame
    from steget_eval.face import explain_run

    found = explain_run(place, job, out)
    show_frame(found.to_frame())
    typer.echo(f"\nrun again: {', '.join(found.changed)}" if found.changed else "\nnothing has changed")
