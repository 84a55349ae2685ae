"""Recipes: what the columns of a source file mean in our tables, decided in YAML."""

from steget_eval.intake.recipes.load import load_recipe, shipped_recipes
from steget_eval.intake.recipes.recipe import Recipe

__all__ = ["Recipe", "load_recipe", "shipped_recipes"]
