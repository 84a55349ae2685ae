"""Whether a protocol was locked before its outcomes were read, and every change since."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from steget_eval.core.fingerprint import fingerprint_json
from steget_eval.core.frames import Tidy
from steget_eval.protocol import Protocol

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One thing that was decided otherwise after the protocol was locked.

    Attributes
    ----------
    what
        The path in the protocol, parts of a list by their id: ``outcomes.employment.window.months``.
    before, after
        As JSON values; None where the thing was not there.
    at
        When it was locked as an amendment; for one that never was, when it was first opened here, or None.
    amended
        Whether it was locked as an amendment.
    """

    what: str
    before: Any
    after: Any
    at: datetime | None
    amended: bool


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Registration(Tidy):
    """How a protocol stands to its lock and to the reading of its outcomes.

    Attributes
    ----------
    order
        ``locked_first``: locked before this package first read outcomes on this account. ``unknown``: everything
        else, also where there is no lock.
    first_read
        When this package first read the records, on this account; None where that is not known.
    """

    order: Literal["locked_first", "unknown"]
    locked_at: datetime | None
    first_read: datetime | None
    deviations: tuple[Deviation, ...]

    @property
    def fingerprint(self) -> str:
        """The hash of what a report says of it."""
        rows = [(one.what, one.before, one.after, str(one.at), one.amended) for one in self.deviations]
        return fingerprint_json([self.order, str(self.locked_at), rows])

    def to_frame(self) -> pd.DataFrame:
        """Return one row per deviation: `what`, `before`, `after`, `at`, `amended`."""
        import pandas as pd

        rows = [(one.what, one.before, one.after, one.at, one.amended) for one in self.deviations]
        return pd.DataFrame(rows, columns=["what", "before", "after", "at", "amended"])


def find_registration(protocol: Protocol, first_read: datetime | None) -> Registration:
    """Return whether the protocol was locked before its outcomes were read, and what has changed since.

    Parameters
    ----------
    first_read
        When the records were first read, as `Records.first_read` tells it.
    """
    standing = protocol.standing
    if standing is None:
        return Registration(order="unknown", locked_at=None, first_read=first_read, deviations=())
    is_first = first_read is not None and standing.locked_at <= first_read
    return Registration(
        order="locked_first" if is_first else "unknown",
        locked_at=standing.locked_at,
        first_read=first_read,
        deviations=tuple(_deviations(protocol)),
    )


def _deviations(protocol: Protocol) -> Iterator[Deviation]:
    standing = protocol.standing
    if standing is None:
        return
    decisions = standing.lock.decisions
    for before, after in itertools.pairwise(decisions):
        for what, old, new in _differences(_said(before.protocol), _said(after.protocol)):
            yield Deviation(what=what, before=old, after=new, at=after.at, amended=True)
    now = protocol.model_dump(mode="json")
    for what, old, new in _differences(_said(decisions[-1].protocol), now):
        yield Deviation(what=what, before=old, after=new, at=standing.changed_at, amended=False)


def _said(locked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a locked protocol with the defaults of what has since come to be asked of one, so that they differ not."""
    try:
        return Protocol.model_validate(locked).model_dump(mode="json")
    except ValidationError:
        return locked


def _differences(old: Any, new: Any, at: str = "") -> Iterator[tuple[str, Any, Any]]:
    if old == new:
        return
    before, after = _parts(old), _parts(new)
    if before is None or after is None:
        yield at, old, new
        return
    found = False
    for name in dict.fromkeys((*before, *after)):
        for difference in _differences(before.get(name), after.get(name), f"{at}.{name}" if at else name):
            found = True
            yield difference
    if not found:  # the same parts in another order
        yield at, list(before), list(after)


def _parts(value: Any) -> Mapping[str, Any] | None:
    """Return a mapping's parts, or those of a list whose members bear ids; None for what is compared whole."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list) and value and all(isinstance(one, Mapping) and "id" in one for one in value):
        return {str(one["id"]): one for one in value}
    return None
