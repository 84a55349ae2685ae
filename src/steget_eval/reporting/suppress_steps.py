"""Whether one arm's steps against the other's may be told, and the people who stand on them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import pandas as pd

from steget_eval.protocol import Protocol
from steget_eval.reporting.suppress import Thresholds

STEP_COLUMNS = ["estimand", "arm", "step", "n", "total", "suppressed"]


def few_on_a_step(steps: pd.DataFrame, protocol: Protocol, thresholds: Thresholds) -> frozenset[str]:
    """Return the outcomes of which a step has few people in an arm.

    The odds ratio, the wins and the ties, told to many decimals beside the arms' sizes, can be solved for the number on
    each step. So nothing of the outcome is told; nor of a further ladder over two looks that a ladder before it has,
    since those on a step by the one and not by the other may be few.
    """
    few = {
        protocol.estimand(str(estimand)).outcome
        for estimand, n in zip(steps["estimand"], steps["n"], strict=True)
        if thresholds.is_small(int(n))
    }
    seen: dict[object, str] = {}
    for name in dict.fromkeys(protocol.estimand(str(one)).outcome for one in steps["estimand"]):
        looks = protocol.outcome(name).before_after
        key = looks.model_dump_json(exclude={"counts"}) if looks is not None else ""
        if seen.setdefault(key, name) != name:
            few.add(name)
    return frozenset(few)


def numbers_on_steps(
    steps: pd.DataFrame, protocol: Protocol, families: Mapping[str, str]
) -> dict[str, list[tuple[Hashable, int]]]:
    """Return, for each estimand, the numbers of people that its answer gives back, by what they count.

    Those on a step, and those on it or above it, are held against people with the same states by other outcomes, where
    the steps' states all belong to one family of them.

    Parameters
    ----------
    families
        State to the family of outcomes that count it.
    """
    found: dict[str, list[tuple[Hashable, int]]] = {}
    for (estimand, arm), mine in steps.groupby(["estimand", "arm"], sort=False):
        ladder = {one.id: one for one in protocol.outcome(protocol.estimand(str(estimand)).outcome).ladder}
        above, kin = 0, set[str]()
        for step, n in reversed(list(zip(mine["step"], mine["n"], strict=True))):
            states = ladder[str(step)].states if str(step) in ladder else ()
            own = {families.get(state, "") for state in states}
            above, kin = above + int(n), kin | own
            # Steps of several families taken together are nobody else's number.
            told = [(one, int(n)) for one in own if len(own) == 1] + [(one, above) for one in kin if len(kin) == 1]
            found.setdefault(str(estimand), []).extend((("with", str(arm), one), many) for one, many in told if one)
    return found


def gate_steps(steps: pd.DataFrame, untold: frozenset[str]) -> pd.DataFrame:
    """Return the people by arm and step, with the arm's total; a question that is not told is one hidden row."""
    frames = []
    for estimand, mine in steps.groupby("estimand", sort=False):
        if str(estimand) in untold:
            frames.append(pd.DataFrame([(estimand, "all", "all", pd.NA, pd.NA, True)], columns=STEP_COLUMNS))
            continue
        total = mine.groupby("arm")["n"].transform("sum")
        frames.append(mine.assign(total=total, suppressed=False)[STEP_COLUMNS])
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=STEP_COLUMNS)
    return frame.astype({"n": "Int64", "total": "Int64", "suppressed": bool})
