"""Named random streams: the same seed and name give the same draws, unmoved by other draws."""

from __future__ import annotations

import hashlib

import numpy as np


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """Return the generator that belongs to `seed` and the given names.

    Parameters
    ----------
    seed
        A whole number, zero or more.
    names
        What the draws are for, from the general to the particular: ``stream(1, "bootstrap", 17)``.
    """
    digest = hashlib.sha256("\x1f".join(str(name) for name in names).encode()).digest()
    words = [int.from_bytes(digest[start : start + 4], "big") for start in range(0, 16, 4)]
    return np.random.default_rng(np.random.SeedSequence([seed, *words]))
