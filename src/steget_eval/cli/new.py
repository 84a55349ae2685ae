"""Scaffolds a programme's folder: a protocol with comments, a batch file, and synthetic records that fit."""

from __future__ import annotations

import shutil
from datetime import date
from importlib.resources import files
from pathlib import Path
from string import Template

from steget_eval.core.errors import InputError

#: The designs that a scaffold can be made for: those that the effect evaluation answers.
DESIGNS = ("randomised", "comparison", "single_arm")

_TWO_ARMS = """arms:
  treated: {id: programme, label: {sv: "programmet", en: "the programme"}}
  comparison: {id: usual, label: {sv: "sedvanligt stöd", en: "usual support"}}
"""
_ONE_ARM = """arms:
  treated: {id: programme, label: {sv: "programmet", en: "the programme"}}
"""


def scaffold(folder: Path, programme_id: str, design: str) -> None:
    """Write the folder of a new programme, whole or not at all.

    Raises
    ------
    InputError
        Where the folder has something in it already.
    """
    from steget_eval.intake import write_records
    from steget_eval.protocol import load_protocol
    from steget_eval.simulate import simulate_records

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: there is something there already; choose a folder that is new or empty")
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = folder.with_name(f".{folder.name}.new")
    try:
        beside.mkdir()
        values = {"id": programme_id, "design": design, "today": date.today().isoformat()}
        (beside / "protocol.yaml").write_text(_protocol(values), encoding="utf-8")
        (beside / "batch.yaml").write_text(Template(_part("batch")).substitute(values), encoding="utf-8")
        protocol = load_protocol(beside / "protocol.yaml")
        write_records(simulate_records(protocol, seed=protocol.seed), beside / "records")
        if folder.exists():
            folder.rmdir()
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _protocol(values: dict[str, str]) -> str:
    if values["design"] == "single_arm":
        parts = [_part("head"), _ONE_ARM, _part("middle"), _part("one_arm"), _part("tail")]
    else:
        parts = [_part("head"), _TWO_ARMS, _part("middle"), _part("two_arms_outcome"), _part("two_arms"), _part("tail")]
    primary = "employed_ever" if values["design"] == "comparison" else "employment"
    return Template("".join(parts)).substitute(values, primary=primary)


def _part(name: str) -> str:
    return files("steget_eval.cli").joinpath("scaffold", f"{name}.yaml").read_text(encoding="utf-8")
