"""Which starts and periods each average of a panel rests on, so that the gate knows what it could give back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from steget_eval.methods.effects.group_time import is_control
from steget_eval.protocol.panel import Panel

Cells = frozenset[tuple[int, int]]


def rests_on(panel: Panel) -> Mapping[str, Cells]:
    """Return by the average's name, as in `subgroup`, the (start, period) of the numbers behind it; -1 is never."""
    found: dict[str, set[tuple[int, int]]] = {}
    for start, period, cells in _effects(panel):
        names = [f"event={period - start}", f"band={period - start}"]
        if period >= start:
            names += [f"group={panel.labels[start]}", f"calendar={panel.labels[period]}", "all"]
            names += ["mean=group", "mean=calendar", "mean=event"]
        for name in names:
            found.setdefault(name, set()).update(cells)
    return {name: frozenset(cells) for name, cells in found.items()}


def _effects(panel: Panel) -> Iterator[tuple[int, int, Cells]]:
    starts = np.array([panel.start_of(unit) for unit in panel.units])
    for start in np.unique(starts[starts >= 0]):
        base = int(start) - 1 - panel.anticipation
        for period in range(len(panel.labels)):
            controls = starts[is_control(starts, int(start), period, panel.control, panel.anticipation)]
            if base < 0 or period == base or not controls.size:
                continue
            groups = {int(start), *(int(one) for one in np.unique(controls))}
            yield int(start), period, frozenset((group, at) for group in groups for at in (period, base))
