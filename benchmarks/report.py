"""Times the making of reports: by the loop people write today, by a batch, and by a batch with nothing changed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import papermill

from steget_eval.core.shipped import shipped
from steget_eval.face import run_batch

JOBS = ("ips_sydnarke", "ips_sydnarke_comparison")
PATTERN = "ips_*"


def loop(out: Path) -> None:
    """Execute with papermill and convert with nbconvert, report by report."""
    notebook = shipped("notebooks", "effect_evaluation.ipynb")
    for job in JOBS:
        folder = shipped("data", "programmes", job)
        executed = out / f"{job}.ipynb"
        parameters = {"protocol": str(folder / "protocol.yaml"), "records": str(folder / "records")}
        papermill.execute_notebook(str(notebook), str(executed), parameters, progress_bar=False)
        convert = [sys.executable, "-m", "nbconvert", "--to", "html", str(executed), "--log-level", "ERROR"]
        subprocess.run(convert, check=True)


def batch(out: Path, workers: int) -> None:
    """Run the same reports, in two languages and with estimates and manifest, as a batch."""
    result = run_batch(shipped("data", "programmes", "batch.yaml"), out, workers=workers, only=PATTERN, quiet=True)
    assert result.exit_code == 0, result.to_frame().to_string()


def timed(name: str, work: object, *arguments: object) -> tuple[str, float]:
    """Return the wall-clock seconds of one call under a name."""
    started = time.perf_counter()
    work(*arguments)  # type: ignore[operator]
    return name, time.perf_counter() - started


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        rows = [
            timed("papermill, then nbconvert: one page a report", loop, out),
            timed("steget-eval batch --workers 1", batch, out / "one", 1),
            timed("steget-eval batch --workers 2", batch, out / "two", 2),
            timed("steget-eval batch, nothing changed", batch, out / "two", 2),
        ]
    print(f"| {len(JOBS)} reports | seconds | seconds a report |\n|---|---:|---:|")
    for name, seconds in rows:
        print(f"| {name} | {seconds:.1f} | {seconds / len(JOBS):.1f} |")


if __name__ == "__main__":
    main()
