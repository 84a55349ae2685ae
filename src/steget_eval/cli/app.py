"""The commands of `steget-eval`; what they need is imported when they are called, so that --help is quick."""

from __future__ import annotations

import re
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from steget_eval.cli.audit import audit
from steget_eval.cli.batch import batch, report
from steget_eval.cli.cite import cite
from steget_eval.cli.importing import import_, recipe
from steget_eval.cli.key import key
from steget_eval.cli.lock import lock
from steget_eval.cli.options import (
    Place,
    ProtocolFile,
    RecordsFolder,
    RecordsPlace,
    Scheduler,
    TruthFile,
    WhereJobsRun,
    Workers,
)
from steget_eval.cli.refusing import Refusing
from steget_eval.cli.reproduce import reproduce
from steget_eval.cli.simulate import read_truth, simulate
from steget_eval.cli.verify import verify
from steget_eval.cli.why import why

if TYPE_CHECKING:
    from steget_eval.protocol import Protocol

app = typer.Typer(
    cls=Refusing,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="From a protocol and records to a report that can be verified.",
    epilog="Exit codes: 0 done, 1 the data or the protocol are refused, 2 wrong usage, 3 a job failed.",
)

_SHIPPED = "data/programmes/ips_sydnarke_comparison"


def _id(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", value):
        raise typer.BadParameter("an id is small letters a–z, digits and _, and begins with a letter")
    return value


class Spoken(StrEnum):
    """The languages of a finding."""

    sv = "sv"
    en = "en"


class Design(StrEnum):
    """The designs of a scaffold."""

    randomised = "randomised"
    comparison = "comparison"
    single_arm = "single_arm"


@app.command(epilog=f"Example: steget-eval check {_SHIPPED}/protocol.yaml {_SHIPPED}/records")
def check(
    protocol: ProtocolFile,
    records: RecordsPlace,
    card: Annotated[
        Path | None, typer.Option("--card", help="For a database or a .duckdb file: the folder of its records.yaml.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="A CSV of the findings, in both languages.")] = None,
    language: Annotated[Spoken, typer.Option("--language", help="The language of the findings.")] = Spoken.en,
) -> None:
    """Tell whether a protocol and records can be used, what was found in the files, and who is in the cohort."""
    from steget_eval.cli.checked import checked, query_line
    from steget_eval.cli.mapped import mapping_line
    from steget_eval.cli.show import show_frame
    from steget_eval.cohort import build_cohort
    from steget_eval.core.errors import InputError
    from steget_eval.protocol import load_protocol
    from steget_eval.records import Records
    from steget_eval.study import evaluate, evaluate_panel
    from steget_eval.study.answered import what_is_answered
    from steget_eval.study.answers import method_lines
    from steget_eval.study.examples import check_examples
    from steget_eval.study.targets import check_targets

    faults: list[str] = []
    try:
        decided = load_protocol(protocol)
        for estimand in decided.estimands if not what_is_answered(decided) else ():
            method_lines(decided, estimand)
        check_targets(decided)
        examples = protocol.with_name("examples.yaml")
        if examples.is_file():
            typer.echo(f"examples  {check_examples(decided, examples)} come out as written")
        typer.echo(f"protocol  {decided.id}: {decided.design}, fingerprint {decided.fingerprint[:12]}")
    except InputError as error:
        faults.append(str(error))
    if not faults and decided.design == "prestudy":
        typer.echo(mapping_line(decided, records))
        return
    with checked(records, card) as found:
        findings = found.findings
        if out is not None:
            from steget_eval.runs.place import write_whole

            write_whole(out, findings.to_frame().to_csv(index=False))
        for finding in findings.warnings:
            typer.echo(f"warning   {finding.sentence(language.value)}{query_line(finding)}")
        faults += [f"{one.sentence(language.value)}{query_line(one)}" for one in findings.errors]
        if faults:
            raise InputError("\n".join(faults))
        if unanswered := what_is_answered(decided):
            typer.echo(f"warning   {unanswered}")
        opened = found.opened()
        counts = ", ".join(f"{table} {rows}" for table, rows in opened.counts().items())
        typer.echo(f"records   {opened.name} ({opened.card.origin}): {counts}; fingerprint {opened.fingerprint[:12]}")
        if decided.design == "aggregate" and isinstance(opened, Records):
            evaluate(decided, opened)  # refuses where protocol and counts do not fit
        if decided.panel is not None and isinstance(opened, Records):
            evaluate_panel(decided, opened)  # refuses where the records lack a unit or a period
        counted = all(outcome.counted is not None for outcome in decided.outcomes)
        if decided.design in {"aggregate", "prestudy"} or counted:
            return  # nobody to build a cohort of
        cohort = build_cohort(decided, opened)
        typer.echo("\nThe cohort, before the gate: not for publication.")
        show_frame(cohort.flow.to_frame())


@app.command(epilog=f"Example: steget-eval explain {_SHIPPED}/protocol.yaml employment")
def explain(
    protocol: ProtocolFile,
    estimand: Annotated[str | None, typer.Argument(help="An estimand's id; all of them without it.")] = None,
) -> None:
    """Tell what an estimand means, where it is computed and which test witnesses it."""
    from steget_eval.cli.explain import explain as parts_of
    from steget_eval.cli.show import show_pairs
    from steget_eval.protocol import load_protocol

    decided = load_protocol(protocol)
    _known_estimand(decided, estimand)
    for number, one in enumerate([estimand] if estimand else [one.id for one in decided.estimands]):
        if number:
            typer.echo()
        show_pairs(parts_of(decided, one))


@app.command(epilog=f"Example: steget-eval estimate {_SHIPPED}/protocol.yaml {_SHIPPED}/records --out estimates.csv")
def estimate(
    protocol: ProtocolFile,
    records: RecordsFolder,
    out: Annotated[Path, typer.Option("--out", help="The table to write; - prints it.")] = Path("estimates.csv"),
    internal: Annotated[bool, typer.Option("--internal", help="Past no gate: not for publication.")] = False,
) -> None:
    """Write the table of estimates, without a notebook; small counts stay in the house."""
    from steget_eval.face import estimates_csv
    from steget_eval.runs.place import write_whole

    answered = estimates_csv(protocol, records, internal=internal)
    text = answered.csv
    for sentence in answered.refusals:
        typer.echo(sentence, err=True)
    if internal:
        typer.echo("internal: these numbers have not passed the gate", err=True)
    if str(out) == "-":
        typer.echo(text, nl=False)
    else:
        write_whole(out, text)
        typer.echo(out)


@app.command(epilog="Example: steget-eval new data/programmes/mine --id mine --design comparison")
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.", show_default=False)],
    id: Annotated[str, typer.Option("--id", help="Small letters, digits and _.", show_default=False, callback=_id)],
    design: Annotated[Design, typer.Option("--design", help="How the arms came about.")] = Design.single_arm,
) -> None:
    """Scaffold a programme: a protocol to edit, a batch file, and synthetic records that fit."""
    from steget_eval.cli.new import scaffold

    scaffold(folder, id, design.value)
    typer.echo(f"{folder}: protocol.yaml, batch.yaml and synthetic records")
    typer.echo(f"next: steget-eval check {folder / 'protocol.yaml'} {folder / 'records'}")
    typer.echo(f"then: steget-eval batch {folder / 'batch.yaml'} --out reports")


@app.command(epilog=f"Example: steget-eval rehearse {_SHIPPED}/protocol.yaml --replicates 50")
def rehearse(
    protocol: ProtocolFile,
    replicates: Annotated[int, typer.Option("--replicates", min=2, help="Sets of synthetic records.")] = 200,
    estimand: Annotated[str | None, typer.Option("--estimand", help="An estimand's id; the primary without.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    truth: TruthFile = None,
    workers: Workers = 2,
    executor: WhereJobsRun = Place.local,
    scheduler: Scheduler = None,
) -> None:
    """Run a protocol's methods on synthetic records whose truth is known, and tell bias and coverage."""
    from steget_eval.cli.show import show_frame
    from steget_eval.face import rehearse as run
    from steget_eval.protocol import load_protocol

    decided = load_protocol(protocol)
    _known_estimand(decided, estimand)
    stated = read_truth(protocol, truth)
    found = run(
        decided,
        stated,
        estimand_id=estimand,
        replicates=replicates,
        seed=seed,
        executor=executor.value,
        workers=workers,
        scheduler=scheduler,
    )
    show_frame(found.to_frame())


for function, example in (
    (simulate, f"simulate {_SHIPPED}/protocol.yaml --out /tmp/records --seed 1"),
    (report, f"report {_SHIPPED}/protocol.yaml {_SHIPPED}/records --out reports"),
    (batch, "batch data/programmes/batch.yaml --out reports --only 'nsw_*'"),
    (lock, f"lock {_SHIPPED}/protocol.yaml"),
    (why, "why reports/shipped/ips_sydnarke"),
    (cite, "cite reports/shipped/ips_sydnarke"),
    (verify, "verify reports/shipped/ips_sydnarke"),
    (reproduce, "reproduce bejerholm2017_ies"),
    (audit, "audit table.csv"),
):
    app.command(epilog=f"Example: steget-eval {example}")(function)
app.command(name="import", epilog="Example: steget-eval import extract.csv --recipe sus_person --out records")(import_)
app.add_typer(recipe, name="recipe", epilog="Example: steget-eval recipe draft participants.xlsx --out recipe.yaml")


app.add_typer(key, name="key", help="Write a key for pseudonyms.")


def main() -> None:
    """Run the command line."""
    app(prog_name="steget-eval")


def _known_estimand(protocol: Protocol, estimand: str | None) -> None:
    from steget_eval.core.errors import SpecError

    ids = [one.id for one in protocol.estimands]
    if estimand is None or estimand in ids:
        return
    near = get_close_matches(estimand, ids, n=1)
    hint = f"did you mean {near[0]}?" if near else f"allowed: {', '.join(ids)}"
    raise SpecError(f"{protocol.id} has no estimand {estimand!r}; {hint}")
