"""The lock of a protocol: what was decided and when, in full, in a file beside it."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, ValidationError

from steget_eval.core.errors import SpecError
from steget_eval.core.fingerprint import fingerprint_json
from steget_eval.core.ledger import note_first
from steget_eval.core.yaml import refusal
from steget_eval.protocol.base import Id, Part

if TYPE_CHECKING:
    from steget_eval.protocol.protocol import Protocol


class Decision(Part):
    """A protocol as it was locked once.

    Attributes
    ----------
    at
        UTC.
    package
        The version of this package that wrote the lock.
    protocol
        Every decision, defaults included, as JSON; `fingerprint` is its hash.
    """

    at: datetime
    fingerprint: str
    package: str
    protocol: dict[str, Any]


class Lock(Part):
    """What a lock file says.

    Attributes
    ----------
    decisions
        The first is the lock, those after it are amendments that were locked as well, in their order.
    """

    lock: Literal[1]
    id: Id
    decisions: tuple[Decision, ...] = Field(min_length=1)


class Standing(Part):
    """How a protocol stands to its lock.

    Attributes
    ----------
    changed_at
        When a protocol that differs from the last decision was first opened on this account; None where it does not
        differ, or where the account keeps no ledger.
    """

    lock: Lock
    changed_at: datetime | None = None

    @property
    def locked_at(self) -> datetime:
        """When the protocol was first locked."""
        return self.lock.decisions[0].at


def lock_path(protocol: Path) -> Path:
    """Return where the lock of a protocol lies: ``protocol.lock.json`` beside ``protocol.yaml``."""
    return protocol.with_name(f"{protocol.stem}.lock.json")


def write_lock(file: Path, protocol: Protocol) -> Lock:
    """Lock a protocol, or lock an amendment where it was locked before and has changed; return the lock.

    What was locked before is never taken away. A protocol that has not changed leaves the file as it is.
    """
    place = lock_path(file)
    before = read_lock(file)
    said = protocol.model_dump(mode="json")
    now = Decision(
        at=datetime.now(UTC), fingerprint=protocol.fingerprint, package=version("steget-eval"), protocol=said
    )
    if before is not None and before.id != protocol.id:
        raise SpecError(f"{place}: this is the lock of {before.id}; {file} is the protocol of {protocol.id}")
    if before is not None and before.decisions[-1].fingerprint == protocol.fingerprint:
        return before
    lock = Lock(lock=1, id=protocol.id, decisions=(*(before.decisions if before else ()), now))
    text = json.dumps(lock.model_dump(mode="json"), indent=2, ensure_ascii=False, sort_keys=True, allow_nan=False)
    beside = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        beside.write_text(f"{text}\n", encoding="utf-8")
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)
    return lock


def read_lock(file: Path) -> Lock | None:
    """Return the lock of the protocol in `file`, or None where it was never locked.

    Raises
    ------
    SpecError
        Where the lock cannot be read, or where a decision in it is not the one whose fingerprint it bears.
    """
    place = lock_path(file)
    if not place.is_file():
        return None
    try:
        lock = Lock.model_validate_json(place.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise SpecError(refusal(place, error, Lock)) from None
    except (OSError, ValueError):
        raise SpecError(f"{place}: the lock cannot be read") from None
    for number, decision in enumerate(lock.decisions):
        if fingerprint_json(decision.protocol) != decision.fingerprint:
            raise SpecError(f"{place}: decisions[{number}] is not what was locked: its fingerprint is another's")
    times = [decision.at for decision in lock.decisions]
    if times != sorted(times):
        raise SpecError(f"{place}: the decisions do not stand in the order of their times")
    return lock


def standing_of(file: Path, protocol: Protocol) -> Standing | None:
    """Return how the protocol in `file` stands to its lock, or None where it was never locked."""
    lock = read_lock(file)
    if lock is None:
        return None
    last = lock.decisions[-1].fingerprint
    if lock.id == protocol.id and last == protocol.fingerprint:
        return Standing(lock=lock)
    return Standing(lock=lock, changed_at=note_first(f"changed {lock.id} {last} {protocol.fingerprint}"))
