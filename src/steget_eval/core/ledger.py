"""What this package first saw and when, kept for the person who runs it: a small file a thing, written once.

The ledger holds hashes and times alone: neither a path, a name nor a row of anybody's data.
"""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from steget_eval.core.fingerprint import fingerprint_bytes

#: Names the folder of the ledger in the stead of the user's own.
VARIABLE = "STEGET_EVAL_STATE"


def note_first(what: str) -> datetime | None:
    """Return when this was first noted on this account, which is now where it never was.

    Returns None where nothing can be kept; an order of events is unknown then, never assumed.
    """
    file = ledger() / fingerprint_bytes(what.encode())
    try:
        if not file.exists():
            _write_once(file, datetime.now(UTC).isoformat())
        return datetime.fromisoformat(file.read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        return None


def ledger() -> Path:
    """Return the folder of the ledger."""
    given = os.environ.get(VARIABLE)
    if given:
        return Path(given)
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "steget_eval"


def _write_once(file: Path, text: str) -> None:
    # Linked into place: of two that note the same thing at once the first wins, and nobody reads half a file.
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        beside.write_text(f"{text}\n", encoding="utf-8")
        os.link(beside, file)
    except FileExistsError:
        return
    finally:
        beside.unlink(missing_ok=True)
