"""Writes again the two synthetic panels of municipalities: counts by period, drawn from what is stated here.

    .venv/bin/python data/programmes/build_panels.py

Nobody exists: each cell is drawn from a binomial with the share that the functions below state. Units, starts and
covariates are those of each protocol.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from steget_eval.core.streams import stream
from steget_eval.intake import write_records
from steget_eval.protocol import Protocol, load_protocol
from steget_eval.protocol.panel import Panel
from steget_eval.records import Records
from steget_eval.records.card import Label, RecordsCard

PROGRAMMES = Path(__file__).resolve().parent
SEEDS = {"staggered_example": 2025, "interrupted_example": 2025}
#: In work after the start: three points more at once and one more each half-year, up to nine.
LEVEL, GROWTH, MOST = 0.03, 0.01, 0.09


def build(programme: str, folder: Path) -> None:
    """Write the synthetic counts of one programme into a folder."""
    protocol = load_protocol(PROGRAMMES / programme / "protocol.yaml")
    panel, seed = protocol.panel, SEEDS[programme]
    assert panel is not None
    n, share = _halves(panel, seed) if programme == "staggered_example" else _months(panel, seed)
    drawn = stream(seed, programme, "outcome").binomial(n, share)
    write_records(
        Records(tables={"counts": _table(panel, n, drawn)}, card=_card(protocol, seed), name=programme), folder
    )


def effect(since: np.ndarray) -> np.ndarray:
    """Return the true difference in the share at half-years since the start; none before it."""
    return np.where(since >= 0, np.minimum(LEVEL + GROWTH * since, MOST), 0.0)


def _halves(panel: Panel, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng, units, T = stream(seed, "staggered_example", "units"), len(panel.units), len(panel.labels)
    starts = np.array([panel.start_of(unit) for unit in panel.units])
    unemployment = np.array([unit.covariates["unemployment"] for unit in panel.units])
    n = rng.integers(90, 420, size=(units, 1)) + rng.integers(-15, 16, size=(units, T))
    base = 0.34 - 0.012 * (unemployment - 8) + rng.normal(0, 0.02, size=units)
    common = 0.004 * np.arange(T) - 0.03 * np.isin(np.arange(T), [6, 7])
    since = np.arange(T) - starts[:, None]
    own = rng.normal(1, 0.2, size=(units, 1)) * effect(since) * (starts[:, None] >= 0)
    return n, np.clip(base[:, None] + common + own + rng.normal(0, 0.01, size=(units, T)), 0.02, 0.95)


def _months(panel: Panel, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng, units, T = stream(seed, "interrupted_example", "units"), len(panel.units), len(panel.labels)
    starts = np.array([panel.start_of(unit) for unit in panel.units])
    n = rng.integers(120, 400, size=(units, 1)) + rng.integers(-10, 11, size=(units, T))
    t, since = np.arange(T), np.arange(T) - starts[:, None]
    season = 0.015 * np.sin(2 * np.pi * (t + 3) / 12)
    carried = np.zeros(T)
    for month in range(1, T):
        carried[month] = 0.4 * carried[month - 1] + rng.normal(0, 0.004)
    shock = -0.02 * ((t >= 62) & (t < 74))
    own = (0.012 + 0.0006 * since) * ((starts[:, None] >= 0) & (since >= 0))
    share = 0.11 + 0.0002 * t + season + carried + shock + own + rng.normal(0, 0.01, size=(units, 1))
    return n, np.clip(share, 0.02, 0.95)


def _table(panel: Panel, n: np.ndarray, drawn: np.ndarray) -> pa.Table:
    rows = [
        (label, f"{unit.id} {name}", None, int(numbers[row, column]))
        for name, numbers in (("people", n), ("in_work", drawn))
        for row, unit in enumerate(panel.units)
        for column, label in enumerate(panel.labels)
    ]
    period, category, sex, count = zip(*rows, strict=True)
    return pa.table({
        "period": pa.array(period, pa.string()), "category": pa.array(category, pa.string()),
        "sex": pa.array(sex, pa.string()), "n": pa.array(count, pa.int64()),
    })  # fmt: skip


def _card(protocol: Protocol, seed: int) -> RecordsCard:
    return RecordsCard(
        schema_version=1, title=Label(sv=protocol.title.sv, en=protocol.title.en), origin="synthetic",
        source=Label(
            sv=f"Syntetiska antal: dragna ur andelar som data/programmes/build_panels.py anger, med frö {seed}.",
            en=f"Synthetic counts: drawn from shares that data/programmes/build_panels.py states, with seed {seed}.",
        ),
        licence="MIT",
    )  # fmt: skip


if __name__ == "__main__":
    for name in SEEDS:
        build(name, PROGRAMMES / name / "records")
        print(f"data/programmes/{name}/records")
