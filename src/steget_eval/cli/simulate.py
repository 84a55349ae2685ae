"""The command that writes synthetic records, with what is true of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from steget_eval.cli.options import ProtocolFile, TruthFile

if TYPE_CHECKING:
    from steget_eval.simulate import Dirt, Truth

#: So many live once in each arm for the true values.
_LIVES = 200_000


def simulate(
    protocol: ProtocolFile,
    out: Annotated[Path, typer.Option("--out", help="A new or empty folder.", show_default=False)],
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same records.")] = 2026,
    truth: TruthFile = None,
    people: Annotated[int | None, typer.Option("--people", min=1, max=1_000_000, help="How many people.")] = None,
    confounding: Annotated[float, typer.Option("--confounding", min=0, help="Factor; 0 is as if drawn by lot.")] = 1.0,
    censoring: Annotated[float, typer.Option("--censoring", min=0, help="Factor on who withdraws or is lost.")] = 1.0,
    competing: Annotated[float, typer.Option("--competing", min=0, help="Factor on death and emigration.")] = 1.0,
    clustering: Annotated[float | None, typer.Option("--clustering", min=0, help="How unlike clusters are.")] = None,
    missing: Annotated[float, typer.Option("--missing", min=0, max=0.95, help="Share of empty baseline cells.")] = 0.0,
    dirt: Annotated[int, typer.Option("--dirt", min=0, help="So many slips of each kind, listed in dirt.csv.")] = 0,
    true_values: Annotated[bool, typer.Option("--true-values", help="Write the true answers to truth.csv.")] = False,
) -> None:
    """Write synthetic records that fit a protocol, drawn from a stated truth."""
    from steget_eval.core.errors import InputError
    from steget_eval.intake import write_records
    from steget_eval.protocol import load_protocol
    from steget_eval.simulate import Knobs, default_truth, simulate_records, soil_records, true_table, turn_knobs
    from steget_eval.study.answered import what_is_answered

    for place in (out, _beside(out, "dirt"), _beside(out, "truth")):
        if place.exists() and (not place.is_dir() or any(place.iterdir())):
            raise InputError(f"{place}: there is something there already; choose a folder that is new or empty")
    decided = load_protocol(protocol)
    knobs = Knobs(people=people, confounding=confounding, censoring=censoring, competing=competing,
                  clustering=clustering, missing=missing)  # fmt: skip
    stated = turn_knobs(read_truth(protocol, truth) or default_truth(decided), knobs)
    records = simulate_records(decided, stated, seed=seed)
    write_records(records, out)
    counts = ", ".join(f"{table} {rows}" for table, rows in records.counts().items())
    typer.echo(f"{out}: {counts}")
    if dirt:
        ledger = soil_records(out, _each_kind(dirt), seed=seed)
        _write(_beside(out, "dirt"), ledger.to_frame().to_csv(index=False))
    if true_values:
        table = true_table(decided, stated, people=_LIVES, seed=seed)
        _write(_beside(out, "truth"), table.to_frame().to_csv(index=False))
    sentence = what_is_answered(decided)
    if sentence:
        typer.echo(f"warning: {sentence}", err=True)


def read_truth(protocol: Path, given: Path | None) -> Truth | None:
    """Return the truth that is given, or that lies beside the protocol; None without either."""
    from steget_eval.simulate import load_truth

    beside = protocol.with_name("truth.yaml")
    file = given or (beside if beside.is_file() else None)
    if file is None:
        return None
    typer.echo(f"truth: {file}", err=True)
    return load_truth(file)


def _each_kind(many: int) -> Dirt:
    from steget_eval.simulate import Dirt

    return Dirt.model_validate({name: name == "windows_1252" or many for name in Dirt.model_fields})


def _beside(out: Path, what: str) -> Path:
    """Return the file beside the folder of records: what lies inside is read as records."""
    return out.with_name(f"{out.name}.{what}.csv")


def _write(place: Path, text: str) -> None:
    from steget_eval.runs.place import write_whole

    write_whole(place, text)
    typer.echo(place)
