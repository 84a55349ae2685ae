"""The committed records of National Supported Work are what their script gives."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from steget_eval.core.shipped import shipped
from steget_eval.intake import check_records, read_records, write_records
from steget_eval.records import Records

FOLDER = shipped("data", "open", "nsw")


def _build_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("nsw_build", FOLDER / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def records() -> Records:
    return read_records(FOLDER / "records")


def test_the_committed_files_equal_what_the_script_gives(tmp_path: Path):
    write_records(_build_script().build(), tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted(path.name for path in (FOLDER / "records").iterdir())
    for name in names:
        assert (tmp_path / name).read_bytes() == (FOLDER / "records" / name).read_bytes(), name


def test_every_row_of_the_sources_is_kept(records: Records):
    assert records.counts() == {"participants": 16437, "statuses": 49311, "amounts": 49311}
    arms = records.frame("participants")["arm"].value_counts().to_dict()
    assert arms == {"cps": 15992, "nsw_control": 260, "supported_work": 185}


def test_the_records_have_neither_errors_nor_warnings():
    assert len(check_records(FOLDER / "records")) == 0


def test_the_published_difference_in_1978_earnings_is_in_the_records(records: Records):
    amounts = records.frame("amounts").query("occasion == 'year_1978'").set_index("participant_id")["value"]
    people = records.frame("participants").set_index("participant_id")["arm"]
    dollars = (amounts / 100).astype(float).groupby(people).mean()
    # LaLonde's trial in Dehejia & Wahba's sample: 1,794 dollars; CPS crude: -8,498. Half a dollar is their rounding.
    np.testing.assert_allclose(dollars["supported_work"] - dollars["nsw_control"], 1794, atol=0.5)
    np.testing.assert_allclose(dollars["supported_work"] - dollars["cps"], -8498, atol=0.5)


def test_employed_means_earnings_above_zero(records: Records):
    amounts = records.frame("amounts").set_index(["participant_id", "occasion"])["value"]
    status = records.frame("statuses").set_index(["participant_id", "occasion"])["occupation"]
    assert ((amounts > 0) == (status.reindex(amounts.index) == "employed")).all()
