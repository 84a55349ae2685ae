"""From the files of one source to records, with every row accounted for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np

from steget_eval.core.errors import RecordsError
from steget_eval.core.identity import IdentityTally
from steget_eval.intake.card import columns_of
from steget_eval.intake.consent import ConsentLists
from steget_eval.intake.findings import Findings
from steget_eval.intake.importing.conditions import holds
from steget_eval.intake.importing.conservation import Conservation, account
from steget_eval.intake.importing.known_people import beside_people, followed_to, known_people, ongoing_to
from steget_eval.intake.importing.landed import Work, land_all
from steget_eval.intake.importing.person import Pseudonymise, read_person
from steget_eval.intake.importing.source import Source, read_source
from steget_eval.intake.importing.typing import typed_tables
from steget_eval.intake.recipes.recipe import FileLayout, Notice, Recipe
from steget_eval.records.card import Label, RecordsCard
from steget_eval.records.records import Records
from steget_eval.records.tables import TABLES


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Imported:
    """What an import made.

    Attributes
    ----------
    records
        With the card that tells assumptions and accounting; each row knows its source file and row.
    findings
        Warnings only; errors refuse the import.
    notices
        What the recipe says is to know about this source, as far as it holds for these files.
    identity_numbers
        How many the key column had, by kind.
    unread
        Columns of each file that the recipe does not ask for, counted from the left.
    """

    records: Records
    conservation: Conservation
    findings: Findings
    notices: tuple[Label, ...]
    identity_numbers: IdentityTally
    unread: Mapping[str, tuple[int, ...]]


def import_files(
    files: Sequence[str | Path], recipe: Recipe, *, people: Records | None = None, until: date | None = None,
    pseudonymise: Pseudonymise | None = None, this_year: int | None = None,
    lists: ConsentLists | None = None,
    origin: Literal["real", "synthetic"] | None = None,
) -> Imported:  # fmt: skip
    """Return the records that files are by a recipe.

    Parameters
    ----------
    files
        Files of one layout, or the addresses of databases, of which the table that the recipe names in ``file.sheet``
        is read.
    people
        Records that the rows are added to; rows about anybody else, and spells that begin after a person's follow-up,
        are dropped and counted.
    until
        The day after the last that the files cover. Participants of the files whose follow-up has not ended are
        followed until then; those of `people` also where it ended with the study.
    pseudonymise
        For a recipe that says ``pseudonym: hmac``.
    this_year
        The year in which the files were written, where an identity number leaves the century open; this year without.
    lists
        Whose rows may be read: those of anybody else are dropped before anything is asked of them, and counted.
    origin
        Whether the rows are of real persons, where it is not as the recipe says.

    Raises
    ------
    RecordsError
        With one sentence for every fault: file, rows, column, what is allowed; never a cell. Where every row was
        dropped, with their reasons.
    """
    source = read_source(files, recipe)
    person = read_person(source, recipe, pseudonymise, this_year or date.today().year)
    people = followed_to(people, until)
    columns = {name: {one.name: one for one in columns_of(schema, _card(recipe, (), origin))}
               for name, schema in TABLES.items()}  # fmt: skip
    work = Work(source=source, person=person, recipe=recipe, columns=columns, known=known_people(people, recipe),
                lists=lists or ConsentLists())  # fmt: skip
    landed = land_all(work)
    conservation = account(landed.fates, landed.reasons, landed.derived, source)
    notices = tuple(one.message for one in recipe.notices if _is_told(one, source, recipe.file))
    card = _card(recipe, notices, origin).model_copy(
        update={"accounting": conservation.lines, "found": tuple(one.kept() for one in source.notes)}
    )
    if not landed.tables:
        raise RecordsError("\n".join([f"no row is left for the recipe {recipe.id}", *conservation.sentences()]))
    typed = typed_tables(ongoing_to(landed.tables, until), source, card, people)
    return Imported(
        records=Records(
            tables=typed.tables, card=beside_people(people, card), name=people.name if people else recipe.id
        ),
        conservation=conservation, findings=Findings((*source.notes, *typed.findings)), notices=notices,
        identity_numbers=person.tally,
        unread=source.unread,
    )  # fmt: skip


def _is_told(notice: Notice, source: Source, layout: FileLayout) -> bool:
    rows = holds(notice.when, source, layout, np.zeros(len(source), dtype=bool))
    return bool(rows.any() and not (notice.only_if_mixed and rows.all()))


def _card(recipe: Recipe, notices: tuple[Label, ...], origin: Literal["real", "synthetic"] | None) -> RecordsCard:
    return RecordsCard(
        schema_version=1, title=recipe.title, origin=origin or recipe.origin, source=recipe.source,
        licence=recipe.licence, citation=recipe.citation, baseline=recipe.baseline, occasions=recipe.occasions,
        items=recipe.items, instruments=recipe.instruments, assumptions=(*recipe.assumed(), *notices),
    )  # fmt: skip
