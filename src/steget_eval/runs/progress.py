"""How a batch tells of its progress: a bar in a terminal or a notebook, line by line elsewhere, or not at all."""

from __future__ import annotations

import html
import time
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from steget_eval.runs.result import JobResult

_COLOURS = {"done": "green", "skipped": "yellow", "refused": "red", "failed": "red"}


class Watcher(Protocol):
    """Whoever follows a batch."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def begun(self, job: str) -> None:
        """Hear that a job has begun."""

    def ended(self, result: JobResult) -> None:
        """Hear what became of a job."""


class Silent:
    """Says nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def begun(self, job: str) -> None:
        """Say nothing."""

    def ended(self, result: JobResult) -> None:
        """Say nothing."""


class Lines(Silent):
    """Prints a line when a job begins and when it ends."""

    def __init__(self, console: Console, total: int) -> None:
        self._console, self._total, self._ended = console, total, 0

    def begun(self, job: str) -> None:
        """Print that a job has begun."""
        self._console.print(f"      running  {job}", highlight=False)

    def ended(self, result: JobResult) -> None:
        """Print what became of a job."""
        self._ended += 1
        self._console.print(f"{self._ended:>2}/{self._total:<2} {line_of(result)}", highlight=False, soft_wrap=True)


class Tally:
    """How many jobs are done, running and failed, how long the rest will take, and which are running."""

    def __init__(self, total: int) -> None:
        self.total, self._pace = total, Pace()
        self._running: list[str] = []
        self._counts = dict.fromkeys(_COLOURS, 0)

    @property
    def ended(self) -> int:
        """Jobs that have ended, however they did."""
        return sum(self._counts.values())

    def begin(self, job: str) -> None:
        """Count a job as running."""
        self._running.append(job)
        self._pace.begun()

    def end(self, result: JobResult) -> None:
        """Count a job as ended; one that was done before never ran."""
        if result.job in self._running:
            self._running.remove(result.job)
            self._pace.ended()
        self._counts[result.state] += 1

    def sentence(self) -> str:
        """Return the counts, the time left and the jobs that are running, as one line of plain text."""
        counts = [f"done {self._counts['done']}", f"running {len(self._running)}"]
        counts += [f"{state} {n}" for state, n in self._counts.items() if state != "done" and n]
        rest = self.total - self.ended
        left = self._pace.seconds_left(rest)
        if rest and left is not None:
            counts.append(f"about {timedelta(seconds=max(round(left), 1))} left")
        return f"{', '.join(counts)}  {' '.join(self._running)}"


class Bar(Silent):
    """A bar in a terminal."""

    def __init__(self, console: Console, total: int) -> None:
        columns = (SpinnerColumn(), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, TextColumn("{task.description}"), console=console)
        self._task = self._progress.add_task("reading the inputs", total=total)
        self._tally = Tally(total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def begun(self, job: str) -> None:
        """Show a job as running."""
        self._tally.begin(job)
        self._show(0)

    def ended(self, result: JobResult) -> None:
        """Count a job, with a line above the bar."""
        self._tally.end(result)
        self._progress.console.print(line_of(result), highlight=False, soft_wrap=True)
        self._show(1)

    def _show(self, advance: int) -> None:
        self._progress.update(self._task, advance=advance, description=escape(self._tally.sentence()))


class NotebookBar(Silent):
    """A bar in a notebook: one output that is written anew, in plain HTML, so that it needs no widgets."""

    def __init__(self, total: int) -> None:
        self._tally, self._lines = Tally(total), ""
        self._handle = None

    def __enter__(self) -> Self:
        from IPython.display import display

        self._handle = display({"text/html": self.html()}, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        return self

    def begun(self, job: str) -> None:
        """Show a job as running."""
        self._tally.begin(job)
        self._show()

    def ended(self, result: JobResult) -> None:
        """Count a job, with a line under the bar."""
        self._tally.end(result)
        took = f" ({result.seconds:.1f} s)" if result.seconds else ""
        why = f": {result.sentence}" if result.sentence else ""
        self._lines += f"<div>{html.escape(f'{result.state} {result.job}{took}{why}')}</div>"
        self._show()

    def html(self) -> str:
        """Return the bar, what is counted, and a line for each job that has ended."""
        bar = f'<progress value="{self._tally.ended}" max="{self._tally.total}"></progress>'
        counted = f"{self._tally.ended}/{self._tally.total} {html.escape(self._tally.sentence())}"
        return f'<div role="status">{bar} {counted}</div>{self._lines}'

    def _show(self) -> None:
        if self._handle is not None:
            self._handle.update({"text/html": self.html()}, raw=True)


class Pace:
    """How fast jobs are run, for the time that is left: from those that were run, not those that were done before."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first: float | None = None
        self._ended = 0

    def begun(self) -> None:
        """Hear that a job has begun."""
        if self._first is None:
            self._first = self._clock()

    def ended(self) -> None:
        """Hear that a job that had begun has ended."""
        self._ended += 1

    def seconds_left(self, jobs: int) -> float | None:
        """Return how long so many jobs will take at the pace so far; None before the first has ended."""
        if self._first is None or not self._ended:
            return None
        return jobs * (self._clock() - self._first) / self._ended


def line_of(result: JobResult) -> str:
    """Return a job's end as one line of rich markup."""
    colour = _COLOURS[result.state]
    took = f" ({result.seconds:.1f} s)" if result.seconds else ""
    why = f": {escape(result.sentence)}" if result.sentence else ""
    return f"[{colour}]{result.state:<8}[/{colour}] {escape(result.job)}{took}{why}"


def watcher(console: Console, total: int, *, quiet: bool = False) -> Watcher:
    """Return the watcher that suits where the words go."""
    if quiet:
        return Silent()
    if console.is_jupyter:
        return NotebookBar(total)
    return Bar(console, total) if console.is_terminal else Lines(console, total)
