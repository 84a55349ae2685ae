"""Whatever is killed, full or forbidden, at whatever moment: no report is lost or half there."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from steget_eval.core.errors import InputError
from steget_eval.runs.batch import Batch
from steget_eval.runs.manifest import read_manifest
from steget_eval.runs.place import open_place
from steget_eval.runs.run import run_batch

Load = Callable[..., Batch]
#: How many processes are killed; 200 took ten minutes on two busy cores, 20 take about one.
KILLS = int(os.environ.get("STEGET_EVAL_KILLS", "20"))
JOBS = 12
INDEX = "runs_hooks:write_index"
RUN = """if True:
    import sys
    from pathlib import Path
    from steget_eval.runs.batch import load_batch
    from steget_eval.runs.job import Hooks
    from steget_eval.runs.run import run_batch
    batch = load_batch({file!r}, Hooks(**{hooks}))
    got = run_batch(batch, Path({out!r}), index="runs_hooks:write_index", workers=2, force={force})
    sys.exit(got.exit_code)
"""


def write_cells(path: Path, *sources: str) -> None:
    tagged = new_code_cell("protocol: str = ''\nrecords: str = ''\nmonths: int = 24", metadata={"tags": ["parameters"]})
    nbformat.write(new_notebook(cells=[tagged, *map(new_code_cell, sources)]), path)


def many(count: int) -> tuple[str, ...]:
    return tuple(f"id: job_{n}, records: records, parameters: {{months: {n}}}" for n in range(count))


def start(batch: Batch, programme: Path, out: Path, *, force: bool = False) -> subprocess.Popen[bytes]:
    hooks = json.dumps(batch.jobs[0].to_json()["hooks"])
    code = RUN.format(file=str(programme / "batch.yaml"), hooks=hooks, out=str(out), force=force)
    return subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)


def descendants(pid: int) -> list[int]:
    """Return every process below one, whatever session it is in."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, waiting = [], [pid]
    while waiting:
        below = parents.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def whole(folder: Path) -> set[str]:
    """Return the reports in a batch's folder; whatever else is there in the stead of one fails the test."""
    names = set()
    for place in folder.iterdir():
        if place.name.startswith("."):
            continue
        if place.name.endswith(".failed.ipynb"):
            nbformat.read(place, as_version=4)
            continue
        manifest = read_manifest(place)
        assert manifest.altered(place) == (), place
        assert {"report.sv.html", "report.en.html", "report.ipynb", "estimates.csv"} <= set(manifest.artefacts)
        names.add(place.name)
    return names


@pytest.mark.slow
def test_kills_at_random_moments_lose_nothing(
    batch: Load, programme: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pids = tmp_path / "pids"
    pids.mkdir()
    write_cells(
        programme / "small.ipynb",
        f"import os\nopen('{pids}/' + str(os.getpid()), 'w').close(); import time\ntime.sleep(1)\nprint(months)",
    )
    jobs, out, chance = batch(*many(JOBS)), tmp_path / "out", random.Random(6)
    everything = {f"job_{n}" for n in range(JOBS)}
    assert start(jobs, programme, out).wait(300) == 0
    first = {name: read_manifest(out / "trial" / name).finished for name in everything}
    killed: Counter[str] = Counter()
    while sum(killed.values()) < KILLS:
        run = start(jobs, programme, out, force=True)
        below: set[int] = set()
        while run.poll() is None and sum(killed.values()) < KILLS:
            ends_the_batch = chance.random() < 0.12
            time.sleep(chance.uniform(0, 8) if ends_the_batch else chance.uniform(0.1, 2))
            now = descendants(run.pid)
            below |= set(now)
            spared = now[:1] if chance.random() < 0.8 else []  # from which all others are forked: seldom
            below_it = [pid for pid in now if pid not in spared]
            victim = run.pid if ends_the_batch else chance.choice(below_it) if below_it else 0
            if victim and is_alive(victim):
                what = "batch" if ends_the_batch else "kernel" if (pids / str(victim)).exists() else "worker or fork"
                os.kill(victim, signal.SIGKILL)
                killed[what] += 1
        run.kill()
        run.wait(30)
        wait_until(lambda below=below: not any(is_alive(pid) for pid in below), "a process outlived its batch")
        open_place(out / "trial")
        assert whole(out / "trial") == everything
    replaced = sum(read_manifest(out / "trial" / name).finished != first[name] for name in everything)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{sum(killed.values())} kills: {dict(killed)}; {replaced} of {JOBS} reports were replaced under them\n"
        )
    assert start(jobs, programme, out).wait(300) == 0
    assert whole(out / "trial") == everything
    assert not [path for path in (out / "trial").iterdir() if path.name.startswith(".")]


@pytest.mark.slow
def test_two_batches_at_once_in_one_folder_do_not_harm_each_other(batch: Load, programme: Path, tmp_path: Path) -> None:
    jobs, out = batch(*many(4)), tmp_path / "out"
    both = [start(jobs, programme, out, force=True) for _ in range(2)]
    assert [run.wait(300) for run in both] == [0, 0]
    assert whole(out / "trial") == {f"job_{n}" for n in range(4)}
    assert not [path for path in (out / "trial").iterdir() if path.name.startswith(".")]
    assert (out / "index.html").read_text().count(" done") == 4


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 300 kB."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(place)], check=False)
    if made.returncode:
        pytest.skip("this machine allows no mount")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.slow
def test_a_full_disk_keeps_what_was_finished_and_the_next_call_runs_the_rest(
    batch: Load, programme: Path, small_disk: Path
) -> None:
    one = batch("id: first, records: records")
    assert run_batch(one, small_disk, index="runs_hooks:write_index").exit_code == 0
    before = read_manifest(small_disk / "trial" / "first").key
    write_cells(programme / "small.ipynb", "print('1' * 600_000)")
    got = run_batch(batch("id: first, records: records", "id: second, records: records"), small_disk, index=INDEX)
    assert [job.state for job in got.jobs] == ["failed", "failed"]
    assert got.exit_code == 3
    assert whole(small_disk / "trial") == {"first"}
    assert read_manifest(small_disk / "trial" / "first").key == before
    write_cells(programme / "small.ipynb", "print(2)")
    again = batch("id: first, records: records", "id: second, records: records")
    assert run_batch(again, small_disk, index=INDEX).exit_code == 0
    assert whole(small_disk / "trial") == {"first", "second"}


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder that nobody may write to, root neither."""
    place = tmp_path / "read_only"
    place.mkdir()
    if os.geteuid() == 0:
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=100k", "tmpfs", str(place)], check=False)
        if made.returncode:
            pytest.skip("this machine allows no mount, and root may write everywhere")
        yield place
        subprocess.run(["umount", str(place)], check=True)
    else:
        place.chmod(0o500)
        yield place
        place.chmod(0o700)


def test_a_read_only_folder_is_refused_before_anything_is_run(batch: Load, read_only: Path) -> None:
    with pytest.raises(InputError, match="reports cannot be written here"):
        run_batch(batch("id: one, records: records"), read_only, index=INDEX)
    assert list(read_only.iterdir()) == []


@pytest.mark.slow
def test_a_folder_taken_away_under_a_run_fails_its_job_alone(batch: Load, programme: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_cells(
        programme / "small.ipynb", f"import shutil\nif months == 0: shutil.rmtree('{out}/trial')\nprint(months)"
    )
    got = run_batch(batch(*many(2)), out, index=INDEX, workers=1)
    assert [job.state for job in got.jobs] == ["failed", "failed"]
    shutil.rmtree(out, ignore_errors=True)


def wait_until(told: Callable[[], bool], otherwise: str) -> None:
    until = time.monotonic() + 30
    while not told():
        assert time.monotonic() < until, otherwise
        time.sleep(0.05)
