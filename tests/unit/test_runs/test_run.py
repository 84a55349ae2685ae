"""A batch runs its jobs in their own processes, and leaves whole reports or none."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from steget_eval.core.errors import InputError
from steget_eval.runs.batch import Batch
from steget_eval.runs.entries import index_entries
from steget_eval.runs.manifest import read_manifest
from steget_eval.runs.place import Part, open_place
from steget_eval.runs.progress import Silent
from steget_eval.runs.result import BatchResult, JobResult
from steget_eval.runs.run import choose, run_batch

Load = Callable[..., Batch]
WHOLE = {
    "report.sv.html", "report.en.html", "report.ipynb", "estimates.csv", "headline.json", "manifest.json",
    "ro-crate-metadata.json",
}  # fmt: skip


class Heard(Silent):
    """Remembers what was begun and how it ended."""

    def __init__(self) -> None:
        self.jobs: list[str] = []

    def begun(self, job: str) -> None:
        self.jobs.append(job)

    def ended(self, result: JobResult) -> None:
        self.jobs.append(f"{result.job} {result.state}")


def write_cells(path: Path, *sources: str) -> None:
    tagged = new_code_cell("protocol: str = ''\nrecords: str = ''\nmonths: int = 24", metadata={"tags": ["parameters"]})
    nbformat.write(new_notebook(cells=[tagged, *map(new_code_cell, sources)]), path)


def run(batch: Batch, out: Path, **options: object) -> BatchResult:
    return run_batch(batch, out, index="runs_hooks:write_index", **options)  # type: ignore[arg-type]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "reports"


def test_a_report_folder_has_every_promised_artefact_and_a_manifest_that_tells_their_hashes(
    batch: Load, out: Path
) -> None:
    got = run(batch("id: one, records: records"), out)
    assert got.exit_code == 0
    place = out / "trial" / "one"
    assert got.jobs[0].folder == place
    assert names(place) == WHOLE
    manifest = read_manifest(place)
    assert set(manifest.artefacts) == WHOLE - {"manifest.json"}
    assert manifest.is_intact(place)
    assert (manifest.seed, manifest.package) == ("7", "0.1.0")
    assert (place / manifest.paths["protocol"]).resolve().name == "protocol.yaml"
    assert (place / "estimates.csv").read_text() == "estimate\n2\n"
    assert got.index is not None
    assert got.index.read_text() == "trial/one done"
    assert names(out / "trial") == {"one"}


def test_a_relative_folder_of_reports_is_that_of_the_caller(
    batch: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    got = run(batch("id: one, records: records"), Path("reports"))
    assert got.jobs[0].folder == Path("reports/trial/one")
    assert names(tmp_path / "reports" / "trial" / "one") == WHOLE


def test_a_kernel_is_this_interpreter_in_a_folder_of_its_own_whatever_kernels_the_machine_has(
    batch: Load, programme: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = tmp_path / "jupyter" / "kernels" / "python3"
    foreign.mkdir(parents=True)
    (foreign / "kernel.json").write_text(
        json.dumps({"argv": ["/bin/false"], "display_name": "x", "language": "python"})
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    tell = "import os, sys; from ipykernel.connect import get_connection_info as info; import json"
    write_cells(
        programme / "small.ipynb",
        f"{tell}; i = json.loads(info()); "
        "print(sys.executable, i['transport'], oct(os.stat(os.path.dirname(i['ip'])).st_mode)[-3:], "
        "os.environ['MPLBACKEND'], os.environ['PYTHONHASHSEED'], os.getcwd())",
    )
    got = run(batch("id: one, records: records"), out)
    assert got.exit_code == 0, got.jobs[0].sentence
    told = (out / "trial" / "one" / "estimates.csv").read_text().splitlines()[1]
    assert told == f"{sys.executable} ipc 700 Agg 0 {programme.resolve()}"


@pytest.mark.slow
def test_the_record_of_a_run_is_the_same_bytes_twice_and_tells_no_time_or_home(batch: Load, out: Path) -> None:
    one = batch("id: one, records: records")
    run(one, out)
    first = (out / "trial" / "one" / "report.ipynb").read_bytes()
    run(one, out, force=True)
    assert (out / "trial" / "one" / "report.ipynb").read_bytes() == first
    assert str(out.parent).encode() not in first


@pytest.mark.slow
def test_a_failing_cell_is_told_by_number_and_the_rest_of_the_batch_goes_on(
    batch: Load, programme: Path, out: Path
) -> None:
    write_cells(programme / "bad.ipynb", "x = 1", "raise ValueError('no such\\nthing')")
    jobs = batch("id: bad, records: records, parameters: {}", "id: good, records: records")
    bad = json.loads(json.dumps(jobs.jobs[0].to_json())) | {"notebook": str(programme / "bad.ipynb")}
    got = run(Batch(id="trial", jobs=(type(jobs.jobs[0]).from_json(bad), jobs.jobs[1])), out, workers=1)
    assert [(job.job, job.state) for job in got.jobs] == [("bad", "failed"), ("good", "done")]
    assert got.jobs[0].sentence.startswith("cell 4: ValueError: what it says is withheld")
    assert any("line 1" in line for line in got.jobs[0].lines)  # where in the code, for whoever ran it
    assert "ValueError" in got.jobs[0].lines[-1]
    (entry, _) = index_entries(out, "trial", got.jobs)
    assert entry["reason"] == {"sv": "cell 4: ValueError", "en": "cell 4: ValueError"}  # what it said may be a person's
    assert got.exit_code == 3
    assert names(out / "trial") == {"bad.failed.ipynb", "good"}
    assert "no such" in (out / "trial" / "bad.failed.ipynb").read_text()


@pytest.mark.slow
def test_the_notebook_of_a_failed_job_goes_when_the_job_succeeds(batch: Load, programme: Path, out: Path) -> None:
    one = batch("id: one, records: records")
    write_cells(programme / "small.ipynb", "1 / 0")
    assert run(one, out).exit_code == 3
    write_cells(programme / "small.ipynb", "print(1)")
    assert run(one, out).exit_code == 0
    assert names(out / "trial") == {"one"}


@pytest.mark.slow
def test_an_identity_number_in_an_error_is_not_told_and_not_kept(batch: Load, programme: Path, out: Path) -> None:
    number = "19121212-" + "1212"
    write_cells(programme / "small.ipynb", f"raise ValueError('19121212-' + '{number[-4:]}')")
    got = run(batch("id: one, records: records"), out)
    assert number not in got.jobs[0].sentence
    write_cells(
        programme / "small.ipynb",
        f"from steget_eval.core.errors import MethodError\nraise MethodError('19121212-' + '{number[-4:]}')",
    )
    got = run(batch("id: one, records: records"), out)
    assert number not in got.jobs[0].sentence
    assert "withheld" in got.jobs[0].sentence
    assert number not in (out / "trial" / "one.failed.ipynb").read_text()


def test_refused_inputs_are_told_before_a_kernel_starts_and_leave_nothing(
    batch: Load, programme: Path, out: Path
) -> None:
    (programme / "records" / "people.txt").write_text("refuse")
    heard = Heard()
    got = run(batch("id: one, records: records"), out, watcher=heard)
    sentence = {"en": "people.txt: row 1 is refused"}
    assert got.jobs[0] == JobResult(job="one", state="refused", reason=sentence, told=sentence)
    assert got.exit_code == 1
    assert heard.jobs == ["one refused"]
    assert names(out / "trial") == set()


@pytest.mark.slow
def test_a_notebook_that_refuses_what_it_was_given_is_a_refusal(batch: Load, programme: Path, out: Path) -> None:
    write_cells(
        programme / "small.ipynb",
        "from steget_eval.core.shipped import shipped",
        "shipped('nowhere')",
    )
    got = run(batch("id: one, records: records"), out)
    assert got.jobs[0].state == "refused"
    assert "nowhere" in got.jobs[0].sentence
    assert names(out / "trial") == set()


def test_absent_optional_records_are_skipped_in_the_batch_files_own_words(batch: Load, out: Path) -> None:
    got = run(batch("id: one, records: elsewhere, optional: {sv: Hämta dem., en: Fetch them.}"), out)
    assert (got.jobs[0].state, got.jobs[0].sentence) == ("skipped", "Fetch them.")
    assert got.exit_code == 0


def test_absent_records_that_are_not_optional_are_refused(batch: Load, out: Path) -> None:
    got = run(batch("id: one, records: elsewhere"), out)
    assert got.jobs[0].state == "refused"
    assert got.jobs[0].sentence.startswith("elsewhere: there are no records there")


def test_an_unknown_parameter_is_refused_with_the_nearest_name_before_a_kernel_starts(batch: Load, out: Path) -> None:
    heard = Heard()
    got = run(batch("id: one, records: records, parameters: {month: 12}"), out, watcher=heard)
    assert got.jobs[0].sentence == "parameters.month is not a parameter of small.ipynb; did you mean months?"
    assert heard.jobs == ["one refused"]


def test_an_output_that_is_no_block_fails_the_job(batch: Load, programme: Path, out: Path) -> None:
    write_cells(programme / "small.ipynb", "print('not a block')")
    got = run(batch("id: one, records: records"), out)
    assert (got.jobs[0].state, got.jobs[0].sentence) == ("failed", "cell 2 shows something that is not a block")
    assert names(out / "trial") == {"one.failed.ipynb"}


@pytest.mark.slow
def test_a_report_without_a_promised_artefact_is_no_report(batch: Load, programme: Path, out: Path) -> None:
    write_cells(programme / "small.ipynb", "print('nothing')")
    got = run(batch("id: one, records: records"), out)
    assert got.jobs[0].sentence == "the report lacks estimates.csv"
    assert names(out / "trial") == {"one.failed.ipynb"}


@pytest.mark.slow
def test_what_is_done_is_not_run_again_until_something_changes(batch: Load, programme: Path, out: Path) -> None:
    one = batch("id: one, records: records")
    place = out / "trial" / "one"
    run(one, out)
    before = (place / "manifest.json").read_bytes()
    heard = Heard()
    again = run(one, out, watcher=heard)
    assert (heard.jobs, again.jobs[0].sentence) == (["one done"], "unchanged")
    assert (place / "manifest.json").read_bytes() == before
    for change in (
        lambda: (place / "estimates.csv").write_text("altered"),
        lambda: (programme / "records" / "people.txt").write_text("a\nb\nc\n"),
        lambda: (programme / "protocol.yaml").write_text("id: other\n"),
        lambda: write_cells(programme / "small.ipynb", "print(5)"),
    ):
        change()
        heard = Heard()
        assert run(one, out, watcher=heard).exit_code == 0
        assert heard.jobs == ["one", "one done"]
    assert (place / "estimates.csv").read_text() == "estimate\n5\n"


@pytest.mark.slow
def test_force_runs_what_is_done(batch: Load, out: Path) -> None:
    one = batch("id: one, records: records")
    run(one, out)
    heard = Heard()
    run(one, out, force=True, watcher=heard)
    assert heard.jobs == ["one", "one done"]


@pytest.mark.slow
def test_jobs_run_beside_each_other_and_are_told_in_the_batchs_order(batch: Load, programme: Path, out: Path) -> None:
    write_cells(programme / "small.ipynb", "import time\ntime.sleep(2 if months == 24 else 0)\nprint(months)")
    heard = Heard()
    jobs = batch("id: slow, records: records", "id: quick, records: records, parameters: {months: 1}")
    got = run(jobs, out, workers=2, watcher=heard)
    assert heard.jobs == ["slow", "quick", "quick done", "slow done"]
    assert [job.job for job in got.jobs] == ["slow", "quick"]


@pytest.mark.slow
def test_a_job_that_takes_too_long_is_ended(batch: Load, programme: Path, out: Path) -> None:
    write_cells(programme / "small.ipynb", "import time\ntime.sleep(60)")
    started = time.monotonic()
    got = run(batch("id: one, records: records"), out, timeout=3)
    assert got.jobs[0].sentence.startswith("the job took longer than 3 seconds")
    assert time.monotonic() - started < 20  # 3 s, and the kernel's own ending
    assert not any(name.startswith(".") for name in names(out / "trial"))


@pytest.mark.slow
def test_a_dying_kernel_is_a_failed_job(batch: Load, programme: Path, out: Path) -> None:
    write_cells(programme / "small.ipynb", "x = 1", "import os\nos._exit(9)")
    got = run(batch("id: one, records: records"), out)
    assert got.jobs[0].state == "failed"
    assert got.jobs[0].sentence.startswith("cell 4: DeadKernelError")


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_run(batch: Load, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    heard = Heard()
    with pytest.raises(InputError, match="reports cannot be written here: not a directory"):
        run(batch("id: one, records: records"), tmp_path / "file" / "reports", watcher=heard)
    with pytest.raises(InputError, match="reports cannot be written here"):
        run(batch("id: one, records: records"), Path("/proc/reports"), watcher=heard)
    assert heard.jobs == []


def test_what_a_killed_run_left_is_removed_and_what_another_run_writes_is_not(tmp_path: Path) -> None:
    (tmp_path / ".one.00000000.part" / "report").mkdir(parents=True)
    living = Part(tmp_path, "two")
    open_place(tmp_path)
    assert names(tmp_path) == {living.path.name}
    living.discard()
    assert names(tmp_path) == set()


def test_a_report_taken_aside_by_a_run_killed_between_the_renames_comes_back(tmp_path: Path) -> None:
    old = tmp_path / ".one.00000000.part" / "old"
    old.mkdir(parents=True)
    (old / "estimates.csv").write_text("1")
    open_place(tmp_path)
    assert names(tmp_path) == {"one"}
    assert names(tmp_path / "one") == {"estimates.csv"}


def test_only_keeps_the_jobs_that_fit_and_refuses_a_pattern_that_fits_none(batch: Load) -> None:
    jobs = batch("id: nsw_a, records: records", "id: nsw_b, records: records", "id: tarp, records: records")
    assert [job.id for job in choose(jobs, "nsw_*").jobs] == ["nsw_a", "nsw_b"]
    with pytest.raises(InputError, match="no job fits 'ips_\\*'; the batch has nsw_a, nsw_b, tarp"):
        choose(jobs, "ips_*")


@pytest.mark.slow
def test_the_index_lists_reports_of_earlier_runs_after_this_batchs_own(batch: Load, out: Path) -> None:
    jobs = batch("id: first, records: records", "id: second, records: records")
    run(choose(jobs, "second"), out)
    got = run(choose(jobs, "first"), out)
    assert got.index is not None
    assert got.index.read_text() == "trial/first done\ntrial/second done"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_ended_leaves_no_process_and_its_next_start_leaves_nothing_half_written(
    number: signal.Signals, batch: Load, programme: Path, out: Path
) -> None:
    told = f"open({str(programme / 'pid')!r}, 'w').write(str(os.getpid()))"
    write_cells(programme / "small.ipynb", "import os, time", told, "time.sleep(60)")
    hooks = json.dumps(batch("id: one, records: records").jobs[0].to_json()["hooks"])
    code = f"""if True:
        from pathlib import Path
        from steget_eval.runs.batch import load_batch
        from steget_eval.runs.job import Hooks
        from steget_eval.runs.run import run_batch
        batch = load_batch({str(programme / "batch.yaml")!r}, Hooks(**{hooks}))
        run_batch(batch, Path({str(out)!r}), index="runs_hooks:write_index")
    """
    parent = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    pid = programme / "pid"
    while not pid.exists() or not pid.read_text():
        assert parent.poll() is None
        time.sleep(0.05)
    parent.send_signal(number)
    parent.wait(30)
    assert parent.returncode != 0
    until = time.monotonic() + 10
    while is_alive(int(pid.read_text())):
        assert time.monotonic() < until, "the kernel outlived its batch"
        time.sleep(0.1)
    if number == signal.SIGINT:
        assert names(out / "trial") == set()
    open_place(out / "trial")
    assert names(out / "trial") == set()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")  # a zombie that nobody has reaped is dead
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
