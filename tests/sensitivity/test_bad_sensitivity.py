"""Sensitivity that cannot be asked for: every refusal says what is possible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import yitihua as yt
from yitihua.index.scoreboard import Scoreboard


@pytest.fixture(scope="module")
def asem() -> Scoreboard:
    return yt.evaluate("asem")


@pytest.fixture(scope="module")
def hdi() -> Scoreboard:
    return yt.evaluate("hdi")


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        ({"n": 1000}, "points-not-power", "1024"),
        ({"n": 32}, "points-not-power", "64"),
        ({"n": "many"}, "points-not-power", "1024"),
        ({"method": "sobel"}, "bad-choice", "shapley"),
        ({"method": "shapley", "n": 10}, "number-range", "64"),
        ({"method": "shapley", "second": True}, "no-effect", ""),
        ({"level": 0.3}, "number-range", "0.5"),
        ({"level": "high"}, "number-range", "0.5"),
        ({"seed": -1}, "number-range", "0"),
        ({"seed": None}, "number-range", "0"),
        ({"n_jobs": 0}, "bad-choice", "-1"),
        ({"target": "mean_rank_shfit"}, "unknown-target", "mean_rank_shift"),
        ({"target": 3}, "unknown-target", "mean_rank_shift"),
        ({"target": {}}, "unknown-target", "mean_rank_shift"),
        ({"target": {"of": "rank"}}, "unknown-target", '"unit"'),
        ({"target": {"unit": "DEU"}}, "bad-choice", "score, rank"),
        ({"target": {"unit": "DEU", "of": "ranks"}}, "bad-choice", "score, rank"),
        ({"target": {"unit": "DEU", "of": "rank", "grade": "3"}}, "no-effect", ""),
        ({"target": {"unit": "DEU", "of": "rank", "scheme": "abc"}}, "no-effect", ""),
        ({"target": {"unit": "DEU", "off": "rank"}}, "unknown-key", "of"),
        ({"target": {"unit": "Germny", "of": "rank"}}, "unknown-unit", "DEU"),
        ({"target": {"unit": "DEU", "grade": "9"}}, "bad-choice", "5, C, B, A"),
        ({"target": {"unit": "DEU", "grade": "3", "scheme": "starz"}}, "bad-choice", "stars"),
        ({"target": {"pair": ("DEU",)}}, "bad-choice", "(U, V)"),
        ({"target": {"pair": "DEU"}}, "bad-choice", "(U, V)"),
        ({"target": {"pair": ("DEU", "Germany")}}, "same-unit-twice", ""),
        ({"target": {"pair": ("DEU", "FRA"), "of": "gap"}}, "bad-choice", "difference"),
        ({"target": {"of": "mean_rank_shift", "level": "city"}}, "bad-choice", "country"),
        ({"target": {"of": "mean_rank_shift", "scheme": "abc"}}, "no-effect", ""),
        ({"target": {"of": "grade_changes", "level": "country"}}, "no-effect", ""),
        ({"target": {"unit": "DEU", "of": "score"}, "normalise": "zscore"}, "target-off-scale", "rank"),
        ({"target": "grade_changes", "normalise": "rank"}, "target-off-scale", "mean_rank_shift"),
        ({"weight": "dirichlet"}, "unknown-key", "weights"),
        ({"weights": "dirichlett"}, "bad-choice", "dirichlet"),
        ({"aggregate": "geometrik"}, "bad-choice", "geometric"),
        ({"sampling": True}, "no-sampling-error", ""),
    ],
)
def test_one_fault_each(
    asem: Scoreboard, refused: Callable[..., Any], asked: dict[str, Any], code: str, said: str
) -> None:
    (fault,) = refused(asem.sensitivity, **{"n": 64, "weights": "dirichlet", **asked})
    assert fault.code == code
    assert said in fault.allowed("en")
    assert said in fault.allowed("zh")


def test_hints_name_the_nearest(asem: Scoreboard, refused: Callable[..., Any]) -> None:
    (fault,) = refused(asem.sensitivity, "mean_rank_shfit", 64)
    assert fault.mend("en").startswith("Did you mean 'mean_rank_shift'?")
    (fault,) = refused(asem.sensitivity, {"unit": "DEU", "of": "rnk"}, 64)
    assert fault.mend("zh").startswith("是否想写“rank”？")


def test_all_faults_at_once(asem: Scoreboard, refused: Callable[..., Any]) -> None:
    faults = refused(asem.sensitivity, {"pair": ("DEU", "DEU")}, 100, -1, 2.0, method="sobol")
    assert {fault.key for fault in faults} == {"target.pair", "n", "seed", "level"}
    faults = refused(asem.sensitivity, {"pair": ("Germny", "Frnace")}, 64)
    assert [fault.code for fault in faults] == ["unknown-unit", "unknown-unit"]


def test_units_of_two_levels_are_not_compared(hdi: Scoreboard, refused: Callable[..., Any]) -> None:
    other = hdi.table.units[hdi.table.levels.index("aggregate")]
    (fault,) = refused(hdi.sensitivity, {"pair": ("NOR", other)}, 64)
    assert fault.code == "different-levels"


def test_a_board_without_grades_or_scores(asem: Scoreboard, refused: Callable[..., Any]) -> None:
    plain = replace(asem, recipe=replace(asem.recipe, grades=()))
    for target in ("grade_changes", {"unit": "DEU", "grade": "3"}):
        (fault,) = refused(plain.sensitivity, target, 64, weights="dirichlet")
        assert fault.code == "no-grades"
    row = asem.table.row_of("DEU")
    lost = replace(asem, node_values=np.where(np.arange(len(asem.total))[:, None] == row, np.nan, asem.node_values))
    for target in ({"unit": "DEU", "of": "rank"}, {"pair": ("FRA", "DEU")}):
        (fault,) = refused(lost.sensitivity, target, 64, weights="dirichlet")
        assert fault.code == "target-no-score"


def test_what_a_result_does_not_hold(asem: Scoreboard, refused: Callable[..., Any]) -> None:
    found = asem.sensitivity(n=64, method="shapley", aggregate="geometric")
    (fault,) = refused(found.movers)
    assert fault.code == "movers-by-sobol"
    assert "sobol" in fault.mend("en")
    (fault,) = refused(found.second)
    assert fault.code == "needs-key"
    assert "second=True" in fault.mend("zh")
