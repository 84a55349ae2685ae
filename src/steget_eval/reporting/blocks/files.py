"""What was found in the files behind the records, what was assumed as they were read, and where each row went."""

from __future__ import annotations

from steget_eval.protocol.base import Text
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.release import Release
from steget_eval.reporting.tables import files as tables
from steget_eval.reporting.text import key_label


def files(release: Release) -> Block:
    """Return the data section on the files: rows by fate, findings of the rules, assumptions of the import."""
    told = release.account
    children = [build.paragraph("files-findings", key_label("files.found" if len(told.found) else "files.nothing"))]
    if len(told.found):
        children.append(build.table("files-found", tables.found(release)))
    if len(told.accounting):
        children.append(build.heading("files-rows", build.heading_of("rows")))
        children.append(build.paragraph("files-conservation", key_label("files.conservation")))
        children.append(build.table("files-accounting", tables.accounting(release)))
    if told.assumptions:
        children.append(build.heading("files-assumed", build.heading_of("assumptions")))
        children.append(build.paragraph("files-taken", key_label("files.assumed")))
        words = [Text(sv=one.sv, en=one.en) for one in told.assumptions]
        children.append(build.bullets("files-assumptions", words))
    return build.section("files", build.heading_of("files"), children)
