"""AHP: derivations by hand, NumPy's eigenvectors, pymcdm, both RI tables, groups, the form, what experts mistype."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import yitihua as yt
from yitihua.cli import app
from yitihua.errors import FaultList
from yitihua.index.recipe import Recipe
from yitihua.index.weights.ahp import RANDOM_INDEX, _worst, ahp, overall, priorities, within_parents
from yitihua.index.weights.ahp_group import consistency_notes, group_ahp, mean_judgments
from yitihua.index.weights.ahp_reading import read_judgments
from yitihua.index.weights.ahp_sheet import COVER, EXPERT_LABEL, Comparison, comparisons_of
from yitihua.index.weights.judgments import SCALE, check_judgments
from yitihua.index.weights.method import Siblings
from yitihua.publish.expert_forms import ahp_form

ASKED = Comparison("A", ("甲", "A"), ("A1", "A2", "A3"), (("速度", "speed"), ("成本", "cost"), ("质量", "quality")))


def consistent(w):
    return np.asarray(w)[:, None] / np.asarray(w)[None, :]


judgments = st.lists(st.sampled_from([1 / 9, 1 / 5, 1 / 3, 1 / 2, 1.0, 2.0, 3.0, 5.0, 9.0]), min_size=6, max_size=6)


def matrix(upper):
    a = np.ones((4, 4))
    a[np.triu_indices(4, 1)] = upper
    return np.triu(a, 1) + np.tril(1 / a.T, -1) + np.eye(4)


# One matrix.


@pytest.mark.parametrize("method", ["eigenvector", "geometric", "column"])
def test_a_consistent_matrix_gives_its_weights(method):
    """Identity: a_ij = w_i / w_j has the weights w, lambda_max = k and CR = 0 under every method."""
    w = np.array([0.5, 0.25, 0.125, 0.125])
    found = ahp(consistent(w), method=method)
    assert found.weights == pytest.approx(w)
    assert found.lambda_max == pytest.approx(4)
    assert found.cr == pytest.approx(0, abs=1e-12)
    assert found.worst is None


def test_two_by_hand():
    """By hand: a = [[1, 3], [1/3, 1]] gives 3/4 and 1/4; two things never contradict each other."""
    found = ahp(np.array([[1.0, 3.0], [1 / 3, 1.0]]))
    assert found.weights == pytest.approx([0.75, 0.25])
    assert (found.ci, found.cr) == (0, 0)


def test_three_by_hand():
    """By hand: [[1, 2, 8], [1/2, 1, 2], [1/8, 1/2, 1]]: row products 16, 1, 1/16, cube roots 2.5198, 1, 0.3969;
    lambda_max of a reciprocal 3 x 3 matrix is 1 + d + 1/d with d = cuberoot(a13 / (a12 a23)) = cuberoot(2)."""
    a = np.array([[1, 2, 8], [0.5, 1, 2], [0.125, 0.5, 1]])
    d = (8 / (2 * 2)) ** (1 / 3)
    found = ahp(a)
    assert found.lambda_max == pytest.approx(1 + d + 1 / d)
    assert found.cr == pytest.approx((1 + d + 1 / d - 3) / 2 / 0.58)
    roots = np.array([16.0, 1.0, 1 / 16]) ** (1 / 3)
    assert ahp(a, method="geometric").weights == pytest.approx(roots / roots.sum())
    assert found.weights == pytest.approx(roots / roots.sum())  # for k = 3 the two methods agree


@given(judgments)
def test_eigenvector_against_numpy(upper):
    """Oracle: numpy.linalg.eig."""
    a = matrix(upper)
    values, vectors = np.linalg.eig(a)
    at = values.real.argmax()
    w = np.abs(vectors[:, at].real)
    found = ahp(a)
    assert found.weights == pytest.approx(w / w.sum(), abs=1e-9)
    assert found.lambda_max == pytest.approx(values.real[at])
    assert found.cr >= 0


def test_geometric_and_column_methods_against_their_formulas():
    """Saaty (1980): geometric means of rows; means of columns scaled to sum 1."""
    a = matrix([3.0, 5.0, 1 / 2, 2.0, 1 / 3, 1 / 9])
    geometric = np.exp(np.log(a).mean(axis=1))
    assert priorities(a, "geometric")[0] == pytest.approx(geometric / geometric.sum())
    assert priorities(a, "column")[0] == pytest.approx((a / a.sum(axis=0)).mean(axis=1))


def test_against_pymcdm():
    """Oracle: pymcdm's AHP weights (principal eigenvector), where it is installed."""
    weights = pytest.importorskip("pymcdm.weights.subjective")
    a = matrix([3.0, 5.0, 2.0, 2.0, 1 / 2, 1 / 3])
    theirs = np.asarray(weights.AHP(matrix=a)())
    assert ahp(a).weights == pytest.approx(theirs, abs=1e-6)


def test_both_tables_of_ri():
    """Tables of SOURCES.md section 4: Saaty (1980) to 13, that of Chinese tools to 15."""
    a = matrix([3.0, 5.0, 1 / 2, 2.0, 1 / 3, 1 / 9])
    first, second = (ahp(a, random_index=name) for name in ("saaty1980", "chinese"))
    assert first.cr * 0.90 == pytest.approx(second.cr * 0.89)
    assert first.ci == second.ci
    assert (RANDOM_INDEX["saaty1980"][3], RANDOM_INDEX["chinese"][3]) == (0.58, 0.52)
    assert (max(RANDOM_INDEX["saaty1980"]), max(RANDOM_INDEX["chinese"])) == (13, 15)
    large = np.ones((14, 14))
    assert ahp(large, random_index="chinese").weights == pytest.approx(np.full(14, 1 / 14))
    with pytest.raises(yt.InputError) as caught:
        ahp(large)
    assert caught.value.faults[0].code == "ahp-too-many"


def test_the_worst_judgment_is_the_planted_one():
    """Planted: a consistent matrix with one judgment turned round."""
    a = consistent([8.0, 4.0, 2.0, 1.0])
    a[0, 3], a[3, 0] = 1 / 8, 8.0
    found = ahp(a, ["a", "b", "c", "d"])
    assert not found.acceptable
    assert {found.worst.row, found.worst.column} == {"a", "d"}
    assert found.worst.cr < found.cr


@given(st.lists(st.sampled_from([1 / 9, 1 / 5, 1 / 2, 1.0, 2.0, 4.0, 7.0]), min_size=3, max_size=3), st.integers(0, 99))
def test_rounding_does_not_choose_the_worst_of_three(upper, seed):
    """By hand: with k = 3 every a_ij w_j / w_i is d or 1/d, d the cube root of a12 a23 a31; so the last bits of w must
    not decide. Of the three the one whose change mends most is taken, against all 3 x 17 matrices tried here."""
    xy, xz, yz = upper
    a = np.array([[1, xy, xz], [1 / xy, 1, yz], [1 / xz, 1 / yz, 1]])
    found = ahp(a, ["x", "y", "z"])
    d = abs(np.log(a[0, 1] * a[1, 2] * a[2, 0])) / 3
    if found.worst is None:
        assert d < 1e-9
        return
    assert found.worst.deviation == pytest.approx(np.exp(d))
    shaken = found.weights * (1 + 1e-14 * np.random.default_rng(seed).normal(size=3))
    again = _worst(a, shaken, ("x", "y", "z"), "eigenvector", "saaty1980")
    assert (again.row, again.column, again.better) == (found.worst.row, found.worst.column, found.worst.better)
    tried = []
    for i, j in ((0, 1), (0, 2), (1, 2)):
        for value in SCALE:
            other = a.copy()
            other[i, j], other[j, i] = value, 1 / value
            tried.append(ahp(other).cr)
    assert found.worst.cr == pytest.approx(min(tried), abs=1e-8)


def test_weights_down_the_hierarchy():
    """By hand: 0.6 x 0.75."""
    found = within_parents(
        {"root": ahp(consistent([0.6, 0.4]), ["A", "B"]), "A": ahp(consistent([3, 1]), ["a1", "a2"])}
    )
    whole = overall(found, {"A": "root", "B": "root", "a1": "A", "a2": "A"})
    assert whole["a1"] == pytest.approx(0.45)
    assert whole["a1"] + whole["a2"] == pytest.approx(whole["A"])


# Groups.


@given(judgments, judgments, st.floats(0.1, 0.9))
def test_geometric_means_stay_reciprocal(one, other, share):
    """Aczel and Saaty (1983): only the geometric mean keeps a_ij a_ji = 1."""
    joint = mean_judgments(np.array([matrix(one), matrix(other)]), np.array([share, 1 - share]))
    assert joint * joint.T == pytest.approx(np.ones((4, 4)))


def test_a_group_of_the_same_opinion_is_one_expert():
    """Identity, for both ways of bringing judgments together."""
    a = matrix([3.0, 5.0, 1 / 2, 2.0, 1 / 3, 1 / 9])
    for group in ("judgments", "priorities"):
        assert group_ahp(np.array([a, a, a]), group=group).weights == pytest.approx(ahp(a).weights)


def test_priorities_of_a_group_are_the_mean():
    """By hand: 3/4 and 1/4 with 1/2 and 1/2, one expert counting twice."""
    pair = np.array([[[1.0, 3.0], [1 / 3, 1.0]], [[1.0, 1.0], [1.0, 1.0]]])
    found = group_ahp(pair, shares=[2.0, 1.0], group="priorities")
    assert found.weights == pytest.approx([(2 * 0.75 + 0.5) / 3, (2 * 0.25 + 0.5) / 3])
    assert found.joint is None


def test_a_group_that_contradicts_itself_is_told_so():
    """Both experts go round in a circle, x > y > z > x: so does their mean, of lambda_max 1 + d + 1/d, d = 5."""
    a = np.array([[1, 5, 1 / 5], [1 / 5, 1, 5], [5, 1 / 5, 1]])
    found = group_ahp(np.array([a, a]), ["x", "y", "z"], ["Wang", "Li"])
    assert found.joint.cr == pytest.approx((1 + 5 + 1 / 5 - 3) / 2 / 0.58)
    nothing, names = np.zeros((0, 3)), (("甲", "x"), ("乙", "y"), ("丙", "z"))
    three = Siblings(nothing, nothing, np.ones(3, dtype=bool), ("x", "y", "z"), names, "A", ("上级", "parent"))
    said = [note for note in consistency_notes(three, found) if "CR of the group is" in note[1]]
    assert len(said) == 1
    assert "above 0.1" in said[0][1]
    assert "合成矩阵的CR为2.76" in said[0][0]
    for calm in (group_ahp(np.array([a]), ["x", "y", "z"]), group_ahp(np.ones((2, 3, 3)), ["x", "y", "z"])):
        assert not [note for note in consistency_notes(three, calm) if "CR of the group is" in note[1]]


# The form: written, filled in, read back.


def filled(path: Path, expert: str, weights: dict[str, list[float]], edition="hdi") -> None:
    """Write the form of an edition and fill in judgments w_i / w_j, rounded to Saaty's scale."""
    path.write_bytes(ahp_form(yt.load_edition(edition)))
    book = openpyxl.load_workbook(path)
    for row in book[COVER].iter_rows():
        for cell in row:
            if cell.value == EXPERT_LABEL:
                book[COVER].cell(cell.row, cell.column + 1).value = expert
    for parent, w in weights.items():
        sheet = book[parent]
        for i in range(len(w)):
            for j in range(i + 1, len(w)):
                sheet.cell(5 + i, 3 + j).value = w[i] / w[j]
    book.save(path)


def test_a_filled_form_comes_back(tmp_path):
    """Identity: judgments typed into the upper triangle are the matrices read."""
    filled(tmp_path / "wang.xlsx", "王", {"HDI": [4, 2, 1], "education": [3, 1]})
    asked = comparisons_of(yt.load_edition("hdi"))
    found = read_judgments([tmp_path / "wang.xlsx"], asked)
    assert found["HDI"].experts == ("王",)
    assert found["HDI"].matrices[0] == pytest.approx(consistent([4, 2, 1]))
    assert found["education"].matrices[0] == pytest.approx(consistent([3, 1]))


def test_an_empty_form_is_said_to_be_empty(tmp_path):
    """A form sent back as it went out: one fault a node, no traceback."""
    (tmp_path / "li.xlsx").write_bytes(ahp_form(yt.load_edition("hdi")))
    with pytest.raises(yt.InputError) as caught:
        read_judgments([tmp_path / "li.xlsx"], comparisons_of(yt.load_edition("hdi")))
    assert [fault.code for fault in caught.value.faults] == ["ahp-blank", "ahp-blank"]


def test_forms_are_the_same_bytes_and_hold_no_formula_of_names(tmp_path):
    """House rule: text that begins with = + - @ can never run."""
    edition = yt.load_edition("zhejiang-2022")
    content = ahp_form(edition)
    assert content == ahp_form(edition)
    (tmp_path / "form.xlsx").write_bytes(content)
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    formulas = {str(c.value)[:4] for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"}
    assert formulas == {"=IF("}
    assert {"A", "B", "C", "D", "E", "ZJ"} <= set(book.sheetnames)


def project(folder: Path, keys: str, edition="hdi") -> Path:
    (folder / "index").mkdir(exist_ok=True)
    text = f'extends = "{edition}"\n[weights]\nuse = "experts"\n[weights.sets.experts]\n{keys}\n'
    (folder / "index" / "mine.toml").write_text(text, encoding="utf-8")
    (folder / "project.toml").write_text('edition = "mine"\n', encoding="utf-8")
    return folder


def test_from_forms_to_a_ranking(tmp_path):
    """Identity: weights of the index are the group's; files are recorded; JSON scores the same."""
    (tmp_path / "experts").mkdir()
    filled(tmp_path / "experts" / "a.xlsx", "甲", {"HDI": [4, 2, 1], "education": [3, 1]})
    filled(tmp_path / "experts" / "b.xlsx", "乙", {"HDI": [1, 2, 4], "education": [1, 3]})
    (tmp_path / "experts" / "~$a.xlsx").write_bytes(b"left by Excel")
    board = yt.evaluate(project(tmp_path, 'method = "ahp"\nfiles = ["experts/*.xlsx"]'))
    root = board.recipe.root
    assert dict(zip(root.children, root.weights, strict=True)) == pytest.approx(
        {"health": 1 / 3, "education": 1 / 3, "income": 1 / 3}
    )  # geometric means of (4, 2, 1) and (1, 2, 4)
    assert {name for name, _ in board.recipe.fitted_on} >= {"experts/a.xlsx", "experts/b.xlsx"}
    assert any("2 experts, CR of each 0.00 to 0.00" in note[1] for note in board.recipe.weighting.notes)
    recipe = Recipe.from_json(board.recipe.to_json())
    assert recipe == board.recipe
    np.testing.assert_array_equal(yt.apply(board.table, recipe).total, board.total)


def test_contradictions_stand_with_the_result(tmp_path):
    """CR above 0.1 is said, with the pair to look at; the other RI table gives another CR."""
    rows = "code,health,education,income\nhealth,,3,1/5\neducation,,,3\nincome,,,\n"
    (tmp_path / "wang_HDI.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "wang_education.csv").write_text("code,eys,mys\neys,,1\nmys,,\n", encoding="utf-8")
    files = 'files = ["wang_HDI.csv", "wang_education.csv"]'
    notes = yt.evaluate(project(tmp_path, f'method = "ahp"\n{files}')).recipe.weighting.notes
    assert any("CR of wang is" in note[1] and "above 0.1" in note[1] and "请复核" in note[0] for note in notes)
    other = yt.evaluate(project(tmp_path, f'method = "ahp"\n{files}\nri = "chinese"')).recipe.weighting.notes
    assert notes != other


# Bad input, one fault each.


def faults_of(a, **kwargs):
    faults = FaultList()
    check_judgments(np.array(a, dtype=float), ["x", "y"], faults, **kwargs)
    return [fault.code for fault in faults]


@pytest.mark.parametrize(
    ("a", "code"),
    [
        ([[1, 3], [1, 1]], "ahp-reciprocal"),
        ([[1, 12], [1 / 12, 1]], "ahp-scale"),
        ([[2, 1], [1, 1]], "ahp-diagonal"),
        ([[1, np.nan], [0.5, 1]], "ahp-missing"),
        ([[1, 2, 3], [0.5, 1, 2]], "ahp-shape"),
        ([[1, 3], [0.33, 1]], None),
    ],
)
def test_matrices_that_are_none(a, code):
    assert faults_of(a) == ([code] if code else [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("code,A1,A2,A3\nA1,,3,5\nA2,1,,2\nA3,,,\n", "ahp-reciprocal"),
        ("code,A1,A2,A3\nA1,,30,5\nA2,,,2\nA3,,,\n", "ahp-scale"),
        ("code,A1,A2,A3\nA1,2,3,5\nA2,,,2\nA3,,,\n", "ahp-diagonal"),
        ("code,A1,A2,A3\nA1,,3,\nA2,,,2\nA3,,,\n", "ahp-missing"),
        ("code,A1,A2,A3\nA1,,lots,5\nA2,,,2\nA3,,,\n", "ahp-not-number"),
        ("code,A1,A2,B7\nA1,,3,5\nA2,,,2\nA3,,,\n", "ahp-label-missing"),
        ("code,A1,A2,A3,A2\nA1,,3,5,1\nA2,,,2,1\nA3,,,,1\n", "duplicate-column"),
    ],
)
def test_what_experts_mistype(tmp_path, text, code):
    path = tmp_path / "wang.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(yt.InputError) as caught:
        read_judgments([path], [ASKED])
    codes = [fault.code for fault in caught.value.faults]
    assert codes[0] == code, codes
    assert all(fault.file == "wang.csv" for fault in caught.value.faults)


def test_an_expert_who_judged_twice_is_refused(tmp_path):
    for name in ("one.xlsx", "two.xlsx"):
        filled(tmp_path / name, "王", {"HDI": [4, 2, 1], "education": [3, 1]})
    with pytest.raises(yt.InputError) as caught:
        read_judgments([tmp_path / "one.xlsx", tmp_path / "two.xlsx"], comparisons_of(yt.load_edition("hdi")))
    assert {fault.code for fault in caught.value.faults} == {"ahp-expert-twice"}


def test_files_that_are_not_there_are_named(tmp_path):
    with pytest.raises(yt.InputError, match=r"experts/\*\.xlsx"):
        yt.evaluate(project(tmp_path, 'method = "ahp"\nfiles = ["experts/*.xlsx"]'))


def test_files_outside_the_project_are_not_read(tmp_path):
    (tmp_path / "secret.csv").write_text("code,A1\n", encoding="utf-8")
    inside = tmp_path / "project"
    inside.mkdir()
    with pytest.raises(yt.InputError):
        yt.evaluate(project(inside, 'method = "ahp"\nfiles = ["../secret.csv"]'))


# Command.


def test_command_writes_both_forms(tmp_path):
    for method in ("ahp", "budget"):
        target = tmp_path / f"{method}.xlsx"
        words = ["experts", "--edition", "hdi", "--method", method, "-o", str(target), "--lang", "en"]
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, result.output
        assert f'method = "{method}"' in result.output
        assert openpyxl.load_workbook(target).sheetnames


@pytest.mark.parametrize("words", [["--method", "delphi"], ["-o", "form.csv"]])
def test_command_refuses(tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["experts", "--edition", "hdi", *words])
    assert isinstance(result.exception, yt.InputError)
    assert not list(tmp_path.iterdir())
