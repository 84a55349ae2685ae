"""The commands that make reports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from steget_eval.cli.options import (
    Force,
    Out,
    Place,
    ProtocolFile,
    Quiet,
    RecordsFolder,
    Scheduler,
    WhereJobsRun,
    Workers,
)

if TYPE_CHECKING:
    from steget_eval.runs.result import BatchResult


def report(
    protocol: ProtocolFile, records: RecordsFolder, out: Out = Path("reports"), force: Force = False,
    quiet: Quiet = False,
) -> None:  # fmt: skip
    """Make one report, in Swedish and English."""
    from steget_eval.face import run_report

    _end(run_report(protocol, records, out, force=force, quiet=quiet))


def batch(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A batch.yaml.", show_default=False)],
    out: Out = Path("reports"),
    workers: Workers = 2,
    executor: WhereJobsRun = Place.local,
    scheduler: Scheduler = None,
    only: Annotated[str | None, typer.Option("--only", help="Only jobs whose id fits the pattern.")] = None,
    force: Force = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be run, and why; run nothing.")] = False,
    quiet: Quiet = False,
) -> None:
    """Make every report of a batch file; what is done and has not changed is not run again."""
    from steget_eval.face import preview_batch, run_batch

    if dry_run:
        from steget_eval.cli.show import show_frame

        would = preview_batch(file, out, only=only, force=force)
        show_frame(would.to_frame())
        raise typer.Exit(would.exit_code)
    _end(
        run_batch(
            file,
            out,
            workers=workers,
            executor=executor.value,
            scheduler=scheduler,
            only=only,
            force=force,
            quiet=quiet,
        )
    )


def _end(result: BatchResult) -> None:
    """Tell the jobs that did not end well, then the path of the index last; exit with the batch's code."""
    for job in result.jobs:
        if job.state in {"refused", "failed"}:
            typer.echo(f"{job.job} {job.state}: {job.sentence}", err=True)
            for line in job.lines:
                typer.echo(f"    {line}", err=True)
    typer.echo(result.index)
    raise typer.Exit(result.exit_code)
