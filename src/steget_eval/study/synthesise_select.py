"""Which printed lines of an outcome may be pooled, each study once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from steget_eval.core.errors import FewError, ScopeError
from steget_eval.core.frames import Tidy
from steget_eval.methods.evidence.borrowing import Arms, build_arms
from steget_eval.methods.evidence.synthesis_setting import Setting
from steget_eval.protocol.evidence import Pool
from steget_eval.records.trials import PublishedTrial

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A printed line that was not pooled."""

    line: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Selection(Tidy):
    """The lines to be pooled, one a study, with those left out."""

    lines: tuple[PublishedTrial, ...]
    left_out: tuple[LeftOut, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per line: `line`, `pooled`, `reason`."""
        import pandas as pd

        rows = [(line.key, True, "") for line in self.lines] + [(one.line, False, one.reason) for one in self.left_out]
        return pd.DataFrame(rows, columns=["line", "pooled", "reason"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """Which studies are taken, by what they compared; an empty tuple takes every one.

    Attributes
    ----------
    fidelity_at_least
        Least share of the fidelity scale's maximum, 0 to 1; studies that print no fidelity are then left out.
    """

    country: tuple[str, ...] = ()
    population: tuple[str, ...] = ()
    programme: tuple[str, ...] = ()
    comparator: tuple[str, ...] = ()
    fidelity_at_least: float | None = None

    def leaves_out(self, line: PublishedTrial) -> str:
        """Return why a line is not taken; empty where it is."""
        for name in KINDS:
            wanted = getattr(self, name)
            if wanted and getattr(line, name) not in wanted:
                return f"{name} {getattr(line, name) or 'not stated'}"
        if self.fidelity_at_least is not None and (line.fidelity_share or 0) < self.fidelity_at_least:
            return f"fidelity {line.fidelity or 'not stated'}"
        return ""


#: The columns that tell what kind of study a line is from.
KINDS = ("country", "population", "programme", "comparator")
_EVERY = Only()


def select_comparisons(
    trials: Iterable[PublishedTrial], outcome: str, *, months: int | None = None, minimum_dose: str | None = None,
    only: Only = _EVERY, allow_mixed: bool = False,
) -> Selection:  # fmt: skip
    """Return the randomised comparisons of an outcome whose four counts and follow-up are known, each study once.

    Of several lines of one study the first with the wanted window and dose is kept: later ones print the same counts
    again, or compare people who are already counted. With `allow_mixed` the longest follow-up comes first. A comparison
    with IPS itself asks what is gained by adding to it, and is left out.

    Parameters
    ----------
    only
        Countries, populations, programmes, comparators and fidelity that are taken.

    Raises
    ------
    MethodError
        Where no line of the outcome has a value that `only` asks for, with those that there are.
    """
    lines = [line for line in trials if line.outcome == outcome]
    if not lines:
        raise ScopeError(f"no published line has the outcome {outcome!r}")
    _check_only(only, lines)
    reasons = {line.key: _reason(line, months, minimum_dose) or only.leaves_out(line) for line in lines}
    fitting = [line for line in lines if not reasons[line.key]]
    if allow_mixed:
        fitting.sort(key=lambda line: -(line.follow_up_months or 0))
    kept: dict[str, PublishedTrial] = {}
    for line in fitting:
        first = kept.get(line.study_id)
        if first is None:
            kept[line.study_id] = line
        elif not allow_mixed and _setting(first) != _setting(line):
            raise ScopeError(
                f"{outcome}: {line.study_id} is printed at several windows or doses; choose months or minimum_dose, "
                "or set allow_mixed=True, which keeps the longest follow-up"
            )
        else:
            same = _counts(first) == _counts(line) and _setting(first) == _setting(line)
            told = f"the counts of {first.key} again" if same else f"people already counted in {first.key}"
            reasons[line.key] = told
    if not kept:
        raise FewError(f"{outcome}: no randomised comparison has four counts and the wanted follow-up and dose")
    order = [line for line in lines if kept.get(line.study_id) is line]
    left_out = tuple(LeftOut(line=key, reason=reason) for key, reason in reasons.items() if reason)
    return Selection(lines=tuple(order), left_out=left_out)


def control_arms(
    trials: Iterable[PublishedTrial], outcome: str, *, own: Setting, months: int | None = None,
    minimum_dose: str | None = None, only: Only = _EVERY, allow_mixed: bool = False,
) -> Arms:  # fmt: skip
    """Return the published control arms that a programme without a comparison arm may borrow from.

    `own` is what the programme itself counts, at what dose, within how many months; it must agree with theirs unless
    `allow_mixed`. Other arguments as in `select_comparisons`.
    """
    chosen = select_comparisons(
        trials, outcome, months=months, minimum_dose=minimum_dose, only=only, allow_mixed=allow_mixed
    )
    return build_arms(
        [line.study_id for line in chosen.lines],
        [line.events_0 or 0 for line in chosen.lines],
        [line.n_0 or 0 for line in chosen.lines],
        settings=settings_of(chosen.lines),
        own=own,
        allow_mixed=allow_mixed,
    )


def only_of(pool: Pool) -> Only:
    """Return which studies a pool of a question to the evidence takes."""
    asked = pool.only
    return Only() if asked is None else Only(**asked.model_dump())


def poolable_settings(trials: Iterable[PublishedTrial], outcome: str) -> tuple[Setting, ...]:
    """Return the settings in which some line of the outcome could be pooled, shortest follow-up first."""
    found = {_setting(line) for line in trials if line.outcome == outcome and not _reason(line, None, None)}
    return tuple(sorted(found, key=lambda one: (one.months, one.minimum_dose)))


def settings_of(lines: Sequence[PublishedTrial]) -> tuple[Setting, ...]:
    """Return outcome, dose and window of each line."""
    return tuple(_setting(line) for line in lines)


def _setting(line: PublishedTrial) -> Setting:
    return Setting(outcome=line.outcome, months=float(line.follow_up_months or 0), minimum_dose=line.minimum_dose)


def _counts(line: PublishedTrial) -> tuple[int | None, ...]:
    return line.events_1, line.n_1, line.events_0, line.n_0


def _check_only(only: Only, lines: Sequence[PublishedTrial]) -> None:
    for name in KINDS:
        known = {str(getattr(line, name)) for line in lines}
        unknown = sorted(set(getattr(only, name)) - known)
        if unknown:
            allowed = ", ".join(sorted(known - {""}))
            raise ScopeError(f"no line of the outcome has the {name} {', '.join(unknown)}; allowed: {allowed}")


def _reason(line: PublishedTrial, months: int | None, minimum_dose: str | None) -> str:
    if line.design != "randomised":
        return "not a single randomised study"
    if line.compares_with_ips:
        return "the comparison was given IPS too"
    if None in _counts(line):
        return "the four counts are not known"
    if line.follow_up_months is None:
        return "the follow-up is not known"
    if months is not None and line.follow_up_months != months:
        return f"follow-up of {line.follow_up_months} months"
    if minimum_dose is not None and line.minimum_dose != minimum_dose:
        return f"minimum dose {line.minimum_dose or 'not stated'}"
    return ""
