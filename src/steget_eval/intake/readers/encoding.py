"""Which characters the bytes of a text file are: UTF-8 or Windows-1252, told apart by one rule."""

from __future__ import annotations

import re
from dataclasses import dataclass

from steget_eval.intake.sheet import UnreadableError

#: What Windows-1252 leaves undefined, and control characters that no text of a table has.
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f\x81\x8d\x8f\x90\x9d]")
#: A character of two to four bytes in UTF-8; in Windows-1252 it would be two to four odd signs in a row.
_WIDE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Characters, and whether they were read as Windows-1252."""

    characters: str
    is_windows_1252: bool


def decode(content: bytes) -> Text:
    """Return the characters of a text file.

    Bytes that are UTF-8, with or without a byte order mark, are UTF-8. Others are Windows-1252 where every byte has a
    meaning there and no character of several bytes of UTF-8 stands among them; a file that mixes the two, or is
    neither, is refused at the first row that does not fit.
    """
    try:
        return Text(characters=content.decode("utf-8").removeprefix("\ufeff"), is_windows_1252=False)
    except UnicodeDecodeError as error:
        first = error.start
    undefined, wide = _NO_TEXT.search(content), _WIDE.search(content)
    if wide is not None or content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError("not_text", rows=(content.count(b"\n", 0, first) + 1,))
    if undefined is not None:
        raise UnreadableError("not_text", rows=(content.count(b"\n", 0, undefined.start()) + 1,))
    return Text(characters=content.decode("cp1252"), is_windows_1252=True)
