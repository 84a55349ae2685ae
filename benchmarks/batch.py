"""Times many reports: by the loop people write today, by a batch on one worker and on two, and again unchanged.

Everything is measured in one call, the loop half before and half after the batches, so that a machine whose speed
drifts is as slow for the one as for the other. Quote medians and ratios.

Two sets of reports: the fixture, whose cells take two seconds of their own on every machine; and the bundled
programmes as they ship. A report is a page in Swedish and one in English; the loop makes one page a pass, so that it
passes twice, and both passes are timed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from steget_eval.core.shipped import shipped

BIN = Path(sys.executable).parent
#: What the cells of the fixture take by themselves.
CELL_SECONDS = 2.0
PROGRAMMES = ("ips_sydnarke", "ips_sydnarke_comparison")
LATE = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """Many reports to be made: of these programmes in turn, from one notebook, in these languages."""

    name: str
    notebook: Path
    programmes: tuple[str, ...]
    languages: tuple[str, ...]

    def inputs(self, number: int) -> tuple[str, str]:
        """Return where the protocol and the records of a report lie."""
        folder = shipped("data", "programmes", self.programmes[number % len(self.programmes)])
        return str(folder / "protocol.yaml"), str(folder / "records")

    def write_batch(self, folder: Path, reports: int) -> Path:
        """Write a batch of so many reports."""
        each = [dict(zip(("protocol", "records"), self.inputs(number), strict=True)) for number in range(reports)]
        job = {
            "id": "report_{number}", "each": [{"number": number, **one} for number, one in enumerate(each)],
            "notebook": str(self.notebook), "protocol": "{protocol}", "records": "{records}",
        }  # fmt: skip
        said = {"schema_version": 1, "id": self.name, "languages": list(self.languages), "jobs": [job]}
        file = folder / f"{self.name}.yaml"
        file.write_text(json.dumps(said), encoding="utf-8")
        return file


def shipped_reports() -> Reports:
    """Return the bundled programmes' reports, as a person makes them."""
    notebook = shipped("notebooks", "effect_evaluation.ipynb")
    return Reports(name="shipped", notebook=notebook, programmes=PROGRAMMES, languages=("sv", "en"))


def fixture_reports(folder: Path) -> Reports:
    """Return reports whose cells take `CELL_SECONDS` after their imports: what is missing is waited for."""
    notebook = json.loads(shipped("notebooks", "effect_evaluation.ipynb").read_text(encoding="utf-8"))
    cells = notebook["cells"]
    opening = next(number for number, cell in enumerate(cells) if "import" in "".join(cell["source"]))
    imports = next(line for line in "".join(cells[opening]["source"]).splitlines() if "import" in line)
    begin = f"import time\n{imports}\nbegun = time.perf_counter()"
    wait = f"time.sleep(max(0.0, {CELL_SECONDS} - (time.perf_counter() - begun)))"
    cells.insert(opening, _cell("begin", begin))
    cells.append(_cell("wait", wait))
    path = folder / "fixture.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return Reports(name="fixture", notebook=path, programmes=PROGRAMMES[:1], languages=("sv", "en"))


def loop(reports: Reports, out: Path, numbers: Sequence[int]) -> Iterator[dict[str, float]]:
    """Execute with papermill and convert with nbconvert, report by report, two commands for each language."""
    for number in numbers:
        protocol, records = reports.inputs(number)
        given = ["-p", "protocol", protocol, "-p", "records", records]
        started = time.perf_counter()
        for language in reports.languages:
            # The page of a language comes of an execution of its own: that is how a parameter `language` is used.
            executed = out / f"loop_{number}_{language}.ipynb"
            _quiet([str(BIN / "papermill"), str(reports.notebook), str(executed), *given])
            _quiet([str(BIN / "jupyter"), "nbconvert", "--to", "html", str(executed)])
        yield {"seconds": time.perf_counter() - started}


def batch(file: Path, out: Path, workers: int) -> dict[str, Any]:
    """Run a batch in a new process, from its start to its end, and return what it told of itself."""
    started = time.perf_counter()
    told = subprocess.run(
        [sys.executable, __file__, "--inside", str(file), str(out), str(workers)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return {"wall": time.perf_counter() - started, **json.loads(told.stdout.splitlines()[-1])}


def inside(file: str, out: str, workers: str) -> None:
    """Run a batch in this process and print its jobs as JSON."""
    from steget_eval.face import run_batch

    result = run_batch(file, out, workers=int(workers), quiet=True)
    assert result.exit_code == 0, result.to_frame().to_string()
    print(json.dumps({"jobs": [[job.seconds, job.cell_seconds] for job in result.jobs]}))


def small(folder: Path, jobs: int) -> dict[str, list[float]]:
    """Run so many jobs of one small cell, and tell cost and memory along the way."""
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    from steget_eval.runs import warm
    from steget_eval.runs.batch import Batch
    from steget_eval.runs.job import Hooks, Job
    from steget_eval.runs.progress import Silent
    from steget_eval.runs.run import run_batch

    tagged = new_code_cell("protocol: str = ''\nrecords: str = ''", metadata={"tags": ["parameters"]})
    nbformat.write(new_notebook(cells=[tagged, new_code_cell("sum(range(10))")]), folder / "small.ipynb")
    (folder / "protocol.yaml").write_text("id: small\n")
    os.environ["PYTHONPATH"] = os.pathsep.join(
        (str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")]))
    )
    hooks = Hooks(inputs="batch:small_inputs", check="batch:small_check", write="batch:small_write",
                  headline="batch:small_check")  # fmt: skip
    common = {"notebook": folder / "small.ipynb", "base": folder, "protocol": "protocol.yaml", "records": "."}
    told: dict[str, list[float]] = {"seconds": [], "batch": [], "parent": []}

    class Told(Silent):
        def ended(self, result: Any) -> None:
            parent = warm._current[0].process
            told["seconds"].append(result.seconds)
            told["batch"].append(_resident(os.getpid()))
            told["parent"].append(_resident(parent.pid if parent else 0))

    made = tuple(Job(id=f"small_{number}", hooks=hooks, languages=("en",), **common) for number in range(jobs))
    result = run_batch(
        Batch(id="small", jobs=made), folder / "out", index="batch:small_index", workers=2, watcher=Told()
    )
    assert result.exit_code == 0, result.to_frame().to_string()
    return told


def small_inputs(protocol: Path, records: Path) -> dict[str, str]:
    """Return nothing but what a manifest asks for."""
    return {"protocol": "p", "records": "r", "seed": "1"}


def small_check(notebook: Path) -> dict[str, str]:
    """Find no fault, and tell nothing."""
    return {}


def small_write(notebook: Path, folder: Path, *, languages: tuple[str, ...]) -> None:
    """Write a page of one word."""
    (folder / "report.en.html").write_text("page")
    (folder / "estimates.csv").write_text("estimate\n")


def small_index(folder: Path, entries: Sequence[Mapping[str, Any]]) -> Path:
    """Write no index."""
    return folder / "index.html"


def main() -> None:
    """Print the tables."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--reports", type=int, default=6, help="reports of a batch; 24 for the table of the docs")
    asked.add_argument("--loop", type=int, default=2, help="reports of the loop, half before and half after")
    asked.add_argument("--small", type=int, default=40, help="small jobs; 200 for the table of the docs")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for reports in (fixture_reports(folder), shipped_reports()):
            _reports(reports, folder, given.reports, given.loop)
        _small_jobs(folder, given.small)


def _reports(reports: Reports, folder: Path, many: int, looped: int) -> None:
    file = reports.write_batch(folder, many)
    half = max(looped // 2, 1)
    today = list(loop(reports, folder, range(half)))
    one, two = batch(file, folder / f"{reports.name}_one", 1), batch(file, folder / f"{reports.name}_two", 2)
    again = statistics.median(batch(file, folder / f"{reports.name}_two", 2)["wall"] for _ in range(3))
    today += loop(reports, folder, range(half, max(looped, 2)))
    usual = statistics.median(row["seconds"] for row in today)
    cells = statistics.median(job[1] for job in one["jobs"])
    pages = len(reports.languages)
    print(f"| {many} reports of {pages} pages ({reports.name}), {len(today)} by the loop | seconds a report "
          "| the cells' own | overhead | times the loop |")  # fmt: skip
    print("|---|---:|---:|---:|---:|")
    print(f"| papermill, then jupyter nbconvert, a pass for each language | {usual:.1f} | {pages * cells:.1f} "
          f"| {usual - pages * cells:.1f} | 1 |")  # fmt: skip
    _row("steget-eval batch --workers 1: two pages, CSV, manifest", one, many, usual, alone=True)
    _row("the same, --workers 2", two, many, usual)
    print(f"| the same again, nothing changed: all {many} in {again:.1f} s | {again / many:.2f} | | | |\n")


def _row(name: str, ran: Mapping[str, Any], reports: int, usual: float, *, alone: bool = False) -> None:
    # On one worker the overhead is what the wall shows, from the command's start to its end, less all cells; on two a
    # report's own time less its cells.
    each = ran["wall"] / reports
    own = [job[1] for job in ran["jobs"]]
    over = each - statistics.mean(own) if alone else statistics.median(job[0] - job[1] for job in ran["jobs"])
    print(f"| {name} | {each:.1f} | {statistics.mean(own):.1f} | {over:.2f} | {usual / each:.1f} |")


def _small_jobs(folder: Path, jobs: int) -> None:
    told = small(folder, jobs)
    print(f"| {jobs} small jobs on two workers | first quarter | last quarter |\n|---|---:|---:|")
    for name, unit, digits in (
        ("seconds", "seconds a job", 2),
        ("batch", "MiB, the batch", 0),
        ("parent", "MiB, the warm parent", 0),
    ):
        values = told[name]
        quarter = max(len(values) // 4, 1)
        first, last = (statistics.median(part) for part in (values[:quarter], values[-quarter:]))
        print(f"| {unit} | {first:.{digits}f} | {last:.{digits}f} |")


def _cell(name: str, source: str) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "id": name, "metadata": {}, "outputs": [], "source": source}


def _resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def _quiet(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **LATE})


if __name__ == "__main__":
    inside(*sys.argv[2:]) if sys.argv[1:2] == ["--inside"] else main()
