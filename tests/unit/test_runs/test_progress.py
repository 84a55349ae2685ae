"""A batch tells how far it has come, in a terminal, in a notebook and in a log."""

from io import StringIO

import nbclient
import nbformat
import pytest
from rich.console import Console

from steget_eval.runs.progress import Bar, Lines, NotebookBar, Pace, Silent, watcher
from steget_eval.runs.result import JobResult


def result(job: str, state: str = "done", sentence: str = "") -> JobResult:
    return JobResult(job=job, state=state, reason={"en": sentence} if sentence else {}, seconds=1.5)  # type: ignore[arg-type]


def test_a_bar_tells_done_running_failed_and_the_current_job() -> None:
    out = StringIO()
    console = Console(file=out, force_terminal=True, width=200, color_system=None)
    with watcher(console, 4) as bar:
        assert isinstance(bar, Bar)
        bar.ended(result("before"))
        for job in ("one", "two"):
            bar.begun(job)
        bar.ended(result("one", "failed", "cell 4: ValueError: no"))
        bar._progress.refresh()
        told = out.getvalue()
    assert "2/4" in told
    assert "done 1, running 1, failed 1, about 0:00:01 left  two" in told
    assert "cell 4: ValueError: no" in told


def test_a_notebook_gets_a_bar_of_its_own_and_a_log_gets_lines() -> None:
    assert isinstance(watcher(Console(force_jupyter=True, file=StringIO()), 2), NotebookBar)
    out = StringIO()
    lines = watcher(Console(file=out, force_terminal=False, width=80), 2)
    assert isinstance(lines, Lines)
    lines.begun("one")
    lines.ended(result("one"))
    assert out.getvalue() == "      running  one\n 1/2  done     one (1.5 s)\n"
    assert isinstance(watcher(Console(), 2, quiet=True), Silent)


def test_a_kernel_shows_one_output_that_is_written_anew_without_widgets() -> None:
    source = """
from rich.console import Console
from steget_eval.runs.progress import watcher
from steget_eval.runs.result import JobResult
with watcher(Console(), 2) as bar:
    bar.begun("one")
    bar.ended(JobResult(job="one", state="failed", reason={"en": "cell 4: <ValueError>"}, seconds=1.5))
    bar.begun("two")
"""
    cell = nbformat.v4.new_code_cell(source)
    nbclient.NotebookClient(nbformat.v4.new_notebook(cells=[cell]), timeout=60).execute()
    assert [output["output_type"] for output in cell.outputs] == ["display_data"]
    shown = cell.outputs[0]["data"]["text/html"]
    assert '<progress value="1" max="2"></progress> 1/2 done 0, running 1, failed 1' in shown
    assert "failed one (1.5 s): cell 4: &lt;ValueError&gt;" in shown


def test_the_time_left_is_that_of_the_jobs_that_were_run() -> None:
    now = [100.0]
    pace = Pace(lambda: now[0])
    assert pace.seconds_left(3) is None
    pace.begun()
    pace.begun()
    now[0] = 110.0
    assert pace.seconds_left(3) is None
    pace.ended()
    pace.ended()
    assert pace.seconds_left(3) == pytest.approx(15.0)  # two jobs in ten seconds
