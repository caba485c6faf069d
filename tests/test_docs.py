"""The pages of the documentation say what is so: every session and command in them is run, every file written."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

import paging
from calling import called
from yitihua.definitions.resolver import shipped_root

DOCS = shipped_root() / "docs"
#: Made when the site is built, from files that have tests of their own.
GATHERED = ("_build", "notebooks", "formats")
PAGES = sorted(
    page.relative_to(DOCS).as_posix()
    for page in DOCS.rglob("*.md")
    if page.relative_to(DOCS).parts[0] not in GATHERED
    and page.relative_to(DOCS).as_posix() not in ("methods/sources.md", "api/commands.md", "changes.md")
)


def blocks_of(page: str) -> list[paging.Block]:
    return paging.blocks((DOCS / page).read_text(encoding="utf-8"))


RUNNING = [page for page in PAGES if any(block.file or block.kind in ("pycon", "console") for block in blocks_of(page))]


@pytest.mark.parametrize("page", RUNNING)
def test_page_runs(page: str, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("YITIHUA_LANG", "en")

    def call(words: list[str]) -> tuple[int, str]:
        code, out, err = called(monkeypatch, capsys, words)
        return code, out + err

    assert paging.run(DOCS / page, call) == []


@pytest.mark.parametrize("page", PAGES)
def test_nothing_that_could_run_is_left_unchecked(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    # A fence that does not stand at the beginning of its line closes nothing, and what follows is swallowed.
    assert not re.search(r"^[^`\n]+```", text, re.MULTILINE)
    assert len(re.findall(r"^```", text, re.MULTILINE)) % 2 == 0
    for block in blocks_of(page):
        if block.kind == "python":
            assert block.file, f"{page}:{block.line} is Python that no test runs: write a session (pycon)"
        if block.kind in ("sh", "text"):
            assert "$ yitihua" not in block.text, f"{page}:{block.line}: write a console block"


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith(("tutorials", "howto"))])
def test_pages_with_counties_say_what_is_not_real(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    if "zhejiang" in text or "year2022" in text or "province" in text:
        assert re.search("simulated|模拟", text, re.IGNORECASE)


def test_a_page_that_says_otherwise_than_what_comes_out_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "```pycon\n>>> 1 + 1\n3\n```\n\n```console\n$ yitihua editions\nnone\n$ yitihua no  # exit code 2\n```\n",
        encoding="utf-8",
    )
    faults = paging.run(page, lambda words: (0, "hdi"))
    assert len(faults) == 3
    assert "Expected:\n    3\nGot:\n    2" in faults[0]
    assert faults[1].startswith("page.md:7 said:\nnone")
    assert faults[2].startswith("page.md:9 ended with 0")


def offline():
    spec = importlib.util.spec_from_file_location("offline", DOCS / "offline.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_a_page_loads_from_elsewhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<link rel="stylesheet" href="https://a.example/x.css"><link rel="canonical" href="https://a.example/">'
        '<script src="//b.example/x.js"></script><img src="data:image/png;base64,"><a href="https://c.example/">c</a>'
        '<style>@import "https://d.example/x.css";</style><p style="background: url(https://e.example/x.png)"></p>'
        '<a href="gone.html#x">gone</a><a href="index.html?q=1">here</a><a href="#here">here</a>',
        encoding="utf-8",
    )
    (tmp_path / "x.css").write_text("a { src: url('https://f.example/f.woff'); }", encoding="utf-8")
    found = offline().problems(tmp_path)
    assert sorted(re.findall(r"//(\w)\.example", "\n".join(found))) == ["a", "b", "d", "e", "f"]
    assert [line for line in found if "gone" in line] == ["index.html leads to gone.html#x, which is not there"]
    assert len(found) == 6
