"""Each of the five programmes has a batch of its own, with the jobs that it has in the batch of them all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from steget_eval.core.shipped import shipped

PROGRAMMES = shipped("data", "programmes")
FIVE = {
    "ips_sydnarke": {"ips_sydnarke", "ips_sydnarke_comparison"},
    "steget_2021": {"steget_2021"},
    "inkluderande_rehabilitering": {
        "inkluderande_rehabilitering", "inkluderande_rehabilitering_sub_projects", "inkluderande_rehabilitering_esf"
    },
    "gotland_2020_00682": {"gotland_2020_00682"},
    "steget_linkoping": {"steget_linkoping", "steget_linkoping_assessments"},
}  # fmt: skip


@pytest.mark.parametrize("programme", sorted(FIVE))
def test_a_programme_s_own_batch_runs_its_jobs_as_the_shipped_one_does(programme: str) -> None:
    own, shared = _jobs(PROGRAMMES / programme / "batch.yaml"), _jobs(PROGRAMMES / "batch.yaml")
    assert set(own) == FIVE[programme]
    assert own == {name: shared[name] for name in own}
    for job in own.values():
        assert all(Path(job[name]).exists() for name in ("protocol", "records"))


def _jobs(file: Path) -> Mapping[str, Mapping[str, Any]]:
    told = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert told["languages"] == ["sv", "en"]
    return {
        job["id"]: {**job, **{name: str((file.parent / job[name]).resolve()) for name in ("protocol", "records")}}
        for job in told["jobs"]
    }
