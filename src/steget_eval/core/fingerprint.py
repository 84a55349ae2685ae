"""Fingerprints: the same content gives the same hash, whatever its file looked like."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path


def fingerprint_json(value: object) -> str:
    """Return the SHA-256 of a JSON value with sorted keys; NaN is refused by the encoder."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return fingerprint_bytes(text.encode())


def fingerprint_bytes(content: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def fingerprint_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
