"""Sphinx configuration; `make docs` builds with warnings as errors."""

import os
import sys
from importlib.metadata import version as installed
from pathlib import Path

# the notebooks' kernels look for no accelerator
os.environ.setdefault("JAX_PLATFORMS", "cpu")
sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "phasesim"
author = "the phasesim developers"
release = version = installed("phasesim")

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "myst_nb",
    "generated",
    "docstrings",
    "mathml",
]
exclude_patterns = ["_build", "_ext", "conf.py"]
html_theme = "furo"
html_math_renderer = "mathml"
html_show_copyright = False
html_title = f"phasesim {release}"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
# names in single backticks are links where they name something documented
default_role = "py:obj"
python_use_unqualified_type_names = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
suppress_warnings = [
    "myst.header",  # pages of the repository begin where their README does
    "ref.python",  # words of a formula, such as k, that are also fields of two classes
]

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# scripts of docs/examples are pages: run when the documentation is built, and by the tests
nb_custom_formats = {".py": "percent.read"}
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 600
nb_merge_streams = True
