"""A headless Chromium for tests that open pages; without one they are skipped, or fail if one is required."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

#: Set where a browser must be there: an absent one is then a failure, not a reason to skip.
REQUIRED = "YITIHUA_REQUIRE_BROWSER"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def _absent(reason: str) -> None:
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{REQUIRED}=1, but {reason}")
    pytest.skip(reason)


@contextmanager
def chromium() -> Iterator[Any]:
    """Yield a browser."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _absent("the package playwright is not installed")
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    with sync_playwright() as play:
        program = program or play.chromium.executable_path
        if not Path(program).is_file():
            _absent(f"no browser among {', '.join(NAMES)} is installed, nor playwright's own")
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Opened:
    """A page, with all that it complained of and asked for."""

    page: Any
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@contextmanager
def opened(
    browser: Any,
    file: Path | None = None,
    width: int = 1200,
    height: int = 900,
    inside: Path | None = None,
    query: str = "",
) -> Iterator[Opened]:
    """Yield a page of a file, by file://; it must have run without a complaint.

    It must have asked for nothing else, or, where a folder is given, for nothing outside of it.
    """  # fmt: skip
    context = browser.new_context(viewport={"width": width, "height": height})
    found = Opened(context.new_page())
    page = found.page
    page.on("console", lambda said: found.complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.on("request", lambda request: found.requests.append(request.url))
    page.on("requestfailed", lambda request: found.complaints.append(f"failed: {request.url}"))
    if file is not None:
        page.goto(file.as_uri() + query)
    yield found
    assert found.complaints == []
    # A picture in the page itself (data:) is no request.
    asked = [url for url in found.requests if not url.startswith("data:")]
    if inside is None:
        assert asked == ([] if file is None else [file.as_uri() + query])
    else:
        assert [url for url in asked if not url.startswith(inside.as_uri() + "/")] == []
    context.close()
