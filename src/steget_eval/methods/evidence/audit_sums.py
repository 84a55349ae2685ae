"""Arms that do not add up to everyone, parts that do not add up to their whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from steget_eval.core.printed import Printed

Arm = Literal["arm 1", "arm 0", "everyone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """People, events and percentage of one arm in one row; None is not printed."""

    n: int | None = None
    events: int | None = None
    percent: Printed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SumFinding:
    """A sum that does not come out."""

    row: str
    rule: Literal["arms", "parts"]
    weight: Literal["impossible", "unexplained"]
    sentence: str


_Row = tuple[str, str, tuple[tuple[Arm, Cells], ...]]


def sum_findings(rows: tuple[_Row, ...]) -> tuple[SumFinding, ...]:
    """Return the sums that do not come out.

    Parameters
    ----------
    rows
        Label, the label of the row it is a part of, and the cells of arm 1, arm 0 and everyone.
    """
    wholes = {label: cells for label, _, cells in rows}
    parts: dict[str, list[tuple[tuple[Arm, Cells], ...]]] = {}
    for _, whole, cells in rows:
        if whole:
            parts.setdefault(whole, []).append(cells)
    found = [finding for label, _, cells in rows for finding in _arms(label, cells)]
    for label, of in parts.items():
        if label in wholes:
            found += _parts(label, wholes[label], of)
    return tuple(found)


def _arms(label: str, cells: tuple[tuple[Arm, Cells], ...]) -> Iterator[SumFinding]:
    (_, one), (_, two), (_, everyone) = cells
    for what in ("n", "events"):
        values = (getattr(one, what), getattr(two, what), getattr(everyone, what))
        if None not in values and values[0] + values[1] != values[2]:
            word = "people" if what == "n" else "events"
            sentence = f"{values[0]} and {values[1]} {word} are {values[0] + values[1]}, not {values[2]}"
            yield SumFinding(row=label, rule="arms", weight="impossible", sentence=sentence)


def _parts(
    label: str, whole: tuple[tuple[Arm, Cells], ...], parts: list[tuple[tuple[Arm, Cells], ...]]
) -> Iterator[SumFinding]:
    for place, (arm, total) in enumerate(whole):
        of = [part[place][1] for part in parts]
        shared = all(part.n == total.n for part in of)  # kinds of one thing among the same people
        people = [part.n for part in of if part.n is not None]
        if not shared and total.n is not None and len(people) == len(of):
            yield from _sum(label, arm, "people", sum(people), total.n)
        events = [part.events for part in of if part.events is not None]
        if total.events is not None and len(events) == len(of):
            yield from _sum(label, arm, "events", sum(events), total.events)
        elif shared and total.percent is not None:
            yield from _percents(label, arm, [part.percent for part in of], total.percent)


def _sum(label: str, arm: Arm, word: str, found: int, total: int) -> Iterator[SumFinding]:
    if found > total:
        sentence = f"the parts have {found} {word}, the whole {total} ({arm})"
        yield SumFinding(row=label, rule="parts", weight="impossible", sentence=sentence)
    elif found < total:
        sentence = f"the parts have {found} {word} of {total}: {total - found} are left over ({arm})"
        yield SumFinding(row=label, rule="parts", weight="unexplained", sentence=sentence)


def _percents(label: str, arm: Arm, parts: list[Printed | None], total: Printed) -> Iterator[SumFinding]:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or not known:
        return
    least, most = sum(part.low for part in known), sum(part.high for part in known)
    if least > total.high + 1e-9:
        sentence = f"the parts have at least {least:.6g} %, the whole {total} % ({arm})"
        yield SumFinding(row=label, rule="parts", weight="impossible", sentence=sentence)
    elif most < total.low - 1e-9:
        sentence = f"the parts have at most {most:.6g} % of {total} %: some are left over ({arm})"
        yield SumFinding(row=label, rule="parts", weight="unexplained", sentence=sentence)
