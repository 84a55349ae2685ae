"""How many jobs run beside each other changes no byte of an answer."""

from pathlib import Path

import pytest

from steget_eval import run_batch
from steget_eval.core.shipped import shipped

FILE = """
schema_version: 1
id: same
jobs:
  - id: "{{protocol}}_{{copy}}"
    notebook: effect_evaluation
    protocol: {programmes}/{{protocol}}/protocol.yaml
    records: {programmes}/{{protocol}}/records
    over: {{protocol: [ips_sydnarke, ips_sydnarke_comparison], copy: [a, b]}}
"""


@pytest.mark.slow
def test_estimates_are_the_same_bytes_on_one_worker_and_on_eight(tmp_path: Path) -> None:
    file = tmp_path / "batch.yaml"
    file.write_text(FILE.format(programmes=shipped("data", "programmes")), encoding="utf-8")
    for workers in (1, 8):
        got = run_batch(file, tmp_path / str(workers), workers=workers, quiet=True)
        assert got.exit_code == 0, got.to_frame().to_string()
    one, eight = (tmp_path / name / "same" for name in ("1", "8"))
    for job in got.jobs:
        for name in ("estimates.csv", "report.ipynb"):
            assert (one / job.job / name).read_bytes() == (eight / job.job / name).read_bytes()
    for programme in ("ips_sydnarke", "ips_sydnarke_comparison"):
        tables = {(one / f"{programme}_{copy}" / "estimates.csv").read_bytes() for copy in "ab"}
        assert len(tables) == 1
