"""What the tests of the panel share: a page of each board in one browser."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from panel_boards import board_of

from browsing import Opened, chromium, opened
from yitihua.publish.panel import panel_page


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("panels")

    @cache
    def written(name: str, lang: str = "en") -> Path:
        file = folder / f"{name}-{lang}.html"
        file.write_text(panel_page(board_of(name), lang), encoding="utf-8")
        return file

    return written


@pytest.fixture
def zhejiang(browser: Any, page_file: Any) -> Iterator[Opened]:
    with opened(browser, page_file("zhejiang", "en")) as found:
        yield found


@pytest.fixture
def chinese(browser: Any, page_file: Any) -> Iterator[Opened]:
    with opened(browser, page_file("zhejiang", "zh")) as found:
        yield found
