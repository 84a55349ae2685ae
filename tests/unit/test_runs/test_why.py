"""A report that stands is not made again, and what has changed is named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest

from steget_eval.core.errors import InputError
from steget_eval.runs.batch import Batch
from steget_eval.runs.fingerprint import reasons_to_run
from steget_eval.runs.manifest import draft_manifest, job_of, read_manifest, write_manifest
from steget_eval.runs.plan import explain_job, open_inputs
from steget_eval.runs.result import UNCHANGED
from steget_eval.runs.run import named, preview_batch
from steget_eval.runs.why import explain_reasons

Load = Callable[..., Batch]


@pytest.fixture
def made(batch: Load, tmp_path: Path) -> tuple[Batch, Path]:
    """A batch of one and the folder of its report, made without a kernel."""
    one = batch("id: one, records: records, parameters: {months: 12}")
    place = tmp_path / "reports" / "trial" / "one"
    finish(one, place)
    return one, place


def finish(batch: Batch, place: Path) -> None:
    """Write the folder of a report as a run of the batch's only job would leave it."""
    (job,) = batch.jobs
    place.mkdir(parents=True)
    for name in job.promised:
        (place / name).write_text("x")
    inputs = open_inputs(job)
    told = {"reasons": reasons_to_run(job, inputs), "inputs": inputs, "started": datetime.now(UTC)}
    write_manifest(place, draft_manifest(place, batch="trial", job=job, **told))


def test_nothing_has_changed_in_a_report_that_was_just_made(made: tuple[Batch, Path]) -> None:
    one, place = made
    assert explain_job(one.jobs[0], place).changed == ()
    preview = preview_batch(one, place.parents[1])
    assert preview.rows == (("one", "keep", UNCHANGED),)


def test_the_same_bytes_are_not_read_again_by_the_same_code(
    made: tuple[Batch, Path], programme: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, place = made
    opened: list[Path] = []
    import runs_hooks

    read = runs_hooks.fingerprint_inputs
    monkeypatch.setattr(runs_hooks, "fingerprint_inputs", lambda p, r: opened.append(r) or read(p, r))
    out = place.parents[1]
    assert (preview_batch(one, out).rows[0][1], opened) == ("keep", [])
    (programme / "records" / "people.txt").write_bytes(b"a\nb\n")  # written anew, the same bytes
    assert (preview_batch(one, out).rows[0][1], opened) == ("keep", [])
    (programme / "protocol.lock.json").write_text("{}")  # what lies beside the protocol may say something of it
    preview_batch(one, out)
    assert len(opened) == 1
    (programme / "records" / "people.txt").write_text("a\n")
    assert (preview_batch(one, out).rows[0][1], len(opened)) == ("run", 2)
    (programme / "records" / "people.txt").write_text("refuse")
    assert preview_batch(one, out).rows == (("one", "refuse", "people.txt: row 1 is refused"),)


@pytest.mark.parametrize(
    ("change", "name", "detail"),
    [
        ("notebook", "notebook", "→"),
        ("protocol", "protocol", "→"),
        ("records", "records", "→"),
        ("parameters", "parameters", "months 12 → 24"),
        ("languages", "parameters", "languages sv, en → sv"),
        ("artefact", "artefacts", "estimates.csv changed"),
        ("missing", "artefacts", "report.sv.html missing"),
    ],
)
def test_what_changed_is_named_alone(
    made: tuple[Batch, Path], programme: Path, change: str, name: str, detail: str
) -> None:
    one, place = made
    (job,) = one.jobs
    if change == "notebook":
        text = (programme / "small.ipynb").read_text()
        (programme / "small.ipynb").write_text(text.replace("print", "repr"))
    elif change == "protocol":
        (programme / "protocol.yaml").write_text("id: other")
    elif change == "records":
        (programme / "records" / "people.txt").write_text("a\n")
    elif change == "parameters":
        job = replace(job, parameters={"months": 24})
    elif change == "languages":
        job = replace(job, languages=("sv",))
    elif change == "artefact":
        (place / "estimates.csv").write_text("y")
    else:
        (place / "report.sv.html").unlink()
    found = explain_job(job, place)
    assert found.changed == (name,)
    assert detail in found.sentence


def test_code_environment_and_seed_are_reasons_of_their_own(
    made: tuple[Batch, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, place = made
    (job,) = one.jobs
    then = dict(read_manifest(place).reasons)
    assert explain_reasons(job, then | {"code": "0" * 64}, place).changed == ("code",)
    assert explain_reasons(job, then | {"seed": "8"}, place).sentence == "seed (7 → 8)"
    now = read_manifest(place).environment
    packages = now["packages"] | {"numpy": "1.0"}
    monkeypatch.setattr("steget_eval.runs.why.environment", lambda: now | {"packages": packages})
    found = explain_reasons(job, then | {"environment": "0" * 64}, place)
    assert found.changed == ("environment",)
    assert f"numpy {now['packages']['numpy']} → 1.0" in found.sentence


def test_a_manifest_tells_the_job_it_was_made_from_also_when_the_tree_has_moved(
    made: tuple[Batch, Path], tmp_path: Path
) -> None:
    one, place = made
    (job,) = one.jobs
    assert job_of(read_manifest(place), place, job.hooks) == job
    moved = tmp_path.with_name(tmp_path.name + "_moved")
    tmp_path.rename(moved)
    place = moved / place.relative_to(tmp_path)
    again = job_of(read_manifest(place), place, job.hooks)
    assert explain_job(again, place).changed == ()
    moved.rename(tmp_path)


def test_a_job_without_a_report_says_so(made: tuple[Batch, Path], tmp_path: Path) -> None:
    one, _ = made
    assert explain_job(one.jobs[0], tmp_path / "nowhere").sentence == "artefacts (there is no report yet)"
    assert preview_batch(one, tmp_path / "nowhere").rows == (("one", "run", "artefacts (there is no report yet)"),)


def test_an_unknown_job_is_refused_with_the_nearest(made: tuple[Batch, Path]) -> None:
    with pytest.raises(InputError, match=r"trial has no job 'on'; did you mean one\?"):
        named(made[0], "on")


def test_the_bytes_of_a_file_that_a_parameter_names_are_a_reason_of_their_own(
    batch: Load, programme: Path, tmp_path: Path
) -> None:
    from nbformat.v4 import new_code_cell, new_notebook

    source = "from pathlib import Path\nprotocol: str = ''\nrecords: str = ''\nlookup: Path = Path()\nwhere: str = ''"
    cells = [new_code_cell(source, metadata={"tags": ["parameters"]}), new_code_cell("print(lookup)")]
    nbformat.write(new_notebook(cells=cells), programme / "small.ipynb")
    (programme / "codes.csv").write_text("a;1\n")
    place = tmp_path / "reports" / "trial" / "one"
    one = batch("id: one, records: records, parameters: {lookup: codes.csv, where: codes.csv}")
    finish(one, place)
    assert explain_job(one.jobs[0], place).changed == ()
    (programme / "codes.csv").write_text("a;2\n")
    found = explain_job(one.jobs[0], place)
    assert found.changed == ("parameters.lookup",)  # `where` is a text, whatever it says
    assert preview_batch(one, place.parents[1]).rows[0][1] == "run"
    (programme / "codes.csv").unlink()
    assert explain_job(one.jobs[0], place).changed == ("parameters.lookup",)
