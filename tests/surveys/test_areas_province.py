"""From answers to what enters an index, on the simulated province whose true means are known."""

from __future__ import annotations

import numpy as np
import pytest
from test_modes import answers

import yitihua as yt
from yitihua.definitions.resolver import shipped_root
from yitihua.surveys.areas.benchmark import benchmark
from yitihua.surveys.areas.composite import enters
from yitihua.surveys.areas.covariance import area_covariance
from yitihua.surveys.areas.fay_herriot import fay_herriot_many
from yitihua.surveys.areas.pooled import pooled_variance
from yitihua.surveys.estimation.design import SurveyDesign
from yitihua.surveys.estimation.estimate import estimate
from yitihua.surveys.precision import pooled_size, widened
from yitihua.surveys.scoring import item_scores

QUESTIONS = {"E01": ("CZ04",), "E02": ("CZ06", "CZ07", "CZ08", "CZ09"), "E03": ("CZ10", "CZ11")}


def scores(table, form, questions) -> np.ndarray:
    stacked = np.vstack([
        item_scores(table[name].to_numpy(dtype=float, na_value=np.nan), form.items[name], form) for name in questions
    ])  # fmt: skip
    known = np.isfinite(stacked).sum(axis=0)
    return np.where(known > 0, np.nansum(stacked, axis=0) / np.maximum(known, 1), np.nan)


@pytest.mark.parametrize("keep", [1.0, 0.2])
def test_from_answers_to_what_enters(keep):
    """Authority: the truth behind the simulation; with a fifth of the clusters the model has much to do."""
    import duckdb

    citizens, form = answers("citizens"), yt.load_edition("zhejiang-2022").questionnaires["citizens"]
    number = citizens["psu"].str[-2:].astype(int)
    kept = citizens[(number % 5 == 1) | (number % 6 == 0) if keep < 1 else number > 0].reset_index(drop=True)
    file = next((shipped_root() / "data" / "zhejiang-2022-simulated-truth").glob("*.parquet")).as_posix()
    truth = duckdb.sql(f"select * from read_parquet('{file}') order by county").df()
    counties = truth["county"].tolist()
    design = SurveyDesign.from_columns(
        kept["weight"].to_numpy(dtype=float), strata=[kept["county"] + kept["stratum"]], clusters=[kept["psu"]]
    )
    direct = estimate(
        design, {code: scores(kept, form, items) for code, items in QUESTIONS.items()}, kept["county"], units=counties
    )
    variance = np.column_stack([
        pooled_variance(direct.se[:, k] ** 2, direct.n[:, k] / direct.deff_kish[:, k], df=direct.df[:, k]).variance
        for k in range(3)
    ])  # fmt: skip
    fits = fay_herriot_many(direct.value, variance, list(QUESTIONS), areas=counties)
    eblup = np.column_stack([fit.eblup for fit in fits.values()])
    # By the county's own variance the choice would fall on those whose error was estimated too low.
    size = pooled_size(np.minimum(direct.n_eff, direct.n), direct.se, fits, list(QUESTIONS))
    found = enters(direct.value, eblup, size)
    covariance = area_covariance(fits, widened(direct.covariance, direct.df), found.direct)
    errors = found.value - truth[list(QUESTIONS)].to_numpy()
    assert covariance.units == tuple(counties)
    hit = np.abs(errors) < 1.96 * covariance.se
    assert 0.90 < hit.mean() < 0.99
    plain = direct.value - truth[list(QUESTIONS)].to_numpy()
    if keep < 1:
        assert (found.method == "EBLUP").mean() > 0.9
        assert np.sqrt((errors**2).mean()) < 0.85 * np.sqrt((plain**2).mean())
    else:
        assert 0.2 < (found.method == "direct").mean() < 1
    # Questions of one person: errors of a county's indicators go together, in the model's estimates too.
    assert (covariance.blocks[:, 0, 1] > 0).mean() > 0.9
    city = [code[:4] for code in counties]
    moved = benchmark(fits["E02"], np.ones(90), city)
    before, after = (np.sqrt(((one - truth["E02"]) ** 2).mean()) for one in (eblup[:, 1], moved.value))
    assert after < 1.1 * before
