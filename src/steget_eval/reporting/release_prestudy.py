"""What of a prestudy may be shown: its mapping and planning values, without small counts of people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from steget_eval.core.frames import Tidy
from steget_eval.protocol import Protocol
from steget_eval.protocol.disclosure import Disclosure
from steget_eval.protocol.prestudy import Prestudy
from steget_eval.protocol.prestudy_mapping import Mapping
from steget_eval.study.prestudy import FunctionFound

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PrestudyRelease(Tidy):
    """A prestudy after the gate.

    Attributes
    ----------
    mapping
        As found, but for the lines of `hidden`: their counts are no longer in it.
    mapping_fingerprint
        Of the mapping as found.
    estimates
        The answer's columns in their order, then `suppressed`; a suppressed row has no number.
    hidden
        The target group's lines whose counts the gate took away.
    policy
        The limits that were held.
    internal
        True where nothing was taken away.
    """

    protocol: Protocol
    prestudy: Prestudy
    mapping: Mapping
    mapping_fingerprint: str
    functions: tuple[FunctionFound, ...]
    estimates: pd.DataFrame
    hidden: tuple[str, ...]
    policy: Disclosure
    internal: bool = False

    @property
    def origin(self) -> Literal["real", "synthetic"]:
        """Whether the mapping's answers were given or made up."""
        return self.mapping.origin

    def to_frame(self) -> pd.DataFrame:
        """Return the released table of planning values."""
        return self.estimates.copy()

    def row(self, contrast: str, subgroup: str) -> dict[Any, Any] | None:
        """Return one planning value; None where there is none."""
        mine = self.estimates[(self.estimates["contrast"] == contrast) & (self.estimates["subgroup"] == subgroup)]
        found: dict[Any, Any] | None = None if mine.empty else mine.iloc[0].to_dict()
        return found
