"""Imports a source's files by a recipe, and drafts a recipe from a file."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from steget_eval.intake.importing import Imported


class Origin(StrEnum):
    """Whether rows are about people who exist."""

    real = "real"
    synthetic = "synthetic"


def import_(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE…", help="Files of one source, or a database.", show_default=False)
    ],
    recipe: Annotated[str, typer.Option("--recipe", help="A recipe.yaml, or one that ships.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="A new or empty folder.", show_default=False)],
    people: Annotated[
        Path | None, typer.Option("--people", help="Records with the participants that the rows are about.")
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", formats=["%Y-%m-%d"], help="The day after the last that the files cover."),
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", help="The key of the pseudonyms, outside the project's folder.")
    ] = None,
    origin: Annotated[Origin | None, typer.Option("--origin", help="Where it is not as the recipe says.")] = None,
    consented: Annotated[
        Path | None, typer.Option("--consented", help="Ids of those who consented, one a line; nobody else is read.")
    ] = None,
    withdrawn: Annotated[
        Path | None, typer.Option("--withdrawn", help="Ids of those who withdrew their consent, one a line.")
    ] = None,
) -> None:
    """Make records of a source's files, and tell what became of every row of them."""
    from steget_eval.intake import read_records
    from steget_eval.intake.consent import read_lists
    from steget_eval.intake.importing import import_files, write_import
    from steget_eval.intake.pseudonyms import Pseudonymiser
    from steget_eval.intake.recipes import load_recipe

    pseudonymise = Pseudonymiser(key).pseudonym if key else None
    imported = import_files(
        files,
        load_recipe(recipe),
        people=read_records(people) if people else None,
        until=until.date() if until else None,
        pseudonymise=pseudonymise,
        lists=read_lists(consented=consented, withdrawn=withdrawn, pseudonymise=pseudonymise),
        origin=origin.value if origin else None,
    )
    write_import(imported, out)
    _tell(imported)
    counts = ", ".join(f"{table} {rows}" for table, rows in imported.records.counts().items())
    typer.echo(f"{out}: {counts}")


recipe = typer.Typer(no_args_is_help=True, help="Draft a recipe from a file, or list those that ship.")


@recipe.command(epilog="Example: steget-eval recipe draft participants.xlsx --out recipe.yaml")
def draft(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of the source.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="The recipe to write.")] = Path("recipe.yaml"),
    sheet: Annotated[str, typer.Option("--sheet", help="Which sheet of a workbook; the first without.")] = "",
) -> None:
    """Propose a recipe from a file's own columns; what people said stays in the file."""
    from steget_eval.cli.show import show_frame
    from steget_eval.core.errors import InputError
    from steget_eval.intake.recipes.draft import draft_recipe
    from steget_eval.runs.place import write_whole

    if out.exists():
        raise InputError(f"{out}: there is something there already; choose another name with --out")
    proposed = draft_recipe(file, sheet=sheet)
    write_whole(out, proposed.text)
    show_frame(proposed.to_frame())
    typer.echo(
        f"{out}: read it through, then: steget-eval import {quote(str(file))} --recipe {quote(str(out))} --out records"
    )


@recipe.command(name="list", epilog="Example: steget-eval recipe list")
def list_recipes() -> None:
    """List the recipes that ship."""
    from steget_eval.cli.show import show_pairs
    from steget_eval.intake.recipes import load_recipe, shipped_recipes

    show_pairs([(name, load_recipe(name).title.en) for name in shipped_recipes()])


def _tell(imported: Imported) -> None:
    for sentence in imported.conservation.sentences():
        typer.echo(sentence)
    for file, places in imported.unread.items():
        if places:
            typer.echo(f"not read  {file}: columns {', '.join(str(place) for place in places)} from the left")
    counted = [(kind, n) for kind, n in imported.identity_numbers.to_frame().itertuples(index=False) if n]
    if any(kind != "other" for kind, n in counted):
        typer.echo("identity numbers, made pseudonyms: " + ", ".join(f"{kind} {n}" for kind, n in counted))
    for label in imported.records.card.assumptions:
        typer.echo(f"{'know' if label in imported.notices else 'assumed':<9} {label.en}")
    for sentence in imported.findings.sentences():
        typer.echo(f"warning   {sentence}")
