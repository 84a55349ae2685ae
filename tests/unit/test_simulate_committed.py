"""The committed synthetic records are what protocol, truth and seed give, byte for byte."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from steget_eval.core.shipped import shipped
from steget_eval.intake import check_records, read_records
from steget_eval.protocol import load_protocol
from steget_eval.simulate import load_truth, simulate_records

SCRIPT = runpy.run_path(str(shipped("data", "programmes", "build_synthetic.py")))
PROGRAMMES = tuple(SCRIPT["SEEDS"])


def test_the_script_writes_every_programme_with_a_truth():
    stated = shipped("data", "programmes").glob("*/truth.yaml")
    assert sorted(PROGRAMMES) == sorted(path.parent.name for path in stated)


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_the_script_gives_the_committed_bytes(programme: str, tmp_path: Path):
    SCRIPT["build"](programme, tmp_path)
    committed = shipped("data", "programmes", programme, "records")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert {"participants.csv", "records.yaml"} < set(names)
    assert names == sorted(path.name for path in committed.iterdir())
    assert all((tmp_path / name).read_bytes() == (committed / name).read_bytes() for name in names)


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_the_committed_records_read_back_as_they_were_simulated(programme: str):
    folder = shipped("data", "programmes", programme)
    protocol, truth = load_protocol(folder / "protocol.yaml"), load_truth(folder / "truth.yaml")
    simulated = simulate_records(protocol, truth, seed=SCRIPT["SEEDS"][programme])
    read = read_records(folder / "records")
    assert read.fingerprint == simulated.fingerprint
    assert read.card == simulated.card
    assert check_records(folder / "records").errors.sentences() == ()
