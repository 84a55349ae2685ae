"""The command that writes a key for pseudonyms."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

key = typer.Typer(no_args_is_help=True, help="The key by which identity numbers become pseudonyms.")


@key.callback()
def _group() -> None:
    """Keep `new` a word of its own, though it is the only one."""


@key.command(epilog="Example: steget-eval key new ~/keys/programme.key")
def new(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Outside the project's folder.", show_default=False)],
) -> None:
    """Write a new random key that only you can read; keep it, for a lost key never links the same persons again."""
    from steget_eval.intake.pseudonyms import write_key

    typer.echo(write_key(path))
