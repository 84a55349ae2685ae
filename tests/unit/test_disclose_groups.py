"""What an attacker can compute from groups and parts that were told."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steget_eval import disclose, evaluate, load_protocol, read_records
from steget_eval.core.shipped import shipped
from steget_eval.protocol import Protocol
from steget_eval.records import Records
from steget_eval.records.card import Label, RecordsCard

WORDS = {"sv": "a", "en": "a"}
PARTS = ("work", "studies", "support")
SITES = ("a", "b", "c", "d", "e", "f", "g")
PERIOD = "2016"


def protocol_of(*, sites: bool, minimum: int = 5) -> Protocol:
    def outcome(name: str, **more: Any) -> dict[str, Any]:
        counts: dict[str, Any] = {"category": name, "of": "people", "period": PERIOD}
        if sites:
            counts["sites"] = [
                {"id": s, "label": WORDS, "category": f"{name} {s}", "of": f"people {s}"} for s in SITES
            ]  # fmt: skip
        return {"id": name, "kind": "binary", "label": WORDS, "definition": WORDS, "counts": counts, **more}

    def estimand(name: str) -> dict[str, Any]:
        asked: dict[str, Any] = {"by": ["site" if sites else "sex"]}
        return {"id": name, "question": WORDS, "outcome": name, "population": "arm", "contrast": "risk", **asked}

    return Protocol.model_validate(
        {
            "schema_version": 1, "id": "drawn", "title": WORDS, "decided_on": "2026-01-01", "design": "aggregate",
            "programme": {"id": "drawn", "name": WORDS, "is_ips": False, "description": WORDS},
            "arms": {"treated": {"id": "all_of_them", "label": WORDS}}, "clock": {"index": "none"},
            "outcomes": [outcome("moved"), *(outcome(name, part_of="moved") for name in PARTS)],
            "estimands": [estimand(name) for name in ("moved", *PARTS)], "primary": "moved",
            "disclosure": {"minimum_cell": minimum, "minimum_denominator": 10},
        }
    )  # fmt: skip


def records_of(cells: Mapping[tuple[str, str], int], *, sites: bool) -> Records:
    """Records of a table of cells: (part or none, level) to people."""
    levels = tuple(dict.fromkeys(level for _, level in cells))
    rows: list[tuple[str, str, str | None, int]] = []

    def add(category: str, chosen: tuple[str, ...]) -> None:
        for level in levels:
            n = sum(cells[one, level] for one in chosen)
            rows.append((PERIOD, f"{category} {level}" if sites else category, None if sites else level, n))
        if sites:
            rows.append((PERIOD, category, None, sum(cells[one, level] for one in chosen for level in levels)))

    add("people", (*PARTS, "none"))
    add("moved", PARTS)
    for part in PARTS:
        add(part, (part,))
    table = pa.table(dict(zip(("period", "category", "sex", "n"), zip(*rows, strict=True), strict=True)))
    card = RecordsCard(
        schema_version=1, title=Label(**WORDS), origin="synthetic", source=Label(**WORDS), licence="none"
    )
    return Records(tables={"counts": table}, card=card, name="drawn")


def given_back(frame: pd.DataFrame, cells: Mapping[tuple[str, str], int], minimum: int) -> list[tuple[Any, ...]]:
    """Return every union of cells with 1 to `minimum` − 1 people, or a cell of none, that the told rows determine.

    The attacker knows every sum of the table, and solves by rank: a union is determined where adding it to the told
    sums adds no rank.
    """
    levels = tuple(dict.fromkeys(level for _, level in cells))
    classes = (*PARTS, "none")
    place = {cell: number for number, cell in enumerate(itertools.product(classes, levels))}

    def union(some: tuple[str, ...], at: tuple[str, ...]) -> np.ndarray:
        found = np.zeros(len(place))
        found[[place[one, level] for one in some for level in at]] = 1
        return found

    told = []
    for row in frame[~frame["suppressed"] & (frame["contrast"] == "risk_1")].to_dict("records"):
        at = levels if row["subgroup"] == "all" else (row["subgroup"].split("=")[1],)
        mine = PARTS if row["outcome"] == "moved" else (row["outcome"],)
        told += [union(classes, at), union(mine, at)]
    if not told:
        return []
    matrix = np.array(told)
    rank = np.linalg.matrix_rank(matrix)
    found = []
    for size, width in itertools.product(range(1, 5), range(1, len(levels) + 1)):
        for some, at in itertools.product(itertools.combinations(classes, size), itertools.combinations(levels, width)):
            n = sum(cells[one, level] for one in some for level in at)
            if n < minimum and np.linalg.matrix_rank(np.vstack([matrix, union(some, at)])) == rank:
                found.append((some, at, n))
    return found


counts = st.integers(0, 24)


@settings(max_examples=40, deadline=None)
@given(st.lists(counts, min_size=8, max_size=8), st.sampled_from([3, 5, 10]))
def test_nothing_under_the_minimum_comes_back_from_parts_by_sex(numbers: list[int], minimum: int) -> None:
    cells = dict(zip(itertools.product((*PARTS, "none"), ("woman", "man")), numbers, strict=True))
    if sum(numbers) == 0:
        return
    release = disclose(evaluate(protocol_of(sites=False, minimum=minimum), records_of(cells, sites=False)))
    assert given_back(release.to_frame(), cells, minimum) == []


def test_nothing_under_the_minimum_comes_back_from_seven_sites_with_28_events() -> None:
    moved = {"work": (3, 2, 4, 1, 2, 1, 0), "studies": (2, 1, 1, 1, 1, 1, 1), "support": (1, 1, 2, 1, 1, 0, 1)}
    cells = {(part, site): n for part, found in moved.items() for site, n in zip(SITES, found, strict=True)}
    cells |= {("none", site): n for site, n in zip(SITES, (20, 16, 18, 17, 20, 18, 14), strict=True)}
    release = disclose(evaluate(protocol_of(sites=True), records_of(cells, sites=True)))
    frame = release.to_frame()
    assert not frame[(frame["outcome"] == "moved") & (frame["subgroup"] == "all")]["suppressed"].any()
    assert given_back(frame, cells, 5) == []


def test_the_published_sizes_keep_what_can_be_told_by_sex() -> None:
    cells = {("work", "woman"): 8, ("work", "man"): 6, ("studies", "woman"): 5, ("studies", "man"): 2,
             ("support", "woman"): 4, ("support", "man"): 3, ("none", "woman"): 76, ("none", "man"): 47}  # fmt: skip
    frame = disclose(evaluate(protocol_of(sites=False), records_of(cells, sites=False))).to_frame()
    told = {(row.outcome, row.subgroup) for row in frame.itertuples() if not row.suppressed}
    assert ("moved", "sex=woman") in told
    assert ("moved", "sex=man") in told
    assert ("studies", "sex=man") not in told
    assert ("studies", "sex=woman") not in told
    assert given_back(frame, cells, 5) == []


@pytest.mark.parametrize("part", ["studies", "support"])
def test_a_small_part_takes_another_with_it(part: str) -> None:
    cells = {("work", "woman"): 10, ("work", "man"): 10, ("studies", "woman"): 9, ("studies", "man"): 9,
             ("support", "woman"): 9, ("support", "man"): 9, ("none", "woman"): 60, ("none", "man"): 60}  # fmt: skip
    cells |= {(part, "woman"): 2, (part, "man"): 1}
    frame = disclose(evaluate(protocol_of(sites=False), records_of(cells, sites=False))).to_frame()
    all_told = frame[(frame["subgroup"] == "all") & ~frame["suppressed"]]["outcome"].unique()
    assert part not in all_told
    assert len(set(PARTS) & set(all_told)) < 2
    assert given_back(frame, cells, 5) == []


def test_money_is_hidden_with_the_count_it_is_divided_by() -> None:
    """Able to go on 21, begun 19: the second would tell of two people, and its cost would tell the second."""
    folder = shipped("data", "programmes", "steget_linkoping")
    told = load_protocol(folder / "protocol.yaml").model_dump(mode="json")
    begun = {**told["outcomes"][0], "id": "begun", "counts": {**told["outcomes"][0]["counts"], "category": "begun"}}
    asked = {**told["estimands"][0], "id": "begun", "outcome": "begun"}
    money = {**told["economics"][0], "id": "begun_cost", "estimand": "begun"}
    protocol = Protocol.model_validate(
        {**told, "outcomes": [*told["outcomes"], begun], "estimands": [*told["estimands"], asked],
         "economics": [*told["economics"], money]}
    )  # fmt: skip
    records = read_records(folder / "records")
    rows = [*records.tables["counts"].to_pylist(), {"period": "2010", "category": "begun", "sex": None, "n": 19}]
    counts = pa.Table.from_pylist(rows, schema=records.tables["counts"].schema)
    frame = disclose(evaluate(protocol, Records(tables={"counts": counts}, card=records.card, name="two"))).to_frame()
    assert frame[frame["outcome"] == "begun"]["suppressed"].all()
    assert not frame[frame["subgroup"] == "cost=budget_2010"]["suppressed"].any()


def test_how_small_sites_share_their_events_moves_nothing_that_is_told() -> None:
    """Small sites are put together before anything is drawn from them, so that no shrunken share gives one back."""
    told = protocol_of(sites=True).model_dump(mode="json")
    alone = {**told["estimands"][0], "by": [], "pooled_by": "site"}
    protocol = Protocol.model_validate({**told, "outcomes": told["outcomes"][:1], "estimands": [alone]})
    frames = []
    for few in ((2, 3, 1, 2), (1, 1, 4, 2)):
        work = (11, 6, 5, *few)
        cells = {("work", site): n for site, n in zip(SITES, work, strict=True)}
        cells |= {(part, site): 0 for part in ("studies", "support") for site in SITES}
        cells |= {("none", site): 30 - n for site, n in zip(SITES, work, strict=True)}
        frames.append(disclose(evaluate(protocol, records_of(cells, sites=True))).to_frame())
    pd.testing.assert_frame_equal(*frames)
    assert set(frames[0]["subgroup"]) == {"all", "site=a", "site=b", "site=c", "site=others"}
    assert not frames[0]["suppressed"].any()
