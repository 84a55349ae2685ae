"""Values planted in every text of the records reach no file that a batch writes, whatever goes wrong."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from steget_eval.core.shipped import shipped
from steget_eval.face import run_batch

#: One for every text of a person, or of few: its row, its site, what was noted, done, counted, and its file.
CANARIES = {
    "id": "qzkanarie01", "site": "qzkanarie02", "note": "qzkanarie03", "service": "qzkanarie04",
    "period": "qzkanarie05", "category": "qzkanarie06", "source": "qzkanarie07",
}  # fmt: skip
#: A letter's case or a break inside the word would be the same word to a reader.
SEEN = re.compile("qz[^a-z0-9]{0,3}kanarie", re.IGNORECASE)
BATCH = """\
schema_version: 1
id: canaries
jobs:
  - {id: fine, notebook: effect_evaluation, protocol: protocol.yaml, records: records}
  - {id: crash, notebook: crash.ipynb, protocol: protocol.yaml, records: records}
  - {id: prints, notebook: prints.ipynb, protocol: protocol.yaml, records: records}
  - {id: hangs, notebook: hangs.ipynb, protocol: protocol.yaml, records: records, timeout_seconds: 8}
  - {id: dies, notebook: dies.ipynb, protocol: protocol.yaml, records: records}
  - {id: fit, notebook: effect_evaluation, protocol: misfit.yaml, records: records}
  - {id: broken, notebook: effect_evaluation, protocol: protocol.yaml, records: broken}
"""
#: Each reads a person's site and lets it out in a way of its own.
READ = "from steget_eval import read_records\nsite = read_records(records).frame('participants')['site'].iloc[0]"
OUT = {
    "crash": "try:\n    {}[site]\nexcept KeyError:\n    raise ValueError(f'nothing for {site}\\n  1 {site}')",
    "prints": "import sys, warnings\nprint(site, file=sys.stderr)\nwarnings.warn(site)\nsite",
    "hangs": "import time\nprint(site, flush=True)\ntime.sleep(600)",
    "dies": "import os, sys\nprint(site, file=sys.__stderr__, flush=True)\nos.kill(os.getpid(), 9)",
}


def _plant(folder: Path) -> None:
    """Put a canary into every text column of the records, and a person of its own site into the people."""
    people = (folder / "participants.csv").read_text(encoding="utf-8").splitlines()
    cells = [line.split(",") for line in people]
    site = cells[0].index("site")
    first = cells[1][0]
    cells[1][site] = CANARIES["site"]
    lines = [",".join([*cells[0], "note"]), *(",".join([*row, CANARIES["note"]]) for row in cells[1:])]
    (folder / "participants.csv").write_text("\n".join(lines).replace(first, CANARIES["id"]) + "\n", encoding="utf-8")
    spells = (folder / "spells.csv").read_text(encoding="utf-8").replace(first, CANARIES["id"])
    (folder / "spells.csv").write_text(spells, encoding="utf-8")
    (folder / "services.csv").write_text(
        f"participant_id,delivered_on,service\n{CANARIES['id']},2017-01-01,{CANARIES['service']}\n", encoding="utf-8"
    )
    (folder / "counts.csv").write_text(
        f"period,category,sex,n\n{CANARIES['period']},{CANARIES['category']},woman,3\n", encoding="utf-8"
    )
    card = (folder / "records.yaml").read_text(encoding="utf-8")
    card = card.replace("baseline:\n", "baseline:\n  note: {type: text, label: {sv: anteckning, en: note}}\n")
    card += f"accounting:\n- {{file: {CANARIES['source']}.xlsx, table: participants, fate: kept, rows: 1}}\n"
    (folder / "records.yaml").write_text(card, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A batch of reports that are made, refused and broken, on records full of canaries."""
    source = shipped("data") / "programmes" / "ips_sydnarke_comparison"
    place = tmp_path / "canaries"
    shutil.copytree(source / "records", place / "records")
    _plant(place / "records")
    shutil.copytree(place / "records", place / "broken")
    with (place / "broken" / "spells.csv").open("a", encoding="utf-8") as file:
        file.write(f"{CANARIES['id']},{CANARIES['site']},{CANARIES['note']},,,,,\n")
    protocol = (source / "protocol.yaml").read_text(encoding="utf-8")
    (place / "protocol.yaml").write_text(protocol, encoding="utf-8")
    (place / "misfit.yaml").write_text(protocol.replace("id: ips\n", "id: other\n").replace("id: ips,", "id: other,"))
    tagged = new_code_cell("protocol: str = ''\nrecords: str = ''", metadata={"tags": ["parameters"]})
    for name, source_text in OUT.items():
        cells = [tagged, new_code_cell(READ), new_code_cell(source_text)]
        nbformat.write(new_notebook(cells=cells), place / f"{name}.ipynb")
    (place / "batch.yaml").write_text(BATCH, encoding="utf-8")
    return place


@pytest.mark.slow
def test_no_value_of_a_person_stands_in_anything_that_a_batch_writes_or_says(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "reports"
    got = run_batch(folder / "batch.yaml", out)
    states = {job.job: job.state for job in got.jobs}
    assert states["fine"] == "done", got.to_frame().to_string()
    assert all(states[name] == "failed" for name in OUT)
    assert states["broken"] == "refused"
    written = [path for path in out.rglob("*") if path.is_file()]
    assert {f"{name}.failed.ipynb" for name in OUT} <= {path.name for path in written}
    assert len(written) >= 12
    leaks = [path for path in written if SEEN.search(path.read_bytes().decode("utf-8", "replace"))]
    assert not leaks
    assert not [path for path in written if SEEN.search(path.name)]
    said = "".join(capfd.readouterr()) + got.to_frame().to_string() + repr(got)
    assert "crash" in said
    assert not SEEN.search(said)
