"""From results past the gate to a page that someone reads."""

from __future__ import annotations

from importlib import import_module
from typing import Any

#: Public name to the module that holds it, imported on first use: pages and pictures cost nothing until wanted.
_PUBLIC: dict[str, str] = {
    "disclose": "steget_eval.reporting.gate",
    "write_report": "steget_eval.reporting.write",
    "write_index": "steget_eval.reporting.index",
    "check_notebook": "steget_eval.reporting.notebook",
    "headline": "steget_eval.reporting.write",
    "Block": "steget_eval.reporting.block",
    "Release": "steget_eval.reporting.release",
}

__all__ = ["Block", "Release", "check_notebook", "disclose", "headline", "write_index", "write_report"]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'steget_eval.reporting' has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)
