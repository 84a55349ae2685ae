"""Imports a source's files by a recipe, and accounts for every row of them."""

from steget_eval.intake.importing.conservation import Conservation
from steget_eval.intake.importing.imported import Imported, import_files
from steget_eval.intake.importing.write import write_import

__all__ = ["Conservation", "Imported", "import_files", "write_import"]
