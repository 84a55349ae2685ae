"""What the gate took away, and the released table of estimates that travels with the page."""

from __future__ import annotations

from typing import Any

import pandas as pd

from steget_eval.core.columns import ANSWER_NAMES
from steget_eval.reporting import tables
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.figures.picture import to_body
from steget_eval.reporting.release import Release
from steget_eval.reporting.release_evidence import EvidenceRelease
from steget_eval.reporting.text import sentences


def suppressed(release: Release) -> Block:
    """Return the rules of disclosure and how much they took away; in an internal view that nothing was."""
    told = sentences.disclosure(release)
    if release.internal:
        notice = build.notice("suppressed-rules", "internal", *told)
        return build.section("suppressed", build.heading_of("disclosure"), [notice])
    children = [build.paragraph("suppressed-rules", *told)]
    if release.suppressions:
        children.append(build.table("suppressed-table", tables.suppressions(release)))
    return build.section("suppressed", build.heading_of("disclosure"), children)


def estimates(release: Release | EvidenceRelease) -> Block:
    """Return the released estimates as columns and rows; ``estimates.csv`` is written from this block."""
    columns = [*ANSWER_NAMES, "suppressed"]
    told = release.estimates
    if isinstance(release, Release) and release.months is not None and len(release.months):
        told = pd.concat([told, release.months[columns].astype(told[columns].dtypes)], ignore_index=True)
    return Block(kind="data", id="estimates", body=_whole(to_body(told[columns]), told))


def _whole(body: dict[str, Any], frame: pd.DataFrame) -> dict[str, Any]:
    """Return the body with every count as a whole number, also where its column holds missing ones."""
    counts = [place for place, name in enumerate(body["columns"]) if pd.api.types.is_integer_dtype(frame[name])]
    for row in body["rows"]:
        for place in counts:
            row[place] = None if row[place] is None else int(row[place])
    return body
