"""What an audit is given of a printed table, with what it says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from steget_eval.core.frames import Tidy
from steget_eval.core.printed import Printed
from steget_eval.methods.evidence.audit_sums import Arm, Cells
from steget_eval.methods.evidence.ledger_line import Line

Rule = Literal["events", "percent", "arms", "parts", "effect", "limits", "p"]
Weight = Literal["impossible", "unreproduced", "unexplained"]

_NOT_PRINTED = Cells()
_NO_EFFECT = Line(measure="none")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedRow:
    """One row of a printed table: two arms, everybody, and the effect beside them.

    Attributes
    ----------
    part_of
        The row that this one is a part of; empty where it is none.
    arm_1, arm_0, everyone
        People, events and percentage, each None where it was not printed.
    effect
        The effect with its limits and p-value; its counts are those of the arms.
    """

    label: str
    part_of: str = ""
    arm_1: Cells = _NOT_PRINTED
    arm_0: Cells = _NOT_PRINTED
    everyone: Cells = _NOT_PRINTED
    effect: Line = _NO_EFFECT

    @property
    def arms(self) -> tuple[tuple[Arm, Cells], ...]:
        """The three blocks of cells by name."""
        return ("arm 1", self.arm_1), ("arm 0", self.arm_0), ("everyone", self.everyone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong.

    Attributes
    ----------
    weight
        ``impossible``: no counts could give it; ``unreproduced``: no formula tried gives it; ``unexplained``: something
        is left over that may have a reason.
    """

    row: str
    rule: Rule
    weight: Weight
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconstructed:
    """A count that was not printed, with every count that its percentage allows.

    Attributes
    ----------
    with_effect
        Those that also give the printed effect with its limits, or the p-value; the same where nothing was printed.
    """

    row: str
    arm: Arm
    n: int
    percent: Printed
    candidates: tuple[int, ...]
    with_effect: tuple[int, ...]

    @property
    def is_unique(self) -> bool:
        """Whether one count alone is left."""
        return len(self.with_effect) == 1


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Audit(Tidy):
    """What was found in a table, row by row."""

    findings: tuple[Finding, ...]
    reconstructed: tuple[Reconstructed, ...]
    rows: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row per finding."""
        names = ["row", "rule", "weight", "sentence"]
        return pd.DataFrame([[getattr(f, name) for name in names] for f in self.findings], columns=names)

    def counts_frame(self) -> pd.DataFrame:
        """Return one row per reconstructed count, with its candidates as text."""
        return pd.DataFrame(
            [
                {
                    "row": r.row, "arm": r.arm, "n": r.n, "percent": str(r.percent),
                    "candidates": ", ".join(map(str, r.candidates)),
                    "with_effect": ", ".join(map(str, r.with_effect)),
                    "status": "reconstructed_unique" if r.is_unique else "reconstructed_plausible",
                }
                for r in self.reconstructed
            ],
            columns=["row", "arm", "n", "percent", "candidates", "with_effect", "status"],
        )  # fmt: skip
