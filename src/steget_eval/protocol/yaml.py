"""Reads a protocol from YAML, or refuses it with file, path, what was found and what is allowed."""

from __future__ import annotations

from pathlib import Path

from steget_eval.core.yaml import load_model
from steget_eval.protocol.lock import standing_of
from steget_eval.protocol.protocol import Protocol


def load_protocol(path: str | Path) -> Protocol:
    """Return the protocol in a YAML file; it knows how it stands to the lock beside it, if there is one.

    Raises
    ------
    SpecError
        With one line for every fault: file, path inside it, what was found, what is allowed.
    """
    file = Path(path)
    protocol = load_model(file, Protocol)
    standing = standing_of(file, protocol)
    return protocol if standing is None else protocol.with_standing(standing)
