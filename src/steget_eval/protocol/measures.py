"""What is asked of the days and scores of an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from steget_eval.protocol.base import Id, Part, Text
from steget_eval.records.codes import INCOME_SOURCES, OCCUPATIONS, STATES

if TYPE_CHECKING:  # a type checker cannot read a computed Literal
    State = str
    Occupation = str
    IncomeSource = str
else:
    State = Literal[tuple(STATES)]
    Occupation = Literal[tuple(OCCUPATIONS)]
    IncomeSource = Literal[tuple(INCOME_SOURCES)]

#: Every measure, by the kind of outcome that it belongs to; a status or an amount at an occasion is ``ever`` as well.
MEASURES: dict[str, tuple[str, ...]] = {
    "binary": ("ever", "at_horizon", "last_month", "at_exit", "since_exit", "increased_at_horizon",
               "increased_at_exit"),
    "time_to_event": ("ever",),
    "competing": ("ever",),
    "amount": ("days_in_state", "weeks_in_state", "hours_in_state", "pay_in_state", "first_tenure", "as_recorded"),
    "longitudinal": ("ever",),
    "transition": ("ever",),
}  # fmt: skip
Measure = Literal[
    "ever", "at_horizon", "last_month", "at_exit", "since_exit", "increased_at_horizon", "increased_at_exit",
    "days_in_state", "weeks_in_state", "hours_in_state", "pay_in_state", "first_tenure", "as_recorded",
]  # fmt: skip

#: Measures that look at a day or days counted from discharge.
FROM_EXIT = frozenset({"at_exit", "since_exit", "increased_at_exit"})
#: Measures that count the joined days of qualifying spells, so that a dose or a bridge has a meaning.
JOINED = frozenset({"ever", "at_horizon", "days_in_state", "weeks_in_state", "first_tenure"})
#: Amounts that are counted from spells.
COUNTED = frozenset(MEASURES["amount"]) - {"as_recorded"}


class MinimumDose(Part):
    """How much is needed before it counts; at most one of `days`, `weeks`, `hours` and `share_of_weeks`.

    Attributes
    ----------
    days, weeks
        Cumulative days in the window in which at least one qualifying spell runs; the event's day is the day on which
        the dose is full.
    unbroken
        The days or weeks must lie in one stretch (adjoining, overlapping and bridged spells are one): sustained
        employment.
    hours
        Cumulative hours in the window, hours a week by days; spells that overlap both give theirs.
    share_of_weeks
        At least this share of the window's whole weeks, counted from the index date, has a qualifying day: the steady
        worker of Davis et al. (2018) has 0.5, 39 weeks of 78.
    hours_per_week
        A property of each spell; a spell whose hours are unknown does not qualify.
    """

    days: int | None = Field(default=None, ge=1)
    weeks: int | None = Field(default=None, ge=1)
    hours: int | None = Field(default=None, ge=1)
    share_of_weeks: float | None = Field(default=None, gt=0, le=1)
    hours_per_week: float | None = Field(default=None, gt=0)
    unbroken: bool = False

    @model_validator(mode="after")
    def _is_one_length(self) -> MinimumDose:
        lengths = [self.days, self.weeks, self.hours, self.share_of_weeks]
        if sum(length is not None for length in lengths) > 1:
            raise ValueError("a minimum dose is given in days, in weeks, in hours or as a share of weeks; only one")
        if self.unbroken and self.days is None and self.weeks is None:
            raise ValueError("unbroken belongs to a minimum dose in days or in weeks")
        return self

    @property
    def dose_days(self) -> int:
        """The dose in whole days; one where only hours or a share of weeks are given."""
        return self.days if self.days is not None else 7 * self.weeks if self.weeks is not None else 1


class Step(Part):
    """One step of a ladder.

    From spells, one of `states` holds and none of `without`; no states is who is in none of the others. From statuses,
    the occupation is one of `occupations`.
    """

    id: Id
    label: Text
    states: tuple[State, ...] = ()
    without: tuple[State, ...] = ()
    occupations: tuple[Occupation, ...] = ()


class BeforeAfter(Part):
    """Two looks at each person: two occasions of `statuses`, or the day before the index date and a later day.

    Attributes
    ----------
    statuses
        The occasions before and after; None looks at spells.
    after
        For spells: the last day of the window, or the day of discharge with `months_after_exit` of the outcome.
    counts
        The steps (or occupations, or states) that a paired difference counts as having it.
    """

    statuses: tuple[str, str] | None = None
    after: Literal["horizon", "exit"] = "horizon"
    counts: tuple[str, ...] = ()


class ImportantDifference(Part):
    """The smallest difference that matters to a person, in points, with where it is from."""

    points: float = Field(gt=0)
    source: Text


class Reliability(Part):
    """How alike two scores of a person are where nothing is done, with where it is from.

    Attributes
    ----------
    correlation
        Between two scores of a person, as far apart as the occasions, among those whom the programme could have had.
    usual_mean
        Their mean score.
    """

    correlation: float = Field(gt=0, le=1)
    usual_mean: float
    source: Text


class Scores(Part):
    """Scores of one instrument at several occasions; change is counted from the first.

    One arm's change is told at the last occasion; two arms are compared at the occasion that the question names, all
    of them together where its method is a model of all occasions. Without `important`, nobody is called a responder;
    with `reliability`, one arm's change is held against what regression to the mean alone would have given.
    """

    instrument: str
    occasions: tuple[str, ...] = Field(min_length=2)
    important: ImportantDifference | None = None
    reliability: Reliability | None = None

    @model_validator(mode="after")
    def _names_each_once(self) -> Scores:
        if len(set(self.occasions)) < len(self.occasions):
            raise ValueError("each occasion of scores stands once")
        return self
