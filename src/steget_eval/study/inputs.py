"""Opens what a run was given, so that a wrong protocol or wrong records are refused before a kernel starts."""

from __future__ import annotations

from pathlib import Path

from steget_eval.intake import read_records
from steget_eval.protocol import load_protocol
from steget_eval.study.answers import method_lines


def fingerprint_inputs(protocol: Path, records: Path) -> dict[str, str]:
    """Return the fingerprints of protocol and records; refuses both in sentences."""
    decided = load_protocol(protocol)
    for estimand in decided.estimands:
        method_lines(decided, estimand)
    opened = read_records(records)
    return {"protocol": decided.fingerprint, "records": opened.fingerprint, "origin": opened.card.origin}
