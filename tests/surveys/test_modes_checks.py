"""Counties whose modes disagree, and call-backs: against scipy, statsmodels, scikit-learn, hands and simulations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.multitest import multipletests
from test_modes import answers

from yitihua.errors import InputError
from yitihua.surveys.estimation.design import SurveyDesign
from yitihua.surveys.estimation.variance import covariance_matrix
from yitihua.surveys.modes.disagree import benjamini_hochberg, disagreements, holm_adjusted
from yitihua.surveys.modes.spot_checks import code_agreement, kappa, match_rates


def counties(rng: np.random.Generator, count: int, n: int, planted: np.ndarray | None = None):
    """Two samples of n a county, mode effect -4, five points on 0-100; planted counties lift web answers."""
    unit = np.repeat(np.arange(count), 2 * n)
    web = np.tile(np.repeat([False, True], n), count)
    lift = np.zeros(count) if planted is None else planted
    latent = 62 + 4 * rng.normal(size=count)[unit] + 24 * rng.normal(size=len(unit)) + web * (lift[unit] - 4)
    y = np.clip(np.round(latent / 25), 0, 4) * 25
    mode = np.where(web, "web", "telephone").astype(object)
    design = SurveyDesign.from_columns(np.ones(len(unit)), strata=[unit * 2 + web])
    return design, y, mode, np.array([f"{k:02d}" for k in range(count)], dtype=object)[unit]


def test_one_county_is_welchs_test():
    """Authority: scipy.stats.ttest_ind with unequal variances, against a common difference of 0."""
    design, y, mode, unit = counties(np.random.default_rng(0), 6, 25)
    found = disagreements(design, y, mode, unit, common=(0.0, 0.0))
    for k, name in enumerate(found.units):
        here = unit == name
        sides = [y[here & (mode == side)] for side in ("web", "telephone")]
        test = stats.ttest_ind(*sides, equal_var=False)
        assert found.p[k] == pytest.approx(test.pvalue, rel=1e-9)
        assert found.df[k] == pytest.approx(test.df, rel=1e-9)
        assert found.difference[k] == pytest.approx(sides[0].mean() - sides[1].mean())
    given = disagreements(design, y, mode, unit, common=(-4.0, 1.5))
    np.testing.assert_allclose(given.se**2, found.se**2 + 1.5**2)
    np.testing.assert_allclose(given.excess, found.difference + 4)


def test_modes_that_share_clusters():
    """Authority: the linearised difference itself."""
    rng = np.random.default_rng(2)
    unit = np.repeat(["甲", "乙"], 120).astype(object)
    cluster = np.arange(240) // 10
    mode = np.where(rng.random(240) < 0.5, "web", "telephone").astype(object)
    y = 60 + 15 * rng.normal(size=24)[cluster] + 15 * rng.normal(size=240)
    design = SurveyDesign.from_columns(rng.uniform(1, 2, 240), strata=[unit], clusters=[cluster])
    found = disagreements(design, y, mode, unit, common=(0.0, 0.0), units=["甲", "乙"])
    for k, name in enumerate(found.units):
        z = np.zeros(240)
        for side, sign in (("web", 1), ("telephone", -1)):
            rows = (unit == name) & (mode == side)
            w = design.weight[rows]
            z[rows] = sign * (y[rows] - np.average(y[rows], weights=w)) / w.sum()
        assert found.se[k] ** 2 == pytest.approx(covariance_matrix(design, z[:, None])[0, 0], rel=1e-9)


def test_multiplicity_against_statsmodels():
    rng = np.random.default_rng(3)
    p = rng.beta(0.4, 1, 60)
    p[[4, 40]] = np.nan
    known = np.isfinite(p)
    for ours, name in ((benjamini_hochberg, "fdr_bh"), (holm_adjusted, "holm")):
        np.testing.assert_allclose(ours(p)[known], multipletests(p[known], method=name)[1], rtol=1e-12)
        assert np.isnan(ours(p)[~known]).all()
        assert np.isnan(ours(np.full(2, np.nan))).all()


def test_chance_alone_flags_nothing():
    """Authority: simulation of 90 counties in order: 5% of plain p-values, a flag in few provinces."""
    rng = np.random.default_rng(4)
    plain, provinces, reps = 0.0, 0, 120
    for _ in range(reps):
        found = disagreements(*counties(rng, 90, 25))
        plain += (found.p < 0.05).mean() / reps
        provinces += found.flagged.any()
    assert 0.035 < plain < 0.065
    assert provinces / reps < 0.12


@pytest.mark.parametrize("adjustment", ["bh", "holm"])
def test_planted_counties_are_found(adjustment):
    """Five counties of 90 lift their web answers by 25 points; those in order stay unflagged."""
    rng = np.random.default_rng(5)
    planted = np.zeros(90)
    planted[[3, 20, 41, 60, 88]] = 25
    found_share, wrong, reps = 0.0, 0.0, 25
    for _ in range(reps):
        found = disagreements(*counties(rng, 90, 40, planted), adjustment=adjustment)
        found_share += found.flagged[planted > 0].mean() / reps
        wrong += found.flagged[planted == 0].sum() / reps
        assert (found.excess[planted > 0].mean()) > 10
    assert found_share > (0.75 if adjustment == "bh" else 0.6)
    assert wrong < 0.5


def test_counties_too_small_to_test():
    design, y, mode, unit = counties(np.random.default_rng(6), 5, 20)
    web = mode == "web"
    y[(unit == "01") & web & (np.cumsum((unit == "01") & web) > 9)] = np.nan  # nine answers by web
    y[(unit == "02") & ~web] = 75.0
    y[(unit == "02") & web] = 75.0
    y[(unit == "03") & ~web] = np.nan
    found = disagreements(design, y, mode, unit)
    assert found.note.tolist() == ["", "few-answers", "no-variance", "few-answers", ""]
    np.testing.assert_array_equal(np.isnan(found.p), [False, True, True, True, False])
    assert not found.flagged[1:4].any()
    assert np.isfinite(found.difference[1])
    assert found.table().index[-1] in ("01", "02", "03")
    with pytest.raises(InputError, match="nobody answered in the reference mode"):
        disagreements(design, y, mode, unit, reference="phone")


def test_simulated_province_is_in_order():
    """Authority: how it was simulated; no county was made to differ between citizens' and telephone answers."""
    citizens, phone = answers("citizens"), answers("telephone")
    phone = phone[phone["part"] == "A"]
    parts = ((citizens, "CZ04", "c"), (phone, "PH04", "p"))
    y = np.concatenate([table[item].to_numpy(dtype=float, na_value=np.nan) for table, item, _ in parts])
    y[y > 5] = np.nan
    strata = np.concatenate([(table["county"] + table["stratum"] + name).to_numpy() for table, _, name in parts])
    design = SurveyDesign.from_columns(
        np.concatenate([citizens["weight"], phone["weight"]]),
        strata=[strata],
        clusters=[np.concatenate([citizens["psu"], "p" + phone["psu"]])],
    )
    mode = ["self-administered"] * len(citizens) + ["telephone"] * len(phone)
    found = disagreements(design, y, mode, np.concatenate([citizens["county"], phone["county"]]))
    assert (found.note == "").sum() > 80
    assert found.flagged.sum() <= 1
    assert np.nanmean(found.common) < 0


def test_match_rate_by_hand():
    """Authority: Wilson's interval written out, with t of 39 degrees of freedom on n = 36 and 40."""
    code = np.array([1] * 33 + [0] * 3 + [98] * 3 + [99] + [np.nan] * 4)
    design = SurveyDesign.from_columns(np.ones(44))
    found = match_rates(design, code, ["甲"] * 44, tolerance=0.9)

    def wilson(p: float, n: int) -> tuple[float, float]:
        # The variance of a domain's mean among 44 rows drawn one by one.
        v = p * (1 - p) / n * 44 / 43
        n_eff, t = p * (1 - p) / v, stats.t.ppf(0.975, n - 1)
        centre = (p + t**2 / (2 * n_eff)) / (1 + t**2 / n_eff)
        half = t / (1 + t**2 / n_eff) * np.sqrt(p * (1 - p) / n_eff + t**2 / (4 * n_eff**2))
        return centre - half, centre + half

    for k in (0, 1):  # the county, and the total
        np.testing.assert_allclose([found.ci_low[k], found.ci_high[k]], wilson(33 / 36, 36), rtol=1e-9)
        np.testing.assert_allclose(found.outer_low[k], wilson(33 / 40, 40)[0], rtol=1e-9)
        np.testing.assert_allclose(found.outer_high[k], wilson(37 / 40, 40)[1], rtol=1e-9)
        np.testing.assert_allclose([found.unknown[k], found.refused[k]], [3 / 40, 1 / 40])
    assert found.units == ("甲", "total")
    assert found.verdict.tolist() == ["undecided", "undecided"]
    assert found.table().loc["甲", "n"] == 36


def test_verdicts_and_small_numbers():
    code = np.array([1] * 40 + [0] * 20 + [1] * 58 + [0] * 2 + [1] * 8 + [0, 98] + [1] * 20, dtype=object)
    unit = np.repeat(["low", "high", "few", "all"], [60, 60, 10, 20])
    found = match_rates(
        SurveyDesign.from_columns(np.ones(150), strata=[unit]),
        code,
        unit,
        tolerance=0.85,
        units=["low", "high", "few", "all", "none"],
    )
    assert found.verdict.tolist() == ["below", "meets", "few-answers", "undecided", "few-answers", "undecided"]
    assert found.robust.tolist() == [True, True, False, True, False, True]
    assert found.small.tolist() == [False, False, True, True, True, False]
    assert found.rate[3] == 1
    assert 0.8 < found.ci_low[3] < 0.85
    assert np.isnan(found.rate[4])
    with pytest.raises(InputError, match="no stated meaning: 97"):
        match_rates(SurveyDesign.from_columns(np.ones(2)), [1, 97], ["a", "b"])
    design = SurveyDesign.from_columns(np.ones(150), strata=[unit])
    exact = match_rates(design, code, unit, ci="korn-graubard", units=list(found.units[:-1]))
    assert exact.ci_low[3] == pytest.approx(0.025 ** (1 / 20), rel=1e-9)  # Clopper-Pearson: all 20 agree
    assert (exact.verdict == "").all()


def test_match_rates_of_the_simulated_province():
    """Authority: how it was simulated: 90% of records are true in every county, whoever is asked."""
    phone = answers("telephone")
    phone = phone[phone["part"] == "B"]
    design = SurveyDesign.from_columns(phone["weight"].to_numpy(float), strata=[phone["county"]])
    found = match_rates(design, phone["PH08"].to_numpy(dtype=object, na_value=None), phone["county"], tolerance=0.7)
    assert len(found.units) == 91
    assert found.ci_low[-1] < 0.9 < found.ci_high[-1]
    held = ((found.ci_low <= 0.9) & (found.ci_high >= 0.9))[:-1].mean()
    assert held > 0.9
    assert found.verdict[-1] == "meets"
    assert bool(found.robust[-1])
    assert (found.n[:-1] < 40).all()


def test_agreement_of_codes():
    """Authority: scikit-learn's kappa, shares by hand."""
    rng = np.random.default_rng(8)
    reported = rng.integers(1, 6, 300).astype(float)
    recalled = np.clip(reported + rng.choice([-2, -1, 0, 0, 0, 1], 300), 1, 5)
    weight = rng.uniform(0.5, 2, 300)
    for squared, name in ((False, None), (True, "quadratic")):
        ours = kappa(reported, recalled, weight, squared=squared)
        assert ours == pytest.approx(
            cohen_kappa_score(reported, recalled, weights=name, sample_weight=weight), rel=1e-9
        )
    recalled[:5] = np.nan
    unit = np.repeat(["a", "b"], 150)
    found = code_agreement(SurveyDesign.from_columns(weight), reported, recalled, unit)
    both = np.isfinite(recalled)
    assert found.total.value[0, 0] == pytest.approx(np.average((reported == recalled)[both], weights=weight[both]))
    rows = both & (unit == "b")
    close = np.abs(reported - recalled)[rows] <= 1
    assert found.near.value[1, 0] == pytest.approx(np.average(close, weights=weight[rows]))
    assert found.exact.n.ravel().tolist() == [145, 150]
    assert np.isnan(kappa(np.ones(3), np.ones(3), np.ones(3), squared=True))
