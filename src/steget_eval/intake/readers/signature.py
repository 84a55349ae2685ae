"""What a file is by its first bytes, so that a wrong suffix is told instead of guessed around."""

from __future__ import annotations

from pathlib import Path

from steget_eval.intake.sheet import UnreadableError

#: A larger file is not read cell by cell.
MOST_BYTES = 500 * 10**6

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "xlsx"),
    (b"PAR1", "parquet"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"%PDF", "pdf"),
    (b"\x1f\x8b", "gzip"),
    (b"$FL2", "sav"),
    (b"$FL3", "sav"),
    (b"<stata_dta>", "dta"),
    (b"HEADER RECORD*******LIB", "xpt"),
    (b"\x00" * 12 + b"\xc2\xea\x81\x60", "sas7bdat"),
)
# Before version 117 a Stata file began with the number of its format alone.
_OLD_STATA = (104, 105, 108, 110, 111, 112, 113, 114, 115)


def content_of(path: Path, kind: str) -> bytes:
    """Return the bytes of a file that is of the kind its suffix says; an empty, huge or another file is refused."""
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError:
        raise UnreadableError("unreadable") from None
    if size > MOST_BYTES:
        raise UnreadableError("too_large", allowed=f"{MOST_BYTES // 10**6} MB")
    if not content.strip():
        raise UnreadableError("empty_file")
    found = next((name for start, name in _SIGNATURES if content.startswith(start)), "")
    if not found and content[8:12] == b"DUCK":
        found = "duckdb"
    if not found and kind == "dta" and content[0] in _OLD_STATA:
        found = "dta"
    if not found and b"\x00" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        found = "bytes that are no text"
    found = found or "csv"
    if found != kind:
        raise UnreadableError("not_its_suffix", allowed=found if found != "csv" else "text")
    return content
