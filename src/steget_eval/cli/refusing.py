"""Turns every refusal into a sentence on standard error and an exit code."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from steget_eval.core.errors import RunError, StegetError

#: Exit codes: the data, the protocol or a folder are refused; a job failed or a report does not verify.
REFUSED, FAILED = 1, 3


class Refusing(TyperGroup):
    """Commands that never answer bad input with a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; wrong usage exits with 2 before it gets here."""
        try:
            return super().invoke(ctx)
        except StegetError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(FAILED if isinstance(error, RunError) else REFUSED) from None
        except BrokenPipeError:
            raise  # whoever read us has left; the command line ends quietly by itself
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            typer.echo(f"{where}{(error.strerror or str(error)).lower()}", err=True)
            raise typer.Exit(REFUSED) from None
