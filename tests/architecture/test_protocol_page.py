"""The page of the protocol names every model that a protocol may hold, so that none of its keys is a secret."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from steget_eval.protocol import Protocol

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "protocol.md"
#: Words in two languages, which need no explanation of their own.
PLAIN = {"Text"}


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from _models(field.annotation)
    for inner in get_args(kind):
        yield from _models(inner)


HELD = sorted(set(_models(Protocol)) - {Protocol}, key=lambda model: model.__name__)


def test_the_page_names_every_model_that_a_protocol_may_hold() -> None:
    page = PAGE.read_text(encoding="utf-8")
    missing = [
        model.__name__
        for model in HELD
        if model.__name__ not in PLAIN and f"{model.__module__}.{model.__name__}()" not in page
    ]
    assert missing == []
