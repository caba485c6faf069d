"""Editions made for a test: files in a folder, loaded as anybody's."""

from pathlib import Path

import yitihua as yt
from yitihua.definitions.bridge import bridge_files


def write_files(folder, files):
    """Write files, given as text or bytes, into a folder."""
    for name, content in files.items():
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return Path(folder)


def later_edition(folder, base, framework="", index="", head="", name="later"):
    """Return an edition of a project that extends another one."""
    text = f'[edition]\ntitle = "Later"\nextends = "{base}"\n{head}\n{framework}'
    write_files(folder, {f"indicators/{name}/framework.toml": text, f"index/{name}.toml": index or "# nothing else\n"})
    return yt.load_edition(name, folder)


def bridge_of(folder, old, new, name="bridge"):
    """Return the bridge from an old edition to a new one, written to a folder of its own and read again."""
    return yt.load_edition(name, write_files(folder, bridge_files(old, new, name)))


def assert_same_scores(found, wanted):
    """Every number of two boards is the same to the last bit, in the same order, ranks and grades too."""
    assert found.recipe.plan.column == wanted.recipe.plan.column
    assert found.points.tobytes() == wanted.points.tobytes()
    assert found.rank.tobytes() == wanted.rank.tobytes()
    assert found.node_coverage.tobytes() == wanted.node_coverage.tobytes()
    assert found.scores.equals(wanted.scores)
