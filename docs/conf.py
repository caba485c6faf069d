"""How the documentation is built: `sphinx-build -W --keep-going docs docs/_build/html`.

Nothing is fetched while it is built or read: formulas are MathML, fonts are those of the reader's machine.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "_ext"), str(HERE.parent / "src")]

import yitihua  # noqa: E402

project = "yitihua 一体化"
author = "The yitihua developers"
copyright = "The yitihua developers, MIT licence"
version = release = yitihua.__version__
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "docstrings", "gather", "mathml"]
exclude_patterns = ["_build", "_ext"]
nitpicky = False
# `name` in a docstring is code.
default_role = "literal"

# Notebooks are shown as they were executed; the tests run them again.
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 4
myst_dmath_double_inline = True

autodoc_typehints = "none"  # docstrings have the types in words
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = "yitihua 一体化"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
# The first page and all others say what is not real; pages that show such numbers say it again beside them.
html_theme_options = {
    "announcement": "zhejiang-2022: a reconstruction, data SIMULATED · 重构版，数据为模拟，不得据此评价任何县",
}
