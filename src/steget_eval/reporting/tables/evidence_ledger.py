"""Tables of the reproduction ledger."""

from __future__ import annotations

from typing import Any

import pandas as pd

from steget_eval.reporting.release_evidence import EvidenceRelease
from steget_eval.reporting.tables.body import Table
from steget_eval.reporting.tables.evidence import table
from steget_eval.reporting.tables.evidence_rows import printed_label, same, text
from steget_eval.reporting.text import LANGUAGES, Cell, Label, code_label, key_label, label_text
from steget_eval.reporting.text.ledger_words import ledger_reason

_VERDICTS = ("reproduced", "not_reproducible", "not_enough_printed", "inconsistent")


def verdicts(release: EvidenceRelease) -> Table:
    """Return how many lines fall under each verdict, and what it means."""
    counts = release.ledger["verdict"].value_counts()
    rows = tuple(
        (
            text(code_label("evidence_verdict", one)), Cell(format="count", value=int(counts.get(one, 0))),
            text(code_label("evidence_meaning", one)),
        )
        for one in _VERDICTS
    )  # fmt: skip
    return table(("verdict", "lines", "meaning"), rows, key_label("evidence.caption.verdicts"), counts.reset_index())


def statuses(release: EvidenceRelease) -> Table:
    """Return where the library's counts are from."""
    counts = release.ledger["status"].value_counts()
    rows = tuple(
        (text(code_label("evidence_status", str(one))), Cell(format="count", value=int(number)))
        for one, number in counts.items()
    )
    return table(("status", "lines"), rows, key_label("evidence.caption.status"), counts.reset_index())


def faults(release: EvidenceRelease) -> Table:
    """Return the lines that cannot be right, then those that could not be reproduced, with the reasons."""
    order = {"inconsistent": 0, "not_reproducible": 1}
    mine = release.ledger[release.ledger["verdict"].isin(list(order))]
    mine = mine.sort_values("verdict", key=lambda verdict: verdict.map(order), kind="stable")
    rows = tuple(
        (
            _line(one), text(_what(one)), text(code_label("evidence_verdict", one["verdict"])),
            text(ledger_reason(one["reason"])),
        )
        for one in mine.to_dict("records")
    )  # fmt: skip
    return table(("line", "printed", "verdict", "reason"), rows, key_label("evidence.caption.faults"), mine)


def ledger(release: EvidenceRelease) -> Table:
    """Return every line of the library with its counts, their status, its verdict, the formula and the reason."""
    rows = tuple(
        (
            _line(one), text(_what(one)), _counts(one), _verdict(one), text(ledger_reason(one["reason"])),
        )
        for one in release.ledger.to_dict("records")
    )  # fmt: skip
    names = ("line", "printed", "counts", "verdict", "reason")
    return table(names, rows, key_label("evidence.caption.ledger"), release.ledger)


def left_out(release: EvidenceRelease, pool: str) -> Table:
    """Return how many printed figures on the outcome are in no figure of a pool, by reason."""
    mine = release.left_out[release.left_out["pool"] == pool]
    counts = mine["reason"].map(_why).value_counts() if len(mine) else pd.Series(dtype=int)
    rows = tuple(
        (text(code_label("evidence_left", str(why))), Cell(format="count", value=int(number)))
        for why, number in counts.items()
    )
    return table(("reason", "lines"), rows, key_label("evidence.caption.left_out"), mine)


def _line(one: dict[Any, Any]) -> Cell:
    return Cell(format="text", label=same(one["name"]), note=same(one["line"]))


def _counts(one: dict[Any, Any]) -> Cell:
    status = code_label("evidence_status", one["status"])
    if not one["counts"]:
        return text(status)
    told = {"sv": one["counts"].replace(" v ", " mot "), "en": one["counts"]}
    return Cell(format="text", label=told, note=status)


def _verdict(one: dict[Any, Any]) -> Cell:
    shown = one["verdict"] == "reproduced" and one["formula"]
    formula = code_label("evidence_formula", str(one["formula"])) if shown else None
    return Cell(format="text", label=code_label("evidence_verdict", one["verdict"]), note=formula)


def _why(reason: str) -> str:
    known = {"not a single": "not_single", "the four counts": "no_counts", "the follow-up is": "no_follow_up",
             "follow-up of": "other_window", "minimum dose": "other_dose",
             "the comparison was": "with_ips", "country": "other_kind", "population": "other_kind",
             "programme": "other_kind", "comparator": "other_kind", "fidelity": "other_kind"}  # fmt: skip
    return next((key for words, key in known.items() if reason.startswith(words)), "again")


def _what(one: dict[Any, Any]) -> Label:
    """The outcome, the measure, the figure with its limits and p-value, as each language writes them."""
    limits = f" ({one['printed_low']}–{one['printed_high']})" if one["printed_low"] else ""
    p = f", p {'' if str(one['p']).startswith('<') else '= '}{one['p']}" if one["p"] else ""
    figure = f"{one['printed']}{limits}{p}"
    if str(one["printed_low"]).startswith("-"):
        figure = f"{one['printed']} ({one['printed_low']}; {one['printed_high']}){p}"
    outcome = code_label("evidence_outcome", one["outcome"])
    measure = code_label("evidence_measure", one["measure"])
    told: dict[str, str] = {}
    for language in LANGUAGES:
        words = label_text(outcome, language)
        words += "" if one["measure"] == "p_value" else f": {label_text(measure, language)}"
        told[language] = f"{words} {label_text(printed_label(figure), language)}".strip().replace(" ,", ",")
    return told
