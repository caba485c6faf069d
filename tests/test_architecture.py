"""The house rules that a machine can check: import direction, late imports, file sizes, honesty."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "yitihua"

#: Nothing looks back: a package may import only those before it.
ORDER = ["definitions", "indicators", "surveys", "index", "analysis", "publish", "api", "commands", "cli"]


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("yitihua."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {name.name.split(".")[1] for name in node.names if name.name.startswith("yitihua.")}
    return found & set(ORDER)


@pytest.mark.parametrize("path", [p for p in modules() if p.parent != SOURCE], ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_run_one_way(path: Path) -> None:
    room = path.relative_to(SOURCE).parts[0]
    allowed = set(ORDER[: ORDER.index(room) + 1])
    # A board's repr and HTML and an audit's document are renderers, `board.audit()` is an analysis;
    # they are fetched when asked for.
    if path == SOURCE / "index" / "faces.py":
        allowed.add("publish")
    if path == SOURCE / "index" / "asking.py":
        allowed.add("analysis")
    if path.name == "audit.py":
        allowed.add("publish")
    assert imports_of(path) <= allowed


def test_importing_and_help_load_nothing_heavy() -> None:
    code = (
        "import sys; import yitihua, yitihua.cli; "
        "print([name for name in ('numpy', 'pandas', 'scipy', 'pydantic', 'matplotlib') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_scoring_does_not_load_scipy() -> None:
    code = "import sys, yitihua as yt; yt.evaluate('asem').rank; print('scipy' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(SOURCE)))
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 450


def test_public_names_exist_and_are_documented() -> None:
    import yitihua as yt

    for name in yt.__all__:
        assert getattr(yt, name).__doc__, name
    assert set(yt.__all__) <= set(dir(yt))


def test_one_version() -> None:
    import tomllib

    import yitihua as yt

    pyproject = tomllib.loads((SOURCE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    assert pyproject["project"]["version"] == yt.__version__
