"""Opens what a run was given, so that a wrong protocol or wrong records are refused before a kernel starts."""

from __future__ import annotations

from pathlib import Path

from steget_eval.core.errors import SpecError
from steget_eval.intake import read_records
from steget_eval.protocol import load_protocol
from steget_eval.study.answers import method_lines
from steget_eval.study.deviations import find_registration


def fingerprint_inputs(protocol: Path, records: Path) -> dict[str, str]:
    """Return the fingerprints of protocol, records and lock, the origin and the seed; refuses in sentences."""
    decided = load_protocol(protocol)
    try:
        for estimand in decided.estimands:
            method_lines(decided, estimand)
    except SpecError as error:
        raise SpecError(f"{protocol}: {error}") from None
    opened = read_records(records)
    lock = find_registration(decided, opened.first_read).fingerprint if decided.standing else ""
    return {
        "protocol": decided.fingerprint, "records": opened.fingerprint, "origin": opened.card.origin,
        "seed": str(decided.seed), "lock": lock,
    }  # fmt: skip
