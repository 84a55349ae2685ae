"""Reads a recipe, one's own or one that ships."""

from __future__ import annotations

import difflib
from pathlib import Path

from steget_eval.core.errors import SpecError
from steget_eval.core.shipped import shipped
from steget_eval.core.yaml import load_model
from steget_eval.intake.recipes.recipe import Recipe


def load_recipe(name: str | Path) -> Recipe:
    """Return the recipe in a YAML file, or the shipped one of that name.

    Raises
    ------
    SpecError
        With one line for every fault, or with the names that ship.
    """
    path = Path(name)
    if path.suffix in {".yaml", ".yml"} or path.exists():
        return load_model(path, Recipe)
    names = shipped_recipes()
    if str(name) in names:
        return load_model(shipped("data", "recipes", f"{name}.yaml"), Recipe)
    near = difflib.get_close_matches(str(name), names, n=1)
    hint = f"did you mean {near[0]}?" if near else f"allowed: a YAML file, or {', '.join(names)}"
    raise SpecError(f"there is no recipe of that name; {hint}")


def shipped_recipes() -> tuple[str, ...]:
    """Return the names of the recipes that ship."""
    return tuple(sorted(path.stem for path in shipped("data", "recipes").glob("*.yaml")))
