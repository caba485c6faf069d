"""Real indices come out as their producers published them.

Authorities: UNDP Human Development Reports 2021/22 and 2023/24; UN DESA E-Government Survey 2022;
COINr 1.1.14 (every stage of ASEM, in tests/reference/asem with its passport).
"""

from __future__ import annotations

import csv
import hashlib
import tomllib
from pathlib import Path

import numpy as np
import pytest

import yitihua as yt

REFERENCE = Path(__file__).parent / "reference" / "asem"


@pytest.mark.parametrize(
    ("dataset", "period", "rows"),
    [
        ("hdi-hdr2122", 2019, 191),
        ("hdi-hdr2122", 2020, 191),
        ("hdi-hdr2122", 2021, 191),
        ("hdi-hdr2324", 2021, 203),
        ("hdi-hdr2324", 2022, 204),
    ],
)
def test_hdi_equals_published_to_three_decimals(dataset: str, period: int, rows: int) -> None:
    board = yt.evaluate("hdi", dataset, period=period)
    published = yt.load_dataset(dataset).published(period).loc[list(board.table.units), "HDI"].to_numpy()
    complete = np.isfinite(board.table.values).all(axis=1)
    assert complete.sum() == rows
    assert (np.isfinite(board.total) == complete).all()
    np.testing.assert_array_equal(board.rounded_scores[complete], published[complete])


@pytest.mark.parametrize(("dataset", "period"), [("hdi-hdr2122", 2021), ("hdi-hdr2324", 2022)])
def test_hdi_ranks_equal_published(dataset: str, period: int) -> None:
    board = yt.evaluate("hdi", dataset, period=period)
    published = yt.load_dataset(dataset).published(period).loc[list(board.table.units), "rank"].to_numpy()
    ranked = np.isfinite(published) & np.isfinite(board.rank)
    assert ranked.sum() >= 191
    np.testing.assert_array_equal(board.rank[ranked], published[ranked])


def test_hdi_groups_equal_published() -> None:
    board = yt.evaluate("hdi")
    codes = yt.load_dataset("hdi-hdr2324").frame.set_index("iso3")["hdicode"]
    scores = board.scores[board.scores["level"] == "country"]
    published = codes.loc[scores["unit"]].str.lower().to_numpy()
    stated = published != ""  # the source leaves the Republic of Korea blank
    assert stated.sum() == 192
    np.testing.assert_array_equal(scores["group"].to_numpy()[stated], published[stated])


def test_egdi_scores_and_all_ranks() -> None:
    board = yt.evaluate("egdi-2022")
    published = yt.load_dataset("egdi-2022").published().loc[list(board.table.units)]
    assert len(published) == 193
    assert np.abs(board.total - published["EGDI"]).max() < 1e-4
    np.testing.assert_array_equal(board.rank, published["rank"])


def test_egdi_ranks_need_the_rounding() -> None:
    board = yt.evaluate("egdi-2022", score_decimals=9)
    published = yt.load_dataset("egdi-2022").published().loc[list(board.table.units)]
    assert (board.rank != published["rank"]).sum() == 4


def _stage(name: str, board: yt.Scoreboard) -> dict[str, np.ndarray]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as handle:
        rows = {row["UnitCode"]: row for row in csv.DictReader(handle)}
    codes = [*board.recipe.codes, *(node.code for node in board.recipe.nodes)]
    return {
        code: np.array([float(rows[unit][code] or "nan") for unit in board.table.units])
        for code in codes
        if code in next(iter(rows.values()))
    }


@pytest.mark.parametrize(
    ("file", "stage"),
    [
        ("asem_2_denominated.csv", "denominated"),
        ("asem_4_treated.csv", "treated"),
        ("asem_5_normalised.csv", "normalised"),
        ("asem_6_aggregated.csv", "node_values"),
    ],
)
def test_asem_stages_equal_coinr(file: str, stage: str) -> None:
    board = yt.evaluate("asem")
    found = getattr(board, stage)
    codes = [node.code for node in board.recipe.nodes] if stage == "node_values" else list(board.recipe.codes)
    reference = _stage(file, board)
    assert set(codes) <= set(reference)
    for j, code in enumerate(codes):
        np.testing.assert_allclose(found[:, j], reference[code], rtol=1e-9, atol=1e-9, err_msg=code)


def test_asem_imputation_equals_coinr() -> None:
    """With treatment off, what is left before normalisation is the imputed stage."""
    board = yt.evaluate("asem", treat="none")
    reference = _stage("asem_3_imputed.csv", board)
    assert board.imputed.sum() > 50
    for j, code in enumerate(board.recipe.codes):
        np.testing.assert_allclose(board.treated[:, j], reference[code], rtol=1e-9, atol=1e-12, err_msg=code)


def test_asem_shipped_results_are_coinrs() -> None:
    board = yt.evaluate("asem")
    published = yt.load_dataset("asem-results").published().loc[list(board.table.units)]
    for k, node in enumerate(board.recipe.nodes):
        np.testing.assert_allclose(board.node_values[:, k], published[node.code], atol=1e-9)


def test_reference_files_match_their_passport() -> None:
    passport = tomllib.loads((REFERENCE / "passport.toml").read_text(encoding="utf-8"))
    assert set(passport["sha256"]) == {path.name for path in REFERENCE.glob("*.csv")}
    for name, digest in passport["sha256"].items():
        assert hashlib.sha256((REFERENCE / name).read_bytes()).hexdigest() == digest
