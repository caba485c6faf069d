"""The pages of the documentation say what is so: every session and command in them is run, every file written."""

from __future__ import annotations

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
RUNNING = [
    page
    for page in PAGES
    if any(block.file or block.kind in ("pycon", "console") for block in paging.blocks((DOCS / page).read_text("utf-8")))
]


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
    for block in paging.blocks((DOCS / page).read_text("utf-8")):
        if block.kind == "python":
            assert block.file, f"{page}:{block.line} is Python that no test runs: write a session (pycon)"
        if block.kind in ("sh", "text"):
            assert "$ yitihua" not in block.text, f"{page}:{block.line}: write a console block"
