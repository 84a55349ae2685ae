"""A batch tells how far it has come, in a terminal, in a notebook and in a log."""

from io import StringIO

import pytest
from rich.console import Console

from steget_eval.runs.progress import Bar, Lines, Pace, Silent, watcher
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


def test_a_notebook_gets_the_bar_and_a_log_gets_lines() -> None:
    assert isinstance(watcher(Console(force_jupyter=True, file=StringIO()), 2), Bar)
    out = StringIO()
    lines = watcher(Console(file=out, force_terminal=False, width=80), 2)
    assert isinstance(lines, Lines)
    lines.begun("one")
    lines.ended(result("one"))
    assert out.getvalue() == "      running  one\n 1/2  done     one (1.5 s)\n"
    assert isinstance(watcher(Console(), 2, quiet=True), Silent)


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
