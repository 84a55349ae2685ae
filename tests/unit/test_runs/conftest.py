"""A pretended programme that runs in a second, for the tests of runs."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from steget_eval.runs.batch import Batch, load_batch
from steget_eval.runs.job import Hooks

HOOKS = Hooks(
    inputs="runs_hooks:fingerprint_inputs",
    check="runs_hooks:check_notebook",
    write="runs_hooks:write_report",
    headline="runs_hooks:headline",
    trace="runs_hooks:trace",
)
BATCH = """
schema_version: 1
id: trial
jobs:
"""


@pytest.fixture
def programme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a protocol, records and a notebook of one small cell."""
    here = Path(__file__).parent
    monkeypatch.syspath_prepend(str(here))
    monkeypatch.setenv("PYTHONPATH", str(here))
    folder = tmp_path / "programme"
    (folder / "records").mkdir(parents=True)
    (folder / "protocol.yaml").write_text("id: pretended\n")
    (folder / "records" / "people.txt").write_text("a\nb\n")
    write_cells(folder / "small.ipynb", "print(len(open(f'{records}/people.txt').readlines()))")
    return folder


@pytest.fixture
def batch(programme: Path) -> Callable[..., Batch]:
    """Write a batch file with jobs given as YAML lines of a flow mapping, and load it."""

    def load(*jobs: str) -> Batch:
        lines = [f"  - {{notebook: small.ipynb, protocol: protocol.yaml, {job}}}" for job in jobs]
        file = programme / "batch.yaml"
        file.write_text(BATCH + "\n".join(lines) + "\n")
        return load_batch(file, HOOKS)

    return load


def write_cells(path: Path, *sources: str) -> None:
    """Write a notebook with a parameters cell and the given code cells."""
    tagged = new_code_cell("protocol: str = ''\nrecords: str = ''\nmonths: int = 24", metadata={"tags": ["parameters"]})
    nbformat.write(new_notebook(cells=[tagged, *map(new_code_cell, sources)]), path)
