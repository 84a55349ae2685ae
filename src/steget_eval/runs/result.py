"""What became of each job of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from steget_eval.core.frames import Tidy

if TYPE_CHECKING:
    import pandas as pd

State = Literal["done", "skipped", "refused", "failed"]

#: The reason beside a job that was done before and whose ingredients are the same.
UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """What became of one job.

    Attributes
    ----------
    reason
        Language to sentence; empty for a job that was run to its end. Only a skipped job has both languages, for
        that sentence is the batch file's own; a refusal or a failure is told in English to whoever runs it.
    folder
        The report, where there is one.
    told
        What of the reason a page may say, by language; where it has no Swedish, the page says so.
    lines
        The last lines of what a failing cell said, for whoever ran it.
    site
        Where the programme is run, as the batch file says it.
    seconds
        Wall-clock time of the run; zero where nothing was run.
    cell_seconds
        What of it the notebook's cells took, where the run came to its end.
    """

    job: str
    state: State
    reason: Mapping[str, str]
    folder: Path | None = None
    told: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    site: str = ""
    seconds: float = 0.0
    cell_seconds: float = 0.0

    @property
    def sentence(self) -> str:
        """The reason in English."""
        return self.reason.get("en", "")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class BatchResult(Tidy):
    """What became of a batch, job by job in the batch's order.

    Attributes
    ----------
    index
        The page that lists the reports; None where it could not be written.
    """

    batch: str
    jobs: tuple[JobResult, ...]
    index: Path | None = None

    @property
    def exit_code(self) -> int:
        """0 where everything is done or skipped, 3 where a job failed, otherwise 1 where one was refused."""
        states = {job.state for job in self.jobs}
        return 3 if "failed" in states else 1 if "refused" in states else 0

    def to_frame(self) -> pd.DataFrame:
        """Return one row per job: `job`, `state`, `reason`, `folder`, `seconds`."""
        import pandas as pd

        rows = [(job.job, job.state, job.sentence, str(job.folder or ""), job.seconds) for job in self.jobs]
        return pd.DataFrame(rows, columns=["job", "state", "reason", "folder", "seconds"])
