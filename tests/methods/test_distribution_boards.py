"""Distribution on boards: the same numbers as the plain functions on the scores that are printed, and bad input."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable

import numpy as np
import pytest

import yitihua as yt
from yitihua.analysis.distribution import of_boards, of_periods
from yitihua.analysis.distribution.dagum import dagum
from yitihua.analysis.distribution.density import density
from yitihua.analysis.distribution.moran import moran
from yitihua.analysis.distribution.neighbours import k_nearest
from yitihua.analysis.distribution.theil import theil_nested
from yitihua.errors import InputError
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.datasets import load_dataset


@pytest.fixture(scope="module")
def province() -> Scoreboard:
    return yt.evaluate("zhejiang-2022")


@pytest.fixture(scope="module")
def asem() -> Scoreboard:
    return yt.evaluate("asem")


@pytest.fixture(scope="module")
def periods(province: Scoreboard) -> dict[float, Scoreboard]:
    """Three periods of one recipe: every value of a unit goes a fifth of its way to the best value in sight."""
    table, boards = province.table, {2022.0: province}
    for step in (1, 2):
        best = np.nanmax(table.values, axis=0)
        values = table.values + (1 - 0.8**step) * (best - table.values)
        boards[2022.0 + step] = yt.apply(dataclasses.replace(table, values=values), province.recipe)
    return boards


def test_inequality_of_the_index_over_cities(province: Scoreboard) -> None:
    """Cities by the first four digits; the column of the shipped counties says the same."""
    city = (
        load_dataset("zhejiang-counties").frame.astype({"code": str, "city_code": str}).set_index("code")["city_code"]
    )
    found = of_boards.inequality(province)
    expected = dagum(province.total, [city[unit] for unit in province.table.units])
    assert isinstance(found.parts, type(expected))
    assert (found.parts.within, found.parts.between) == (expected.within, expected.between)
    assert found.groups().shape[0] == 11
    frame = found.frame("zh")
    assert frame["part"].tolist() == ["组内", "组间净值", "超变密度", "基尼系数"]
    assert frame["value"][:3].sum() == pytest.approx(found.gini, abs=1e-12) and frame.attrs["simulated"]


def test_inequality_nested_and_by_people(province: Scoreboard, asem: Scoreboard) -> None:
    units = province.table.units
    found = of_boards.inequality(province, by=["province", "city"], kind="theil-T")
    levels = {"province": [u[:2] for u in units], "city": [u[:4] for u in units]}
    assert found.frame()["value"].tolist()[:3] == [
        *theil_nested(province.total, levels).between.tolist(),
        theil_nested(province.total, levels).within,
    ]
    people = asem.table.attributes["Den_Pop"].astype(float)
    weighted = of_boards.inequality(asem, "ConEcFin", by="Group_EurAsia", population="Den_Pop")
    column = asem.points[:, asem.recipe.plan.column["ConEcFin"]]
    assert weighted.gini == pytest.approx(dagum(column, asem.table.attributes["Group_EurAsia"], people).gini)


def test_density_is_reflected_on_the_scale(asem: Scoreboard) -> None:
    whole = of_boards.density(asem).curves[""]
    assert whole.bounds == asem.recipe.scale and whole.integral == pytest.approx(1, abs=1e-6)
    np.testing.assert_array_equal(whole.f, density(asem.total, asem.recipe.scale).f)
    assert of_boards.density(asem, by="Group_EurAsia").frame()["group"].tolist() == ["Asia", "Europe"]
    scores = of_boards.density(yt.evaluate("asem", normalise="zscore")).curves[""]
    assert scores.bounds == (None, None)


def test_spatial_is_moran_of_the_printed_scores(province: Scoreboard) -> None:
    places = load_dataset("zhejiang-counties").frame
    where = {str(c): (x, y) for c, x, y in zip(places["code"], places["lon"], places["lat"], strict=True)}
    found = of_boards.spatial(province, coordinates="zhejiang-counties", k=5, seed=3)
    near = k_nearest([where[unit] for unit in province.table.units], 5)
    assert found.whole.statistic == moran(province.total, near, seed=3).statistic
    frame = found.frame("zh")
    assert frame.columns[:3].tolist() == ["unit", "name", "score"] and frame.shape[0] == 90
    assert of_boards.spatial(province, coordinates=where, k=5, seed=3).whole.p == found.whole.p
    assert of_boards.spatial(province, coordinates=places, k=5, seed=3).whole.p == found.whole.p
    units = province.table.units
    pairs = list(itertools.pairwise(units))
    assert of_boards.spatial(province, neighbours=pairs, permutations=9).whole.s0 == pytest.approx(90)


def test_periods_that_converge_are_seen_to(periods: dict[float, Scoreboard]) -> None:
    found = of_periods.convergence(periods)
    assert found.sigma.falling and found.beta.beta < 0 and found.beta.speed > 0
    assert found.frame()["period"].tolist() == [2022, 2023, 2024]
    np.testing.assert_array_equal(found.values[:, 0], periods[2022.0].total)
    assert of_periods.convergence(periods, form="panel").beta.form == "panel"
    mixed = {2022.0: periods[2022.0], 2023.0: yt.evaluate("zhejiang-2022", normalise="minmax")}
    assert of_periods.convergence(mixed, mixed=True).units == found.units


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda b: of_boards.inequality(b, "nothing"), "unknown-reference"),
        (lambda b: of_boards.inequality(b), "distribution-by"),
        (lambda b: of_boards.inequality(b, by="continent"), "distribution-by"),
        (lambda b: of_boards.inequality(b, by={"AUT": "a"}), "distribution-group"),
        (lambda b: of_boards.inequality(b, by="Group_EurAsia", kind="gini"), "bad-choice"),
        (lambda b: of_boards.inequality(b, by="Group_EurAsia", population="people"), "distribution-weights-name"),
        (lambda b: of_boards.inequality(b, by="Group_EurAsia", level="town"), "unknown-reference"),
        (lambda b: of_boards.spatial(b), "neighbours-source"),
        (lambda b: of_boards.spatial(b, coordinates={"AUT": (14, 47)}), "neighbours-coordinates"),
        (lambda b: of_boards.spatial(b, neighbours=[("AUT", "XXX")]), "neighbours-pair"),
        (lambda b: of_boards.density(b, by="continent"), "distribution-by"),
        (lambda b: of_periods.convergence({2020: b}), "convergence-boards"),
        (lambda b: of_periods.convergence({2020: b, 2021: yt.evaluate("hdi")}), "convergence-recipes"),
        (lambda b: of_periods.convergence({"a": b, "b": b}), "convergence-periods"),
        (lambda b: of_periods.convergence({2020: b, 2021: b}, form="both"), "bad-choice"),
    ],
)
def test_what_a_board_cannot_answer_is_refused(
    asem: Scoreboard, call: Callable[[Scoreboard], object], code: str
) -> None:
    with pytest.raises(InputError) as caught:
        call(asem)
    (fault,) = caught.value.faults
    assert fault.code == code
    assert "{" not in fault.text("zh") + fault.text("en")
