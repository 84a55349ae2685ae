"""Grids and lists of a batch file: one entry with placeholders becomes as many as there are combinations."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import product
from typing import Any

#: What an id looks like: it names a folder on every system.
ID = r"^[a-z][a-z0-9_]*$"
_PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


class GridError(ValueError):
    """A pattern and its values do not fit each other; the message continues the path of the entry."""


def combinations(over: Mapping[str, Sequence[Any]], each: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the values of every job: those of each mapping with every combination over the lists, in their order."""
    twice = sorted({name for one in each for name in one} & set(over))
    if twice:
        raise GridError(f": {twice[0]} stands both in over and in each")
    for number, one in enumerate(each):
        if set(one) != set(each[0]):
            raise GridError(f".each[{number}] has {', '.join(sorted(one)) or 'nothing'}; the first has "
                            f"{', '.join(sorted(each[0]))}")  # fmt: skip
    for one in each or ({},):
        for values in product(*over.values()):
            yield {**one, **dict(zip(over, values, strict=True))}


def fill(value: Any, values: Mapping[str, Any], at: str) -> Any:
    """Return a value with its placeholders filled; a text that is one placeholder becomes the value, type and all.

    Braces are placeholders only where an entry has values to fill them with.
    """
    if not values:
        return value
    if isinstance(value, Mapping):
        return {name: fill(one, values, f"{at}.{name}") for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [fill(one, values, f"{at}[{place}]") for place, one in enumerate(value)]
    if not isinstance(value, str):
        return value
    whole = _PLACE.fullmatch(value)
    if whole:
        return _known(whole[1], values, at)
    return _PLACE.sub(lambda found: str(_known(found[1], values, at)), value)


def id_of(pattern: str, values: Mapping[str, Any]) -> str:
    """Return a job's id: the pattern filled, each value in small letters, digits and ``_``."""
    text = _PLACE.sub(lambda found: _slug(_known(found[1], values, "id")), pattern) if values else pattern
    if not re.match(ID, text) or len(text) > 60:
        raise GridError(
            f".id is {text!r}; an id is at most 60 small letters a–z, digits and _, and begins with a letter"
        )
    return text


def as_json(value: Any) -> Any:
    """Return a value of YAML as JSON: a date becomes its text in ISO 8601."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, list):
        return [as_json(one) for one in value]
    if isinstance(value, dict):
        return {name: as_json(one) for name, one in value.items()}
    return value


def _known(name: str, values: Mapping[str, Any], at: str) -> Any:
    if name not in values:
        raise GridError(f".{at}: there is no {{{name}}}; allowed: {', '.join(sorted(values))}")
    return values[name]


def _slug(value: Any) -> str:
    plain = unicodedata.normalize("NFKD", str(value)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
