"""Settings of the documentation; ``make docs`` builds it into ``build/docs``."""

import sys
import tomllib
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS / "generate"))

import case_files  # noqa: E402
import commands  # noqa: E402
import house  # noqa: E402
import materials  # noqa: E402

project = "napress"
author = "The napress maintainers"
release = tomllib.loads((DOCS.parent / "pyproject.toml").read_text())["project"]["version"]
version = release

default_role = "code"  # in docstrings
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["generate", "requirements.txt"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

# Notebooks are run at every build: what they show is what this version gives.
nb_execution_mode = "force"
nb_execution_timeout = 900
nb_execution_raise_on_error = True
nb_merge_streams = True

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True

html_theme = "pydata_sphinx_theme"
html_title = "napress"
html_show_sourcelink = False
html_static_path = ["static"]
html_css_files = ["napress.css"]
html_theme_options = {
    "navbar_align": "left",
    "show_prev_next": True,
    "show_toc_level": 2,
    "header_links_before_dropdown": 7,
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_context = {"default_mode": "auto"}
copyright = f"{author}, version {release}"

MADE = {
    "case-files.md": case_files.page,
    "commands.md": commands.page,
    "materials.md": materials.page,
    "house.svg": house.picture,
}


def make_pages() -> None:
    """Writes the pages that are made from the code; those that did not change are left alone."""
    folder = DOCS / "made"
    folder.mkdir(exist_ok=True)
    for name, make in MADE.items():
        text, path = make(), folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app) -> None:
    """Makes the pages before Sphinx looks for them."""
    make_pages()
