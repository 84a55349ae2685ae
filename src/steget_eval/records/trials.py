"""A published comparison of two arms, as printed, with the library of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from steget_eval.core.fingerprint import fingerprint_json
from steget_eval.core.frames import Tidy
from steget_eval.core.printed import Printed, as_printed

if TYPE_CHECKING:
    import pandas as pd

Measure = Literal[
    "risk_difference", "risk_ratio", "odds_ratio", "nnt", "chi_squared", "standardised_difference", "percentages",
    "share", "p_value", "odds_ratio_adjusted", "hazard_ratio", "risk_difference_adjusted", "mean_difference",
    "mean_difference_adjusted", "means", "medians", "t_statistic", "pooled_risk_ratio", "pooled_mean_difference",
    "pooled_standardised_difference", "none",
]  # fmt: skip
Status = Literal["verbatim", "derived", "reconstructed_unique", "reconstructed_plausible", "partial", "none"]
Count = Annotated[int, Field(ge=0)]
People = Annotated[int, Field(ge=1)]

#: The columns that hold a number as printed.
PRINTED = (
    "percent_1", "percent_0", "mean_1", "sd_1", "mean_0", "sd_0", "published_estimate", "published_low",
    "published_high", "p",
)  # fmt: skip
_SHARED_DECIMALS = ("published_estimate", "published_low", "published_high")


def _without_address(text: str) -> str:
    if "://" in text or "www." in text:
        raise ValueError("a page's address is no citation: give the journal, doi or pmid")
    return text


class PublishedTrial(BaseModel):
    """One printed comparison: the counts behind it and the figure that was published.

    Attributes
    ----------
    line
        Number of the figure within its study.
    doi, pmid
        Where the study is found; at least the journal is in `citation`.
    printed_in
        Where the figure was read, if not in the study itself.
    programme, comparator
        What arm 1 and arm 0 were given.
    minimum_dose
        The least that counts as the outcome, in words; empty where it is not known.
    fidelity
        Score out of the scale's maximum, 75 or 125, as ``69/75`` or ``106-109/125``.
    percent_1, percent_0
        Percentages as printed, 0 to 100; never computed from the counts.
    mean_1, sd_1, mean_0, sd_0
        Means, or for ``medians`` medians, with standard deviations.
    df
        Degrees of freedom of a t statistic.
    measure
        What the published figure is. Differences of shares are proportions, not per cent. Limits are at 95 per cent.
    decimals
        Least decimals of estimate and limits, for texts that lost their last zeros.
    status
        Where the counts are from: ``verbatim`` printed; ``derived`` by multiplication alone; ``reconstructed_unique``
        the only ones that fit what was printed; ``reconstructed_plausible`` one of several; ``partial`` of one arm;
        ``none``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    study_id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    line: People
    citation: Annotated[str, Field(min_length=1), AfterValidator(_without_address)]
    doi: Annotated[str, Field(pattern=r"^10\.\d{4,}/\S+$")] | None = None
    pmid: Annotated[str, Field(pattern=r"^\d{1,9}$")] | None = None
    printed_in: Annotated[str, AfterValidator(_without_address)] = ""
    country: str = ""
    design: Literal["randomised", "quasi_experiment", "pooled_trials", "review", "cohort"]
    population: str
    programme: str
    comparator: str = ""
    follow_up_months: People | None = None
    outcome: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    minimum_dose: str = ""
    fidelity: Annotated[str, Field(pattern=r"^\d+(-\d+)?/(75|125)$")] | None = None
    n_1: People | None = None
    events_1: Count | None = None
    n_0: People | None = None
    events_0: Count | None = None
    percent_1: Printed | None = None
    percent_0: Printed | None = None
    mean_1: Printed | None = None
    sd_1: Printed | None = None
    mean_0: Printed | None = None
    sd_0: Printed | None = None
    df: People | None = None
    measure: Measure
    published_estimate: Printed | None = None
    published_low: Printed | None = None
    published_high: Printed | None = None
    p: Printed | None = None
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    status: Status
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _read_printed(cls, values: Any) -> Any:
        """Turn the texts of printed numbers into numbers."""
        if not isinstance(values, dict):
            return values
        least = values.get("decimals", "0")
        shared = int(least) if str(least).isdigit() else 0
        read = dict(values)
        for name in PRINTED:
            if isinstance(read.get(name), str):
                try:
                    read[name] = as_printed(read[name], decimals=shared if name in _SHARED_DECIMALS else 0)
                except ValueError:
                    raise ValueError(f"column {name}: not a number as printed") from None
        return read

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        for arm, events, n in ((1, self.events_1, self.n_1), (0, self.events_0, self.n_0)):
            if events is not None and (n is None or events > n):
                raise ValueError(f"column events_{arm}: more events than n_{arm}, or no n_{arm}")
        if (self.published_low is None) != (self.published_high is None):
            raise ValueError("column published_low: both limits or neither")
        return self

    @property
    def key(self) -> str:
        """The line's name, as ``wong2008.1``."""
        return f"{self.study_id}.{self.line}"

    @property
    def fidelity_share(self) -> float | None:
        """The lowest fidelity that was printed, as a share of the scale's maximum; None where none was."""
        if self.fidelity is None:
            return None
        score, most = self.fidelity.split("/")
        return int(score.split("-")[0]) / int(most)

    @property
    def compares_with_ips(self) -> bool:
        """Whether arm 0 was given IPS too, so that the line says nothing of IPS against other support."""
        return re.match(r"IPS\b", self.comparator) is not None

    @property
    def year(self) -> int | None:
        """The year of publication, as the citation tells it."""
        found = re.search(r"\b(?:19|20)\d{2}\b", self.citation)
        return int(found[0]) if found else None

    @property
    def name(self) -> str:
        """The study as a figure names it: first word of the citation with the year, ``Burns 2007``."""
        first = re.split(r"[\s,.]", self.citation, maxsplit=1)[0]
        return first if self.year is None else f"{first} {self.year}"


@dataclass(frozen=True, slots=True, repr=False)
class Trials(Tidy):
    """Published comparisons in the order of their files."""

    rows: tuple[PublishedTrial, ...] = ()

    def __iter__(self) -> Iterator[PublishedTrial]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, *, fidelity_at_least: float | None = None, **values: Any) -> Trials:
        """Return the lines whose columns equal all the given values, as ``where(country=("Norway", "Sweden"))``.

        Parameters
        ----------
        fidelity_at_least
            Least share of the fidelity scale's maximum; lines without a printed fidelity are then left out.
        values
            Column to its value, or to a tuple of values of which any will do.
        """
        wanted = {name: want if isinstance(want, tuple) else (want,) for name, want in values.items()}
        rows = (row for row in self.rows if all(getattr(row, name) in want for name, want in wanted.items()))
        least = fidelity_at_least
        return Trials(
            tuple(
                row for row in rows if least is None or (row.fidelity_share is not None and row.fidelity_share >= least)
            )
        )

    @property
    def with_counts(self) -> Trials:
        """The lines that have all four counts."""
        return Trials(tuple(row for row in self.rows if None not in (row.n_1, row.events_1, row.n_0, row.events_0)))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of every line, whatever the files looked like."""
        names = list(PublishedTrial.model_fields)
        return fingerprint_json([{name: _cell(getattr(row, name)) for name in names} for row in self.rows])

    def to_frame(self) -> pd.DataFrame:
        """Return one row per line; printed numbers are the text that was printed."""
        import pandas as pd

        names = list(PublishedTrial.model_fields)
        rows = [{name: _cell(getattr(row, name)) for name in names} for row in self.rows]
        return pd.DataFrame(rows, columns=names)


def _cell(value: Any) -> Any:
    return str(value) if isinstance(value, Printed) else value
