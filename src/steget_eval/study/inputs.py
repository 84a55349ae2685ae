"""Opens what a run was given, so that a wrong protocol or wrong records are refused before a kernel starts."""

from __future__ import annotations

from pathlib import Path

from steget_eval.core.errors import SpecError
from steget_eval.core.fingerprint import fingerprint_json
from steget_eval.intake import read_records, read_trials
from steget_eval.protocol import load_protocol
from steget_eval.protocol.evidence import asks_evidence, load_evidence
from steget_eval.study.answers import method_lines
from steget_eval.study.deviations import find_registration
from steget_eval.study.prestudy import fingerprint_prestudy


def fingerprint_inputs(protocol: Path, records: Path) -> dict[str, str]:
    """Return the fingerprints of protocol, records, their card and lock, the origin and the seed; refuses in sentences.

    A card tells in the report what was assumed and where each row went, without being part of what the rows say.

    A question to the evidence takes a library for records, a prestudy its mapping; what a question names beside it
    counts in both.
    """
    if asks_evidence(protocol):
        return _fingerprint_evidence(protocol, records)
    decided = load_protocol(protocol)
    if decided.design == "prestudy":
        return fingerprint_prestudy(protocol, records)
    try:
        for estimand in decided.estimands:
            method_lines(decided, estimand)
    except SpecError as error:
        raise SpecError(f"{protocol}: {error}") from None
    opened = read_records(records)
    lock = find_registration(decided, opened.first_read).fingerprint if decided.standing else ""
    return {
        "protocol": decided.fingerprint, "records": opened.fingerprint, "origin": opened.card.origin,
        "seed": str(decided.seed), "lock": lock, "card": fingerprint_json(opened.card.model_dump(mode="json")),
    }  # fmt: skip


def _fingerprint_evidence(protocol: Path, library: Path) -> dict[str, str]:
    asked, lines = load_evidence(protocol), read_trials(library)
    programme, folder = asked.programme(), asked.programme_records()
    decided, held, origin = [asked.fingerprint], [lines.fingerprint], "published"
    if programme is not None and folder is not None:
        opened = read_records(folder)
        decided.append(programme.fingerprint)
        held.append(opened.fingerprint)
        origin = f"beside_{opened.card.origin}"
    return {
        "protocol": fingerprint_json(decided), "records": fingerprint_json(held), "origin": origin, "seed": "",
        "lock": "",
    }  # fmt: skip
