"""Averages of effects by group and time: over everything, by group, by calendar period, by time since the start.

Callaway and Sant'Anna (2021), section 3. Weights are the groups' shares of the units, estimated, so they carry a
variance of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from steget_eval.methods.effects.group_time import GroupTimeEffects, Ints, Panel
from steget_eval.methods.numerics.arms import Floats

Average = Literal["all", "group", "calendar", "event"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Averages:
    """Averages in order, each under its name.

    Attributes
    ----------
    names : length m
        ``all``; ``group=3``, ``calendar=5``, ``event=-2`` with the period, or the periods since the start; and
        ``mean=group``, ``mean=calendar``, ``mean=event`` for what those after the start come to together.
    estimate : shape (m,)
    influence : shape (n, m)
    treated, controls : shape (m,)
        Units that start and contribute, and the fewest controls of any effect in the average.
    """

    names: tuple[str, ...]
    estimate: Floats
    influence: Floats
    treated: Ints
    controls: Ints

    @property
    def std_error(self) -> Floats:
        """Standard errors from the influence, shape (m,)."""
        return np.asarray(np.sqrt((self.influence**2).sum(axis=0)) / self.influence.shape[0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _One:
    """One average: which effects are in it, its value and its influence."""

    name: str
    cells: NDArray[np.bool_]
    estimate: float
    influence: Floats


def average_effects(found: GroupTimeEffects, panel: Panel) -> Averages:
    """Return every average; placebos before the start appear under ``event`` alone."""
    after = found.period >= found.group
    event = found.period - found.group
    made = [_shared("all", after, found, panel)]
    groups = [_equal(f"group={g}", after & (found.group == g), found) for g in np.unique(found.group[after])]
    periods = [
        _shared(f"calendar={t}", after & (found.period == t), found, panel) for t in np.unique(found.period[after])
    ]
    since = [_shared(f"event={e}", event == e, found, panel) for e in np.unique(event)]
    later = [one for one in since if int(one.name.split("=")[1]) >= 0]
    made += [*groups, *periods, *since]
    made += [_of_groups(groups, found, panel), _mean("mean=calendar", periods), _mean("mean=event", later)]
    return Averages(
        names=tuple(one.name for one in made),
        estimate=np.array([one.estimate for one in made]),
        influence=np.column_stack([one.influence for one in made]),
        treated=np.array([_units(one, found) for one in made]),
        controls=np.array([found.controls[one.cells].min() for one in made]),
    )


def cells_of(name: str, found: GroupTimeEffects) -> NDArray[np.bool_]:
    """Tell which effects by group and time an average rests on."""
    kind, _, key = name.partition("=")
    after = found.period >= found.group
    if kind in {"all", "mean"}:
        return np.asarray(after)
    of = {"group": found.group, "calendar": found.period, "event": found.period - found.group}[kind]
    return np.asarray((of == int(key)) & (after | (kind == "event")))


def _units(one: _One, found: GroupTimeEffects) -> int:
    groups = {int(g): int(n) for g, n in zip(found.group[one.cells], found.treated[one.cells], strict=True)}
    return sum(groups.values())


def _shared(name: str, cells: NDArray[np.bool_], found: GroupTimeEffects, panel: Panel) -> _One:
    """Return an average by the groups' shares, with the part of the influence that is the shares' own."""
    share, att = found.share[cells], found.att[cells]
    weight = share / share.sum()
    own = found.influence[:, cells] @ weight
    return _One(name=name, cells=cells, estimate=float(weight @ att), influence=own + _shares(
        found.group[cells], share, att, panel))  # fmt: skip


def _shares(groups: Ints, share: Floats, att: Floats, panel: Panel) -> Floats:
    """Return the influence of estimated shares on the average, shape (n,)."""
    moved = panel.w[:, None] * (panel.start[:, None] == groups[None, :]) - share[None, :]
    total = share.sum()
    first = moved @ (att / total)
    second = moved.sum(axis=1) * float(share @ att) / total**2
    return np.asarray(first - second)


def _equal(name: str, cells: NDArray[np.bool_], found: GroupTimeEffects) -> _One:
    return _One(name=name, cells=cells, estimate=float(found.att[cells].mean()),
                influence=found.influence[:, cells].mean(axis=1))  # fmt: skip


def _of_groups(groups: list[_One], found: GroupTimeEffects, panel: Panel) -> _One:
    starts = np.array([int(one.name.split("=")[1]) for one in groups])
    share = np.array([found.share[found.group == g][0] for g in starts])
    att = np.array([one.estimate for one in groups])
    own = np.column_stack([one.influence for one in groups]) @ (share / share.sum())
    return _One(name="mean=group", cells=_any(groups), estimate=float(share @ att / share.sum()),
                influence=own + _shares(starts, share, att, panel))  # fmt: skip


def _mean(name: str, parts: list[_One]) -> _One:
    return _One(name=name, cells=_any(parts), estimate=float(np.mean([one.estimate for one in parts])),
                influence=np.column_stack([one.influence for one in parts]).mean(axis=1))  # fmt: skip


def _any(parts: list[_One]) -> NDArray[np.bool_]:
    return np.asarray(np.any([one.cells for one in parts], axis=0))
