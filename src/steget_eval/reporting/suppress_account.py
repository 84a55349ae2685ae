"""What may be told of the files behind records: counts of rows are counts of people, or close to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from steget_eval.records.account import DataAccount
from steget_eval.records.card import AccountingLine
from steget_eval.reporting.release import Rule
from steget_eval.reporting.release_account import ACCOUNTING, FOUND, ReleasedAccount
from steget_eval.reporting.suppress import Published, size_key

#: Fates that add up to the rows that were read; derived rows came from none of their own.
_READ = ("kept", "merged", "dropped")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GatedAccount:
    """The account after the gate, and what was taken away."""

    account: ReleasedAccount
    taken: Counter[tuple[Rule, str]]


def gate_account(account: DataAccount, published: Published | None) -> GatedAccount:
    """Hide small numbers of rows, and those that lie close to a number of people that was told.

    Rows of participants are people, so that a number that differs little from the people told elsewhere would give back
    the few between. Where a part of the rows that were read is hidden, their sum is not told.

    Parameters
    ----------
    published
        The numbers told before; None where nothing is to be taken away.
    """
    taken: Counter[tuple[Rule, str]] = Counter()
    lines = _summed(account.accounting)
    told = []
    for table, fate, sv, en, rows in lines:
        rule = _rule(rows, published)
        if rule is None and published is not None:
            published = published.with_numbers([(size_key("all"), rows)])
        taken[rule or "zero", "accounting"] += rule is not None
        told.append((table, fate, sv, en, None if rule else rows, rule is not None))
    read = [rows for _, fate, _, _, rows in lines if fate in _READ]
    is_whole = not any(hidden for _, fate, *_, hidden in told if fate in _READ)
    if is_whole and len(read) > 1:
        told.append(("", "read", "", "", sum(read), False))
    found = []
    for one in account.found:
        rule = _rule(one.rows, published) if one.rows else None
        taken[rule or "zero", "found"] += rule is not None
        words = (one.message.sv, one.message.en)
        found.append((one.rule, one.table, one.column, *words, None if rule or not one.rows else one.rows, bool(rule)))
    return GatedAccount(
        account=ReleasedAccount(
            found=_frame(found, FOUND), accounting=_frame(told, ACCOUNTING), assumptions=account.assumptions
        ),
        taken=+taken,
    )


def _rule(rows: int, published: Published | None) -> Rule | None:
    if published is None:
        return None
    rule = published.thresholds.rule(rows)
    if rule is None and not published.admits(size_key("all"), rows):
        return "small_difference"
    return rule


def _summed(lines: tuple[AccountingLine, ...]) -> list[tuple[str, str, str, str, int]]:
    sums: Counter[tuple[str, str, str, str]] = Counter()
    for line in lines:
        sv, en = (line.reason.sv, line.reason.en) if line.reason else ("", "")
        # A row is dropped before anybody knows what table it would have been in.
        table = "" if line.fate == "dropped" else line.table
        sums[table, line.fate, sv, en] += line.rows
    order = {fate: place for place, fate in enumerate((*_READ, "derived"))}
    return sorted(((*key, rows) for key, rows in sums.items() if rows), key=lambda one: order[one[1]])


def _frame(rows: Sequence[tuple[object, ...]], names: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=[*names, "suppressed"])
    return frame.astype({"rows": "Int64", "suppressed": bool})
