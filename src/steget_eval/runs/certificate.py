"""What verifying a report found, thing by thing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from steget_eval.core.frames import Tidy

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was verified; a ``NOTE`` tells of a difference that by itself fails nothing.

    Attributes
    ----------
    kind
        ``file``, ``ingredient``, ``run``, ``estimates``, ``table``, ``figure`` or ``text``.
    """

    kind: Literal["file", "ingredient", "run", "estimates", "table", "figure", "text"]
    name: str
    state: Literal["PASS", "FAIL", "NOTE"]
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Certificate(Tidy):
    """What verifying a report found."""

    report: Path
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return all(check.state != "FAIL" for check in self.checks)

    @property
    def exit_code(self) -> int:
        """0 where everything passed, otherwise 3."""
        return 0 if self.passed else 3

    @property
    def differing(self) -> tuple[str, ...]:
        """The ingredients that are not those of the report, each with what differs of it."""
        differ = (one for one in self.checks if one.kind == "ingredient" and one.state != "PASS")
        return tuple(f"{one.name} ({one.detail})" if one.detail else one.name for one in differ)

    @property
    def sentence(self) -> str:
        """The verdict in one line; where something failed, with the ingredients that differ."""
        if self.passed:
            return "PASS"
        if self.differing:
            return f"FAIL; what differs: {', '.join(self.differing)}"
        return (
            "FAIL; every ingredient is that of the report: its files were altered, or this machine computes otherwise"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row per check: `kind`, `check`, `state`, `detail`."""
        import pandas as pd

        rows = [(check.kind, check.name, check.state, check.detail) for check in self.checks]
        return pd.DataFrame(rows, columns=["kind", "check", "state", "detail"])
