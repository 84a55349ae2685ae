"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ProtocolFile = Annotated[Path, typer.Argument(metavar="PROTOCOL", help="A protocol.yaml.", show_default=False)]
RecordsFolder = Annotated[Path, typer.Argument(metavar="RECORDS", help="A folder of records.", show_default=False)]
ReportFolder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A report.", show_default=False)]
Out = Annotated[Path, typer.Option("--out", help="The folder of reports.")]
Force = Annotated[bool, typer.Option("--force", help="Run also what is done and has not changed.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress.")]
