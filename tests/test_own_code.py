"""Functions of one's own: only where allowed, checked for shape, recorded with their sha256, never when verifying."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import yitihua as yt
from yitihua.cli import app
from yitihua.commands.options import until_end
from yitihua.index.recipe import Recipe
from yitihua.publish.words import method_lines

CODE = """
import numpy as np

def half(x, **_):
    return np.where(np.isnan(x), np.nanmean(x, axis=0), x)

def root(x, power=0.5):
    return np.sign(x) * np.abs(x) ** power

def points(x, positive, scale, top=1.0):
    z = np.clip(x / top, 0, 1)
    return scale[0] + (scale[1] - scale[0]) * (z if positive else 1 - z)

def first_heavy(z, share=0.6):
    w = np.full(z.shape[1], (1 - share) / (z.shape[1] - 1))
    w[0] = share
    return w

def smallest(x, weights):
    return np.nanmin(x, axis=1)

def too_short(x, weights):
    return x[:-1, 0]

def words(x, weights):
    return ["a"] * len(x)

def endless(x, weights):
    return np.full(len(x), np.inf)

def angry(x, weights):
    raise RuntimeError("no")

def negative(z):
    return -np.ones(z.shape[1])

def by_rank(x, positive, scale):
    return np.argsort(np.argsort(x)).astype(float)

def changes(x):
    return np.zeros_like(x)

NUMBER = 3
"""


@pytest.fixture(autouse=True)
def module(tmp_path, monkeypatch):
    """Put a module `mymethods` where Python finds it."""
    (tmp_path / "mymethods.py").write_text(CODE, encoding="utf-8")
    sys.modules.pop("mymethods", None)  # a page of the documentation has one too
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path / "mymethods.py"
    sys.modules.pop("mymethods", None)
    until_end.close()  # as the command line does when it ends


def test_an_aggregation_of_ones_own():
    """Identity: the smallest of three points, node by node; missing children by the function's own rule."""
    with yt.allow_code():
        board = yt.evaluate("egdi-2022", aggregate="mymethods:smallest")
    np.testing.assert_allclose(board.total, np.nanmin(board.normalised, axis=1))
    assert any("mymethods:smallest" in how for _, how in method_lines(board.recipe, "zh"))


def test_weights_of_ones_own_with_parameters():
    """By hand: 0.8 on the first of three, 0.1 on the others."""
    stated = {"use": "mine", "sets": {"mine": {"method": "mymethods:first_heavy", "parameters": {"share": 0.8}}}}
    with yt.allow_code():
        board = yt.evaluate("egdi-2022", weights=stated)
    assert board.recipe.root.weights == pytest.approx((0.8, 0.1, 0.1))


def test_the_other_stages():
    """Identities: the mean in missing cells; the square root of values; values over 1 as points."""
    plain = yt.evaluate("asem", treat="none", impute="none")
    with yt.allow_code():
        filled = yt.evaluate("asem", treat="none", impute="mymethods:half")
        rooted = yt.evaluate("asem", treat="mymethods:root", impute="none")
        pointed = yt.evaluate("egdi-2022", normalise="mymethods:points")
    gaps = np.isnan(plain.denominated)
    means = np.broadcast_to(np.nanmean(plain.denominated, axis=0), gaps.shape)
    np.testing.assert_allclose(filled.filled[gaps], means[gaps])
    assert filled.imputed.sum() == gaps.sum()
    np.testing.assert_allclose(rooted.treated, np.sign(plain.denominated) * np.sqrt(np.abs(plain.denominated)))
    np.testing.assert_allclose(pointed.total, yt.evaluate("egdi-2022").total, atol=1e-4)


def test_it_is_recorded_and_a_changed_file_is_refused(module):
    """The recipe keeps the sha256 of the file; another version of the function is another method."""
    with yt.allow_code():
        board = yt.evaluate("egdi-2022", aggregate="mymethods:smallest")
    assert dict(board.recipe.own_code) == {"mymethods:smallest": hashlib.sha256(module.read_bytes()).hexdigest()}
    recipe = Recipe.from_json(board.recipe.to_json())
    with yt.allow_code():
        np.testing.assert_array_equal(yt.apply(board.table, recipe).total, board.total)
    module.write_text(CODE + "# changed\n", encoding="utf-8")
    with yt.allow_code(), pytest.raises(yt.InputError):
        yt.apply(board.table, recipe)


def test_nothing_runs_where_it_is_not_allowed():
    with pytest.raises(yt.InputError) as caught:
        yt.evaluate("egdi-2022", aggregate="mymethods:smallest")
    assert caught.value.faults[0].code == "code-not-allowed"
    assert "mymethods" not in sys.modules
    with yt.allow_code():
        board = yt.evaluate("egdi-2022", aggregate="mymethods:smallest")
    with pytest.raises(yt.InputError):
        yt.apply(board.table, board.recipe)


def test_a_published_result_is_never_verified_with_it(tmp_path):
    """Reading a run back refuses, allowed or not."""
    project(tmp_path / "project")
    out = tmp_path / "out"
    result = CliRunner().invoke(app, ["score", str(tmp_path / "project"), "--allow-code", "-o", str(out)])
    assert result.exit_code == 0, result.output
    run = yt.read_run(out)
    for allowed in (False, True):
        with yt.allow_code(allowed), pytest.raises(yt.InputError):
            run.board  # noqa: B018


def project(folder: Path) -> None:
    (folder / "index").mkdir(parents=True)
    text = 'extends = "egdi-2022"\n[aggregate]\nmethod = "mymethods:smallest"\n'
    (folder / "index" / "mine.toml").write_text(text, encoding="utf-8")
    (folder / "project.toml").write_text('edition = "mine"\n', encoding="utf-8")


@pytest.mark.parametrize("command", ["score", "check", "audit"])
def test_the_command_line_wants_allow_code(tmp_path, command):
    project(tmp_path / "project")
    words = [command, str(tmp_path / "project")]
    refused = CliRunner().invoke(app, words)
    assert isinstance(refused.exception, yt.InputError)
    assert refused.exception.faults[0].code == "code-not-allowed"
    assert CliRunner().invoke(app, [*words, "--allow-code"]).exit_code == 0


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        ({"aggregate": "mymethods:too_short"}, "own-code-shape"),
        ({"aggregate": "mymethods:words"}, "own-code-failed"),
        ({"aggregate": "mymethods:endless"}, "own-code-failed"),
        ({"aggregate": "mymethods:angry"}, "own-code-failed"),
        ({"aggregate": "mymethods:nothing"}, "own-code-missing"),
        ({"aggregate": "mymethods:NUMBER"}, "own-code-missing"),
        ({"aggregate": "nomodule:smallest"}, "own-code-missing"),
        ({"weights": "mymethods:negative"}, "own-code-failed"),
        ({"normalise": "mymethods:by_rank"}, "own-code-not-by-value"),
        ({"impute": "mymethods:changes"}, "own-code-failed"),
    ],
)
def test_functions_that_do_not_do(choices, code):
    """One fault each: what was found is said, and there is no traceback."""
    if "weights" in choices:
        choices = {"weights": {"use": "mine", "sets": {"mine": {"method": choices["weights"]}}}}
    with yt.allow_code(), pytest.raises(yt.InputError) as caught:
        yt.evaluate("egdi-2022", **choices)
    assert caught.value.faults[0].code == code
