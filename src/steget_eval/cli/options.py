"""Arguments and options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Place(StrEnum):
    """Where jobs run."""

    serial = "serial"
    local = "local"
    dask = "dask"


ProtocolFile = Annotated[Path, typer.Argument(metavar="PROTOCOL", help="A protocol.yaml.", show_default=False)]
RecordsFolder = Annotated[Path, typer.Argument(metavar="RECORDS", help="A folder of records.", show_default=False)]
RecordsPlace = Annotated[
    str,
    typer.Argument(
        metavar="RECORDS", help="A folder of records, a .duckdb file or a database's address.", show_default=False
    ),
]
ReportFolder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A report.", show_default=False)]
Out = Annotated[Path, typer.Option("--out", help="The folder of reports.")]
Force = Annotated[bool, typer.Option("--force", help="Run also what is done and has not changed.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress.")]
Workers = Annotated[int, typer.Option("--workers", min=1, max=64, help="Jobs beside each other.")]
WhereJobsRun = Annotated[Place, typer.Option("--executor", help="Where jobs run.")]
Scheduler = Annotated[str | None, typer.Option("--scheduler", help="With dask: the address of an existing scheduler.")]
TruthFile = Annotated[
    Path | None, typer.Option("--truth", help="The truth to draw from; else truth.yaml beside the protocol, if any.")
]
