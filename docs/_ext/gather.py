"""Bring into the site what stands elsewhere in the checkout, so that nothing is kept twice.

Before the pages are read, executed notebooks, the folders' READMEs (the reference of the file formats) and the
help of every command are written into folders that Git ignores. Links between them become links between pages;
links to files that are no pages become plain words.
"""

import json
import os
import re
from pathlib import Path, PurePosixPath
from typing import Any

from sphinx.application import Sphinx

ROOT = Path(__file__).parents[2]

#: File of the checkout -> page of the site.
PAGES = {
    "index/README.md": "formats/index-file.md",
    "indicators/README.md": "formats/indicators.md",
    "surveys/README.md": "formats/surveys.md",
    "data/README.md": "formats/data.md",
    "index/SOURCES.md": "methods/sources.md",
    "CHANGELOG.md": "changes.md",
} | {f"notebooks/{file.name}": f"notebooks/{file.name}" for file in sorted((ROOT / "notebooks").glob("*.ipynb"))}
#: Where a link leads whose target is shown by a page that is written by hand.
STANDS_FOR = {
    "index/METHODS.md": "methods/index.md",
    "notebooks/README.md": "notebooks.md",
    "README.md": "index.md",
}
_LINK = re.compile(r"(?<!!)\[((?:[^\[\]\n]|\[[^\[\]\n]*\])+)\]\(([^)\s]+)\)")


def linked(text: str, source: str, page: str) -> str:
    """Return Markdown with its relative links led to pages, or taken out where there is none.

    Parameters
    ----------
    text : str
    source : str
        Where it stands in the checkout.
    page : str
        Where it stands in the site.

    Returns
    -------
    str
    """

    def one(match: re.Match[str]) -> str:
        label, target = match.groups()
        path, _, anchor = target.partition("#")
        if "://" in path or not path:
            return match[0]
        wanted = os.path.normpath(PurePosixPath(source).parent / path)
        found = (PAGES | STANDS_FOR).get(wanted)
        if found is None:
            return label
        return f"[{label}]({os.path.relpath(found, PurePosixPath(page).parent)}{'#' + anchor if anchor else ''})"

    return _LINK.sub(one, text)


def _notebook(text: str, source: str, page: str) -> str:
    content = json.loads(text)
    for cell in content["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = linked("".join(cell["source"]), source, page)
    return json.dumps(content, ensure_ascii=False)


def _markdown(text: str, source: str, page: str) -> str:
    # Pygments knows no CSV.
    return linked(text, source, page).replace("```csv", "```text")


def _commands() -> str:
    import typer

    from yitihua.cli import app

    parts = [
        "# Commands\n",
        "What `yitihua COMMAND --help` prints. Exit codes: 0 is success, 1 (`verify`) a difference, 2 a fault of the",
        "input, which is printed in full, 130 an interruption.\n",
    ]

    def told(command: Any, name: str, above: Any) -> None:
        context = command.make_context(name, [], parent=above, resilient_parsing=True)
        context.max_content_width = context.terminal_width = 100
        if above is not None:
            parts.append(f"## {context.command_path}\n\n```text\n{_help(command, context)}\n```\n")
        for below in getattr(command, "commands", {}).values():
            told(below, below.name, context)

    told(typer.main.get_command(app), "yitihua", None)
    return "\n".join(parts)


def _help(command: Any, context: Any) -> str:
    formatter = context.make_formatter()
    command.format_help(context, formatter)
    return "\n".join(line.rstrip() for line in formatter.getvalue().strip("\n").splitlines())


def gather(app: Sphinx) -> None:
    """Write the pages that are gathered; unchanged ones keep their time, so that a second build is quick."""
    site = Path(app.srcdir)
    for source, page in PAGES.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        made = (_notebook if page.endswith(".ipynb") else _markdown)(text, source, page)
        _write(site / page, made)
    _write(site / "api" / "commands.md", _commands())


def _write(file: Path, text: str) -> None:
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Gather before pages are looked for."""
    app.connect("builder-inited", gather)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
