"""What a file is by its first bytes, so that a wrong suffix is told instead of guessed around."""

from __future__ import annotations

from pathlib import Path

from steget_eval.intake.sheet import UnreadableError

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "xlsx"),
    (b"PAR1", "parquet"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"%PDF", "pdf"),
    (b"\x1f\x8b", "gzip"),
)


def content_of(path: Path, kind: str) -> bytes:
    """Return the bytes of a file that is of the kind its suffix says; an empty or another file is refused."""
    try:
        content = path.read_bytes()
    except OSError:
        raise UnreadableError("unreadable") from None
    if not content.strip():
        raise UnreadableError("empty_file")
    found = next((name for start, name in _SIGNATURES if content.startswith(start)), "")
    if not found and b"\x00" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        found = "bytes that are no text"
    found = found or "csv"
    if found != kind:
        raise UnreadableError("not_its_suffix", allowed=found if found != "csv" else "text")
    return content
