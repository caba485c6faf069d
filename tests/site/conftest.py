"""Sites that several files of tests look at, each written once."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

import yitihua as yt
from browsing import Opened, opened
from sites import board_of
from yitihua.publish.site import site_files, site_of
from yitihua.publish.site_folder import replace_site


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
