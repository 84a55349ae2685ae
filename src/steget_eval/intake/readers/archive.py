"""Looks a workbook's archive through before anything of it is expanded in memory."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from steget_eval.intake.sheet import UnreadableError

#: More than this unpacked is no workbook of a programme: a million full rows are about a third of it.
UNPACKED_BYTES = 10**9
#: A workbook of more than 20 MB unpacked that was packed more tightly than this was made to harm.
MOST_TIMES, SMALL_BYTES = 200, 20 * 10**6
MOST_PARTS = 10_000

_CHUNK = 2**20
# What only a document with entities of its own has, as one or two bytes a character.
_ENTITIES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_UNFIT = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    OSError,
)


def refuse_unfit_archive(content: bytes) -> None:
    """Refuse an archive that is damaged, would unpack to too much, or holds a document type with entities.

    Sizes are those that the archive states; no part can be unpacked to more than it states. Each part is then read
    through in pieces, which also finds the damaged ones.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            is_bomb = unpacked > SMALL_BYTES and unpacked > MOST_TIMES * len(content)
            if unpacked > UNPACKED_BYTES or is_bomb or len(parts) > MOST_PARTS:
                raise UnreadableError("too_large", allowed=f"{UNPACKED_BYTES // 10**6} MB")
            is_fit = not any(_has_entities(archive, part) for part in parts)
    except _UNFIT:
        is_fit = False
    if not is_fit:
        raise UnreadableError("damaged", allowed="xlsx")


def _has_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    longest = max(len(word) for word in _ENTITIES) - 1
    rest, found = b"", False
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            seen = (rest + chunk).upper() if part.filename.lower().endswith((".xml", ".rels")) else b""
            found = found or any(word in seen for word in _ENTITIES)
            rest = seen[-longest:]
    return found
