"""Fixtures that several test files share: a small project to spoil, and a check of what is refused."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from browsing import Opened, chromium, opened
from sites import parsed as parsed  # fixtures of the site, for several folders
from sites import site_folder as site_folder
from sites import visit as visit
from yitihua.definitions.skeleton import write_skeleton
from yitihua.errors import Fault, InputError

# A busy machine is no fault of a method, so no example has a deadline. A profile is loaded here and not in a test
# file: there it would hold only where that file happens to be collected too.
settings.register_profile("yitihua", deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("yitihua")

FRAMEWORK, INDEX, SURVEY, DATA = (
    "indicators/tsi/framework.toml",
    "index/tsi.toml",
    "surveys/tsi/residents.toml",
    "data/tsi.csv",
)


@dataclass(frozen=True)
class Project:
    """The skeleton project, with its files open to change."""

    folder: Path

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace the one place in a file where `old` stands."""
        text = self.text(file)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        self.write(file, text.replace(old, new))

    def write(self, file: str, content: str | bytes) -> Path:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    def text(self, file: str) -> str:
        return (self.folder / file).read_text(encoding="utf-8")

    def line_of(self, file: str, text: str) -> int:
        """Return the line of the one place in a file where `text` stands."""
        whole = self.text(file)
        assert whole.count(text) == 1, f"{text!r} stands {whole.count(text)} times in {file}"
        return whole[: whole.index(text)].count("\n") + 1


@pytest.fixture
def tsi(tmp_path: Path) -> Project:
    folder = tmp_path / "project"
    write_skeleton(folder, "tsi")
    return Project(folder)


@pytest.fixture
def refused() -> Callable[..., tuple[Fault, ...]]:
    """Call something that must be refused; return its faults once their words are checked."""

    def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[Fault, ...]:
        with pytest.raises(InputError) as caught:
            function(*args, **kwargs)
        for fault in caught.value.faults:
            check_words(fault)
        assert str(caught.value)
        return caught.value.faults

    return call


def check_words(fault: Fault) -> None:
    """Assert that a fault says in both languages what was found, what is allowed and the mend."""
    for lang in ("zh", "en"):
        for words in (fault.problem(lang), fault.allowed(lang), fault.mend(lang)):
            assert words.strip()
            assert not re.search(r"\{\w*\}", words), words
        assert fault.text(lang)
        assert fault.to_dict(lang)["problem"] == fault.problem(lang)
    assert re.search(r"[\u4e00-\u9fff]", fault.problem("zh"))
    assert re.search(r"[\u4e00-\u9fff]", fault.mend("zh"))
    assert not re.search(r"[\u4e00-\u9fff]", fault.mend("en"))


# One browser a file of tests and no longer: while it is open no other event loop can run in this process.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def panel_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return the page with the panel of a board of `panel_boards`, written when it is first asked for."""
    from panel_boards import board_of
    from yitihua.publish.panel import panel_page

    folder = tmp_path_factory.mktemp("panels")

    @cache
    def written(name: str, lang: str = "en") -> Path:
        file = folder / f"{name}-{lang}.html"
        file.write_text(panel_page(board_of(name), lang), encoding="utf-8")
        return file

    return written


@pytest.fixture
def zhejiang_panel(browser: Any, panel_file: Callable[..., Path]) -> Iterator[Opened]:
    with opened(browser, panel_file("zhejiang")) as found:
        yield found
