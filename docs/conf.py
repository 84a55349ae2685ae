"""How the documentation is built: Sphinx with MyST-NB, warnings are errors, nothing fetched."""

from steget_eval import __version__

project = "steget_eval"
author = "The steget_eval authors"
copyright = "2026, the steget_eval authors"
release = version = __version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "jupyter_execute"]
myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3
nb_execution_mode = "off"
html_theme = "furo"
html_title = "steget_eval"
html_static_path = []
autodoc_typehints = "description"
autodoc_member_order = "bysource"
napoleon_numpy_docstring = True
napoleon_google_docstring = False
napoleon_use_ivar = True
nitpicky = False
