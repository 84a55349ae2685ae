"""Prints results for a person at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from steget_eval.core.html import cell_text

if TYPE_CHECKING:
    import pandas as pd


def show_frame(frame: pd.DataFrame) -> None:
    """Print a frame as columns of text, numbers to the right."""
    names = [str(name) for name in frame.columns]
    rows = [[cell_text(value) for value in row] for row in frame.itertuples(index=False, name=None)]
    numeric = [frame[name].dtype.kind in "iuf" for name in frame.columns]
    widths = [max(len(line[place]) for line in [names, *rows]) for place in range(len(names))]
    for line in [names, *rows]:
        cells = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        )
        typer.echo("  ".join(cells).rstrip())


def show_pairs(pairs: list[tuple[str, str]]) -> None:
    """Print names and what they mean, aligned; a text of several lines is indented under its name."""
    width = max((len(name) for name, _ in pairs), default=0)
    for name, text in pairs:
        first, *rest = text.split("\n")
        typer.echo(f"{name.ljust(width)}  {first}".rstrip())
        for line in rest:
            typer.echo(f"{' ' * width}  {line}".rstrip())
