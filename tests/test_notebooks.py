"""The notebooks run from top to bottom, and what is stored in them is what comes out."""

import json
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
pytest.importorskip("matplotlib")

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
UNWANTED = ("/work/", "/root/", "/home/", "Traceback", "Warning")

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def texts(cell):
    """Return what a cell printed and the plain text of what it showed; no images, no stderr."""
    printed = "".join(out.text for out in cell.outputs if out.output_type == "stream" and out.name == "stdout")
    shown = [out.data.get("text/plain", "") for out in cell.outputs if "data" in out]
    return [printed, *shown]


def everything_but_images(cell):
    """Return all text in a cell's outputs: streams, plain text, HTML, errors."""
    outputs = json.loads(json.dumps(cell.outputs))
    for out in outputs:
        for kind in [kind for kind in out.get("data", {}) if kind.startswith("image/")]:
            del out["data"][kind]
    return json.dumps(outputs, ensure_ascii=False)


def kinds(cell):
    """Return which kinds of data a cell shows, images among them."""
    return [sorted(out.data) for out in cell.outputs if "data" in out]


def test_stored_outputs_are_clean(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        text = everything_but_images(cell)
        assert [word for word in UNWANTED if word in text] == [], cell.source
        assert not any(out.output_type == "error" or out.get("name") == "stderr" for out in cell.outputs)
        assert "execution" not in cell.metadata, "times of execution are stored"


# The client (zmq, tornado, asyncio) runs in this process; its deprecations are not ours to mend.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_fresh_run_gives_the_stored_outputs(path, tmp_path, monkeypatch):
    monkeypatch.delenv("MPLBACKEND", raising=False)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    stored = nbformat.read(path, as_version=4)
    fresh = nbformat.read(path, as_version=4)
    for cell in code_cells(fresh):
        cell.outputs = []
    work = tmp_path / "work"
    work.mkdir()
    client = nbclient.NotebookClient(
        fresh, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(work)}}
    )
    client.execute()  # raises at the first cell that fails
    assert list(work.iterdir()) == [], "a notebook leaves no files behind"
    for old, new in zip(code_cells(stored), code_cells(fresh), strict=True):
        assert "Warning" not in everything_but_images(new), new.source
        assert kinds(new) == kinds(old), new.source
        assert texts(new) == texts(old), new.source
