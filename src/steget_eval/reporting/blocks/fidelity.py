"""How the programme was reviewed for fidelity, and how the sites' answers go with it."""

from __future__ import annotations

from dataclasses import replace

from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.fidelity import fidelity as reviews
from steget_eval.reporting.text import Cell, Sentence, key_label
from steget_eval.reporting.text.answers import count_label, estimate_cell, estimate_ref, outcome_label


def fidelity(release: Release) -> Block:
    """Return every review's score in its band, the disputed one flagged, and the comparison between sites."""
    found = release.fidelity
    if found is None:
        return build.absent("fidelity", "absent.fidelity")
    children = [build.table("fidelity-table", reviews(release))]
    bands = {band for one in found.reviews for band in (one.score.band, one.score.band_low, one.score.band_high)}
    if any(one.score.band == "disputed" for one in found.reviews) or "disputed" in bands:
        children.append(build.paragraph("fidelity-disputed", key_label("fidelity.disputed")))
    if found.standing != "not_asked":
        children.append(build.heading("fidelity-sites", key_label("fidelity.sites_heading")))
        children.append(build.paragraph("fidelity-sites-answer", *_between(release)))
    return build.section("fidelity", build.heading_of("fidelity"), children)


def _between(release: Release) -> list[build.Item]:
    found, asked = release.fidelity, release.protocol.fidelity
    assert found is not None
    assert asked is not None
    assert asked.compare is not None
    sites, left = count_label(found.sites), count_label(found.left_out)
    said: list[build.Item] = []
    rows = release.estimates[release.estimates["subgroup"] == "fidelity=slope"].to_dict("records")
    if rows:
        row = rows[0]
        shown = "risk_ratio" if row["scale"] == "log" else "risk_difference"
        if row["scale"] != "log" and str(row["unit"]) not in {"proportion", "ratio", ""}:
            shown = "mean_difference"
        cell = replace(estimate_cell({**row, "contrast": shown}), ref=estimate_ref(row))
        outcome = Cell(format="text", label=outcome_label(release.protocol, asked.compare))
        whole = Cell(format="count", value=found.sites)
        key = "fidelity.slope_ratio" if row["scale"] == "log" else "fidelity.slope"
        said.append(Sentence(key, {"slope": cell, "outcome": outcome, "sites": whole}))
        said.append(key_label("fidelity.association"))
        if not row["suppressed"] and found.sites < 10:
            said.append(key_label("fidelity.few_sites"))
    elif found.standing in {"few", "alike", "refused"}:
        minimum = count_label(asked.minimum_sites)
        said.append(build.sentence(f"fidelity.sites_{found.standing}", minimum=minimum, sites=sites))
    if found.left_out:
        said.append(build.sentence("fidelity.left_out", left=left))
    return said
