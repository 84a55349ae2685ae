"""Refuses what takes people one by one where the protocol says that they come in clusters."""

from __future__ import annotations

from steget_eval.core.errors import OneByOneError
from steget_eval.protocol import Protocol


def refuse_clusters(protocol: Protocol, what: str) -> None:
    """Raise `OneByOneError` where the protocol names clusters: `what` would be too sure of itself."""
    if protocol.cluster is not None:
        raise OneByOneError(
            f"{what} takes people one by one, and the protocol names {protocol.cluster} as cluster: what it says would "
            "be too sure of itself and is refused"
        )
