"""Finds the folders that ship with the package: the repository's in a checkout, the wheel's own otherwise."""

from __future__ import annotations

from pathlib import Path

from steget_eval.core.errors import InputError


def shipped(*parts: str) -> Path:
    """Return the path of a shipped file or folder, as in ``shipped("data", "programmes")``.

    In a checkout that is the folder of the repository, so that what is edited is what runs.
    """
    package = Path(__file__).resolve().parents[1]
    checkout = package.parents[1]
    root = checkout if (checkout / "pyproject.toml").is_file() else package / "_shipped"
    path = root.joinpath(*parts)
    if not path.exists():
        raise InputError(f"{'/'.join(parts)} does not ship with this installation of steget_eval")
    return path
