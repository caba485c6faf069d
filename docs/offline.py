"""Whether a built site asks for nothing outside its folder, and leads nowhere within it that is not there.

    python docs/offline.py docs/_build/html

Links that a reader follows may lead elsewhere; what a page loads by itself may not.
"""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: What a browser fetches when it meets the tag, and the attribute that says from where.
_LOADED = {
    "audio": "src", "embed": "src", "iframe": "src", "img": "src", "link": "href", "object": "data", "script": "src",
    "source": "src", "track": "src", "video": "src",
}  # fmt: skip
#: Kinds of <link> that are words about the page and load nothing.
_WORDS = {"author", "canonical", "help", "index", "license", "next", "prev", "search"}
_CSS = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"')\s;]+)""")


class _Page(HTMLParser):
    """Collects what a page loads, what it links to, and its anchors."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where a tag leads."""
        found = dict(attrs)
        target = found.get(_LOADED.get(tag, ""))
        if target and not (tag == "link" and set((found.get("rel") or "").split()) <= _WORDS):
            self.loaded.append(target)
        if tag == "a" and found.get("href"):
            self.links.append(str(found["href"]))
        self.loaded += _CSS.findall(found.get("style") or "")
        self.style = tag == "style"

    def handle_data(self, data: str) -> None:
        """Note what a style sheet within the page loads."""
        if self.style:
            self.loaded += _CSS.findall(data)


def problems(site: Path) -> list[str]:
    """Return what is wrong with a built site, a line each.

    Parameters
    ----------
    site : Path
        Folder of HTML pages.

    Returns
    -------
    list of str
    """
    found = []
    for file in sorted(site.rglob("*.html")):
        page = _Page()
        page.feed(file.read_text(encoding="utf-8"))
        found += _of(site, file, page.loaded, page.links)
    for file in sorted(site.rglob("*.css")):
        found += _of(site, file, _CSS.findall(file.read_text(encoding="utf-8")), [])
    return found


def _of(site: Path, file: Path, loaded: list[str], links: list[str]) -> list[str]:
    found = []
    for target in [*loaded, *links]:
        parts = urlsplit(target)
        if parts.scheme == "data" or (target in links and (parts.scheme or parts.netloc)):
            continue
        if parts.scheme or parts.netloc:
            found.append(f"{file.relative_to(site)} loads {target}")
        elif parts.path and not (file.parent / unquote(parts.path)).exists():
            found.append(f"{file.relative_to(site)} leads to {target}, which is not there")
    return found


def main() -> int:
    """Print what is wrong; return how the process ends."""
    site = Path(sys.argv[1])
    found = problems(site)
    pages = len(list(site.rglob("*.html")))
    print("\n".join(found) or f"{pages} pages load nothing from elsewhere, and every link within leads to a file.")
    return 1 if found or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
