"""Calibrated weights from cells: the same factors, errors and files as with every respondent in memory.

Authority: `weighting.Weights` over respondents with `estimation.estimate`; on the 90-county survey R survey 4.1-1,
`calibrate(calfun="raking")` and `postStratify`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from engine_answers import LIKERT, RATIO, VARIABLES, answers, expected, query, surveyed, write_parquet

from yitihua.surveys.engines import DuckDBEngine, Score, SumsQuery, SumsTable, Variable, estimate, margin_factors
from yitihua.surveys.estimation.design import SurveyDesign
from yitihua.surveys.weighting.margins import read_margins
from yitihua.surveys.weighting.matching import match
from yitihua.surveys.weighting.steps import Weights

REFERENCE = Path(__file__).parents[1] / "reference" / "survey"
PLAIN = tuple(variable for variable in VARIABLES if variable is not RATIO)
WEIGHT = 'we"ight'
MARGINS = pd.DataFrame(
    {
        "variable": ["sex", "sex", "age", "age", "age", "age"],
        "level": ["F", "M", "1", "2", "3", "4"],
        "total": [160_000.0, 150_000.0, 70_000.0, 90_000.0, 80_000.0, 70_000.0],
    }
)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return answers()


def sums(source: Any, asked: SumsQuery) -> SumsTable:
    with DuckDBEngine(source) as engine:
        return engine.sums(asked)


def raked_in_memory(rows: pd.DataFrame) -> Weights:
    weight = rows[WEIGHT].to_numpy()
    return Weights.start(weight, zero=True).rake(match(read_margins(MARGINS), rows, weight))


def raked_in_cells(table: SumsTable) -> Weights:
    weight = table.weight if table.start is None else table.start
    return Weights.start(weight, zero=True).rake(match(read_margins(MARGINS), table.margin_columns, weight))


@pytest.mark.parametrize("psu", ["town", None])
@pytest.mark.parametrize("statistic", ["mean", "total"])
@pytest.mark.parametrize("rule", ["adjust", "average"])
def test_raked_estimates(table: pd.DataFrame, psu: str | None, statistic: Any, rule: Any) -> None:
    asked = query(PLAIN, psu=psu, margins=("sex", "age"), stratum=("city", "area"))
    found_sums = sums(table, asked)
    found = estimate(found_sums, statistic=statistic, one_psu=rule, weights=raked_in_cells(found_sums))
    rows = surveyed(table)
    weights = raked_in_memory(rows)
    design = SurveyDesign.from_columns(
        weights.final,
        strata=[rows["city"] + "/" + rows["area"]],
        clusters=[rows["town"]] if psu else [],
        nest=True,
        one_psu=rule,
        projections=weights.projections(),
    )
    wanted = expected(rows, asked, statistic, design=design)
    for name in ("value", "se", "n", "n_eff", "deff", "deff_kish", "ci_low"):
        a, b = getattr(found, name), getattr(wanted, name)
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-13 * np.nanmax(np.abs(b)), err_msg=name)
    a, b = found.covariance.dense(), wanted.covariance.dense()
    np.testing.assert_allclose(a, b, rtol=0, atol=1e-12 * np.abs(b).max())
    # The calibration matters: without it the errors are others.
    plain = expected(rows, asked, statistic, design=SurveyDesign(weights.final, design.stages, rule))
    assert np.nanmax(np.abs(plain.se / wanted.se - 1)) > 0.001


def test_weights_calibrated_elsewhere_need_the_weights_they_started_from(
    table: pd.DataFrame, refused: Callable[..., tuple[Any, ...]]
) -> None:
    rows = surveyed(table)
    rows["final"] = raked_in_memory(rows).final
    options: dict[str, Any] = {"domain": ("county",), "stratum": ("city", "area"), "psu": "town"}
    asked = SumsQuery("final", PLAIN, margins=("sex", "age"), start=WEIGHT, **options)
    found_sums = sums(rows, asked)
    found = estimate(found_sums, weights=raked_in_cells(found_sums))
    base = sums(rows, SumsQuery(WEIGHT, PLAIN, margins=("sex", "age"), **options))
    wanted = estimate(base, weights=raked_in_cells(base))
    np.testing.assert_allclose(found.value, wanted.value, rtol=1e-12)
    np.testing.assert_allclose(found.se, wanted.se, rtol=1e-11)
    rows["final"] = rows["final"].clip(upper=rows["final"].quantile(0.95))
    faults = refused(sums, rows, asked)
    assert [fault.code for fault in faults] == ["engine-start"]


def test_factors_are_joined_back_in_the_engine(table: pd.DataFrame, tmp_path: Path) -> None:
    source = write_parquet(table, tmp_path / "answers.parquet")
    asked = query(PLAIN, margins=("sex", "age"))
    target = tmp_path / "weighted.parquet"
    with DuckDBEngine(source) as engine:
        found = engine.sums(asked)
        factors = margin_factors(found, raked_in_cells(found))
        engine.write_weights(asked, factors, target, "final")
    assert len(factors) == 8
    written = duckdb.read_parquet(str(target)).df()
    assert len(written) == len(table)
    inside = table["disposition"].isin(["complete", "partial"]) & ~table["excluded"]
    assert written["final"].notna().sum() == inside.sum()
    rows = written[written["final"].notna()].reset_index(drop=True)
    np.testing.assert_allclose(rows["final"], raked_in_memory(rows).final, rtol=1e-12)
    assert rows.loc[rows["sex"] == "F", "final"].sum() == pytest.approx(160_000, rel=1e-9)


def test_steps_that_differ_between_respondents_are_refused(
    table: pd.DataFrame, refused: Callable[..., tuple[Any, ...]]
) -> None:
    found = sums(table, query(PLAIN, margins=("sex", "age")))
    weights = raked_in_cells(found)
    assert refused(estimate, found, weights=weights.trim(upper=1500.0))[0].code == "engine-weights-step"
    assert refused(estimate, found, weights=Weights.start(np.ones(3)))[0].code == "engine-weights-length"


@pytest.mark.parametrize("design", ["syn_calrak3", "syn_calrak3c", "syn_ps"])
def test_r_calibrated_surveys(design: str) -> None:
    """Calibrated from base weights in cells; R's standard errors, to the precision of R's convergence."""
    results = json.loads((REFERENCE / "results.json").read_text(encoding="utf-8"))["results"]
    names = {"syn_calrak3": ("age", "sex", "region"), "syn_calrak3c": ("age", "sex", "county"), "syn_ps": ("age",)}[
        design
    ]
    tables = []
    for name in names:
        margin = pd.read_csv(REFERENCE / f"synth90_marg_{name}.csv")
        tables.append(pd.DataFrame({"variable": name, "level": margin[name].astype(str), "total": margin["Freq"]}))
    margins = read_margins(pd.concat(tables))
    raw = (Variable("q1", (Score("q1", LIKERT),)), Variable("q10", (Score("q10", LIKERT),)))
    for domain, item, j in (("county", "q1", 0), ("region", "q10", 1)):
        asked = SumsQuery("base_w", raw, domain=(domain,), stratum=("stratum",), margins=names)
        found = sums(REFERENCE / "synth90.parquet", asked)
        start = Weights.start(found.weight)
        coded = match(margins, found.margin_columns, found.weight)
        weights = start.poststratify(coded) if design == "syn_ps" else start.rake(coded)
        made = estimate(found, weights=weights)
        wanted = results[f"{design}.by_{domain}_{item}"]["table"]
        told = ~np.isnan(made.se[:, j])
        np.testing.assert_allclose(made.value[:, j], wanted[item], rtol=1e-8)
        np.testing.assert_allclose(made.se[told, j], np.array(wanted["se"], dtype=float)[told], rtol=1e-7)
