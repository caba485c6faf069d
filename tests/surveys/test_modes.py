"""Mode effects against R's svyglm, hand-made samples and simulations of a known truth."""

from __future__ import annotations

import json

import duckdb
import numpy as np
import pandas as pd
import pytest
from estimation_reference import FOLDER, results, synth

import yitihua as yt
from yitihua.definitions.resolver import shipped_root
from yitihua.definitions.survey_models import QuestionnaireFile
from yitihua.errors import InputError
from yitihua.indicators.covariance import Covariance
from yitihua.surveys.estimation.design import SurveyDesign
from yitihua.surveys.estimation.variance import covariance_matrix
from yitihua.surveys.modes.adjust import adjust, mode_shares
from yitihua.surveys.modes.mode_effect import ModeEffects, mode_effects
from yitihua.surveys.modes.overlap import covariates_of, differences
from yitihua.surveys.modes.samples import shared_items, stack_columns, stack_designs
from yitihua.surveys.scoring import item_scores

SVYGLM = json.loads((FOLDER / "modes" / "svyglm.json").read_text())
PEOPLE = ("age", "sex", "area")


def covariates(table: pd.DataFrame, *names: str) -> dict[str, pd.Series]:
    return {name: table[name] for name in names or PEOPLE}


def test_svyglm_without_clusters():
    """Authority: R survey, results.json dsyn_el.mode_diff and dsyn_el.by_mode."""
    table, answer, by_mode = synth(), results()["dsyn_el.mode_diff"], results()["dsyn_el.by_mode"]
    design = SurveyDesign.from_frame(table, "base_w", strata=["stratum"])
    found = mode_effects(design, {"q1": table["q1"]}, table["mode"], reference="phone", covariates=covariates(table))
    assert found.terms == (("web", ""),)
    np.testing.assert_allclose(found.effect, [[answer["est"]["modeweb"]]], rtol=1e-8)
    np.testing.assert_allclose(found.se, [[answer["se"]["modeweb"]]], rtol=1e-8)
    assert found.df[0, 0] == answer["df_resid"]
    means, v = by_mode["table"]["q1"], np.array(by_mode["vcov"]["x"])
    np.testing.assert_allclose(found.raw, [[means[1] - means[0]]], rtol=1e-8)
    np.testing.assert_allclose(found.raw_se, [[np.sqrt(v[0, 0] + v[1, 1] - 2 * v[0, 1])]], rtol=1e-8)
    assert found.n.sum() + found.n_reference.sum() == table["q1"].notna().sum()


@pytest.mark.parametrize(
    ("key", "item", "within", "group"),
    [
        ("clusters", "q1", None, None),
        ("counties", "q1", "county", None),
        ("counties_q5", "q5", "county", None),
        ("urban", "q1", None, "area"),
        ("rural", "q1", None, "area"),
    ],
)
def test_svyglm_with_clusters(key, item, within, group):
    """Authority: R survey, modes/make.R; counties are swept out here and dummies there."""
    table, answer = synth(), SVYGLM[key]
    design = SurveyDesign.from_frame(table, "base_w", strata=["stratum"], clusters=["psu"], nest=True)
    found = mode_effects(
        design,
        {"q1": table["q1"], "q5": table["q5"]},
        table["mode"],
        reference="phone",
        covariates=covariates(table, *(("age", "sex") if group else PEOPLE)),
        within=None if within is None else table[within],
        group=None if group is None else table[group],
    )
    at = found.terms.index(("web", key if group else "")), found.items.index(item)
    np.testing.assert_allclose(found.effect[at], answer["effect"][0], rtol=1e-8)
    np.testing.assert_allclose(found.se[at], answer["se"][0], rtol=1e-8)
    assert found.df[at] == answer["df"][0]


def test_two_samples_put_together():
    """Authority: R's svyglm of a design whose strata and clusters are told apart by mode."""
    table = synth()
    halves = [table[table["mode"] == mode].reset_index(drop=True) for mode in ("phone", "web")]
    designs = [
        SurveyDesign.from_frame(half, "base_w", strata=["stratum"], clusters=["psu"], nest=True) for half in halves
    ]
    both = stack_columns(*({name: half[name].tolist() for name in half.columns} for half in halves))
    found = mode_effects(
        stack_designs(*designs),
        {"q1": both["q1"]},
        both["mode"],
        reference="phone",
        covariates={name: both[name] for name in PEOPLE},
    )
    answer = SVYGLM["two_samples"]
    np.testing.assert_allclose(found.effect[0, 0], answer["effect"][0], rtol=1e-8)
    np.testing.assert_allclose(found.se[0, 0], answer["se"][0], rtol=1e-8)
    assert found.df[0, 0] == answer["df"][0]


class Regress:
    """A calibration on one column, under the given weights."""

    def __init__(self, x: np.ndarray, weight: np.ndarray) -> None:
        self.x, self.weight = x[:, None], weight

    def residuals(self, z: np.ndarray) -> np.ndarray:
        w = self.weight[:, None]
        return z - self.x @ np.linalg.solve(self.x.T @ (w * self.x), self.x.T @ (w * z))


def test_stacked_designs_add_their_variances():
    """Authority: identity; with stages of different depth, populations and a calibration in one of the two."""
    rng = np.random.default_rng(3)
    one = SurveyDesign.from_columns(
        rng.uniform(1, 3, 60),
        strata=[np.repeat([1, 2], 30)],
        clusters=[np.repeat(np.arange(12), 5), np.arange(60)],
        populations=[np.repeat([9.0, 20.0], 30), np.full(60, 12.0)],
    )
    weight = rng.uniform(1, 2, 40)
    other = SurveyDesign.from_columns(
        weight, strata=[np.repeat([7, 8], 20)], projections=(Regress(np.arange(40.0), weight),)
    )
    z = rng.normal(size=(100, 2))
    together = covariance_matrix(stack_designs(one, other), z)
    np.testing.assert_allclose(together, covariance_matrix(one, z[:60]) + covariance_matrix(other, z[60:]), rtol=1e-12)
    swapped = covariance_matrix(stack_designs(other, one), z[np.r_[60:100, 0:60]])
    np.testing.assert_allclose(swapped, together, rtol=1e-12)
    with pytest.raises(ValueError, match="strata of one cluster"):
        stack_designs(one, SurveyDesign(other.weight, other.stages, "remove"))


def test_items_err_together():
    """Authority: identity. The effect on a sum is the sum of effects, and so are the variances."""
    table = synth().dropna(subset=["q1", "q2"]).reset_index(drop=True)
    design = SurveyDesign.from_frame(table, "base_w", strata=["stratum"], clusters=["psu"], nest=True)
    items = {"q1": table["q1"], "q2": table["q2"], "sum": table["q1"] + table["q2"]}
    found = mode_effects(design, items, table["mode"], reference="phone", covariates=covariates(table))
    v = found.covariance
    assert found.effect[0, 2] == pytest.approx(found.effect[0, 0] + found.effect[0, 1], rel=1e-10)
    assert v[2, 2] == pytest.approx(v[0, 0] + v[1, 1] + 2 * v[0, 1], rel=1e-10)
    assert v[0, 1] > 0.1 * np.sqrt(v[0, 0] * v[1, 1])


def test_differences_between_modes_by_hand():
    """Authority: hand. Shares .75 and .25: .5 / sqrt(.1875); means 2 and 1 with variances 1 and 0."""
    given = covariates_of({"old": ["a", "a", "a", "b", "a", "b", "b", "b"], "x": [1.0, 3, 1, 3, 1, 1, 1, 1]}, 8)
    web = np.arange(8) < 4
    found = differences(given, np.ones(8), web, ~web, "web")
    assert [(one.covariate, one.level) for one in found] == [("old", "a"), ("old", "b"), ("x", "")]
    far = 0.5 / np.sqrt(0.1875)
    np.testing.assert_allclose([one.standardised for one in found], [far, -far, 1 / np.sqrt(0.5)])


def sample(n: int = 400, seed: int = 0) -> tuple[SurveyDesign, dict[str, np.ndarray]]:
    rng = np.random.default_rng(seed)
    table = {
        "y": rng.normal(60, 20, n),
        "mode": np.where(rng.random(n) < 0.5, "web", "telephone").astype(object),
        "old": rng.integers(0, 2, n),
        "county": rng.integers(0, 8, n),
    }
    return SurveyDesign.from_columns(np.ones(n)), table


def refused(**changes) -> list[tuple[str, str]]:
    design, table = sample()
    least = {name: changes.pop(name) for name in ("least", "least_support") if name in changes}
    table |= changes
    with pytest.raises(InputError) as caught:
        mode_effects(
            design, {"y": table["y"]}, table["mode"], covariates={"old": table["old"]}, within=table["county"], **least
        )
    for fault in caught.value.faults:
        assert fault.text("zh") and fault.text("en")
    return [(fault.code, fault.key) for fault in caught.value.faults]


def test_no_overlap_is_refused_with_counts():
    _, table = sample()
    web = table["mode"] == "web"
    assert refused(mode=np.full(400, "web")) == [("mode-no-reference", "telephone")]
    assert refused(mode=np.full(400, "telephone")) == [("mode-only-one", "telephone")]
    assert refused(county=np.where(web, 1, 2)) == [("mode-no-common-area", "web")]
    assert refused(old=web.astype(int)) == [("mode-no-support", "web")]
    assert refused(old=web.astype(int), least_support=0) == [("mode-confounded", "y")]
    assert refused(y=np.where(web & (np.arange(400) > 50), np.nan, table["y"])) == [("mode-too-few", "y")]
    assert refused(y=np.full(400, np.nan), county=np.where(web, 1, 2)) == [
        ("mode-no-common-area", "web"),
        ("mode-too-few", "y"),
    ]
    with pytest.raises(InputError, match=r"only \d+ answers by 'web' and \d+ by 'telephone'.*at least 300 of each"):
        mode_effects(*((d := sample())[0], {"y": d[1]["y"]}, d[1]["mode"]), least=300)


def test_covariates_that_follow_from_others_do_not_matter():
    design, table = sample()
    one = mode_effects(design, {"y": table["y"]}, table["mode"], covariates={"old": table["old"]})
    more = {"old": table["old"], "young": 1 - table["old"], "constant": np.ones(400), "twice": table["old"] * 2.0}
    other = mode_effects(design, {"y": table["y"]}, table["mode"], covariates=more)
    np.testing.assert_allclose(other.effect, one.effect, rtol=1e-10)
    np.testing.assert_allclose(other.se, one.se, rtol=1e-10)
    np.testing.assert_array_equal(other.df, one.df)


def test_who_does_not_count():
    """Missing modes, covariates, answers and weights of 0 leave the estimate, not the design."""
    _, table = sample()
    rows = np.arange(400)
    weight = np.where(rows < 10, 0.0, 1.0)
    mode = table["mode"].copy()
    mode[10:20] = None
    old = np.where(rows < 30, np.nan, table["old"])
    y = np.where(rows < 40, np.nan, table["y"])
    strata = np.repeat([0, 1], 200)
    found = mode_effects(SurveyDesign.from_columns(weight, strata=[strata]), {"y": y}, mode, covariates={"old": old})
    assert found.n.sum() + found.n_reference.sum() == 360
    alone = slice(40, None)
    same = mode_effects(
        SurveyDesign.from_columns(weight[alone], strata=[strata[alone]]),
        {"y": y[alone]},
        mode[alone],
        covariates={"old": old[alone]},
    )
    np.testing.assert_allclose(found.effect, same.effect, rtol=1e-12)
    np.testing.assert_allclose(found.se, same.se, rtol=0.03)  # zeros count in the design
    assert not np.array_equal(found.se, same.se)


def province(rng: np.random.Generator, truth: np.ndarray, share: np.ndarray, effect: float, noise: np.ndarray):
    """A mixed sample of 60 people a county: the old like everything better and answer the web less."""
    counties = len(truth)
    county = np.repeat(np.arange(counties), 60)
    old = rng.random(len(county)) < 0.5
    web = rng.random(len(county)) < share[county] + np.where(old, -0.1, 0.1)
    y = truth[county] + 8 * (old - 0.5) + effect * web + 20 * rng.normal(size=len(county)) + noise[county]
    mode = np.where(web, "web", "telephone").astype(object)
    return SurveyDesign.from_columns(np.ones(len(county)), strata=[county]), county, old.astype(int), mode, y


def test_effect_and_adjusted_counties_on_a_known_truth():
    """Authority: simulation. Effect -6; errors of 12 counties and what they share after adjustment."""
    rng = np.random.default_rng(17)
    truth, share = rng.normal(65, 4, 12), np.linspace(0.2, 0.8, 12)
    units = [str(k) for k in range(12)]
    reps = 400
    effects, stated, errors, factors = np.zeros(reps), np.zeros(reps), np.zeros((reps, 12)), np.zeros((reps, 12))
    for r in range(reps):
        design, county, old, mode, y = province(rng, truth, share, -6.0, np.zeros(12))
        found = mode_effects(design, {"E01": y}, mode, covariates={"old": old}, within=county)
        effects[r], stated[r] = found.effect[0, 0], found.se[0, 0]
        direct = np.bincount(county, y)[:, None] / 60
        web = mode_shares(design.weight, np.array(units, dtype=object)[county], mode, units, found.terms)
        done = adjust(direct, found, web, units, ["E01"], despite_selection=True)
        errors[r] = done.value[:, 0] - truth
        factors[r] = done.factors[0, :, 0]
    assert abs(effects.mean() + 6) < 4 * effects.std() / np.sqrt(reps)
    assert stated.mean() == pytest.approx(effects.std(), rel=0.12)
    assert abs(errors.mean()) < 0.15
    # A county asked by web and one asked by telephone: what they share, to within the noise of 400 provinces.
    cross = np.cov(errors.T)
    off = ~np.eye(12, dtype=bool)
    shared = np.outer(factors.mean(axis=0), factors.mean(axis=0))
    direct_part = 400 / 60 * 0.05
    assert abs((cross - shared)[off].mean()) < direct_part
    assert np.corrcoef(cross[off], shared[off])[0, 1] > 0.3


def made_effects(balance: float = 0.0) -> ModeEffects:
    """Effects of web and face to face on two items, by hand."""
    design, table = sample(900, seed=2)
    rng = np.random.default_rng(1)
    mode = rng.choice(np.array(["web", "face to face", "telephone"], dtype=object), 900)
    old = np.where((mode == "web") & (rng.random(900) < balance), 0, rng.integers(0, 2, 900))
    items = {"M1": table["y"], "M2": table["y"] + rng.normal(0, 10, 900), "M3": rng.normal(50, 20, 900)}
    return mode_effects(design, items, mode, covariates={"old": old})


def test_adjustment_is_a_shared_error():
    """Authority: hand, as a dense matrix."""
    effects = made_effects()
    assert effects.terms == (("face to face", ""), ("web", ""))
    units, indicators = ["甲", "乙", "丙"], ["E01", "E02"]
    share = np.array([[0.3, 0.7], [0.0, 1.0], [0.0, 0.0]])
    measured = {"E01": ("M1",), "E02": ("M2", "M3")}
    direct = np.array([[60.0, 61], [62, np.nan], [64, 65]])
    found = adjust(direct, effects, share, units, indicators, measured=measured)
    by_indicator = np.column_stack([effects.effect[:, 0], effects.effect[:, 1:].mean(axis=1)])
    np.testing.assert_allclose(found.mode_adj, -share @ by_indicator)
    np.testing.assert_allclose(found.value, direct - share @ by_indicator)
    np.testing.assert_allclose(found.web_share[:, 0], [1, 1, 0])
    loading = np.array([[1, 0, 0], [0, 0.5, 0.5]])
    outer = np.kron(share, loading)  # (units * indicators, terms * items)
    dense = outer @ effects.covariance @ outer.T
    before = Covariance.independent(units, indicators, np.full((3, 2), 2.0))
    after = found.covariance(before)
    np.testing.assert_allclose(after.dense(), before.dense() + dense, atol=1e-12)
    np.testing.assert_allclose(found.mode_adj_se.ravel(), np.sqrt(np.diag(dense)), atol=1e-12)
    assert found.mode_adj_se[2].tolist() == [0, 0]
    assert found.applied


def test_strong_selection_is_reported_and_not_applied():
    effects = made_effects(balance=0.9)
    assert effects.strong_selection
    assert "strong-selection" in effects.flags
    direct, share = np.full((2, 1), 60.0), np.full((2, 2), 0.5)
    found = adjust(direct, effects, share, ["甲", "乙"], ["M1"])
    assert not found.applied
    assert "not-applied: strong-selection" in found.flags
    np.testing.assert_array_equal(found.value, direct)
    assert found.mode_adj.tolist() == [[0], [0]]
    assert len(found.factors) == 0
    assert found.proposed_se.min() > 0
    asked = adjust(direct, effects, share, ["甲", "乙"], ["M1"], despite_selection=True)
    np.testing.assert_allclose(asked.value, direct + found.proposed)


def test_a_turned_sign_is_said():
    """The old like everything better and are reached by telephone: by web people seem less content; they are not."""
    rng = np.random.default_rng(6)
    old = rng.random(4000) < 0.5
    web = rng.random(4000) < np.where(old, 0.2, 0.8)
    y = 50 + 20 * old + 4 * web + 10 * rng.normal(size=4000)
    mode = np.where(web, "web", "telephone").astype(object)
    found = mode_effects(SurveyDesign.from_columns(np.ones(4000)), {"y": y}, mode, covariates={"old": old.astype(int)})
    assert found.raw[0, 0] < -5
    assert found.effect[0, 0] == pytest.approx(4, abs=1.2)
    assert found.flags == ("strong-selection", "sign-turned")
    assert found.table().loc[0, "p"] < 1e-6
    assert found.balance_table()["standardised"].abs().max() > 1


def test_adjustments_that_have_no_ground():
    effects = made_effects()
    with pytest.raises(InputError) as caught:
        adjust(np.zeros((2, 2)), effects, np.array([[0.5, 0.8], [0.1, np.nan]]), ["甲", "乙"], ["E01", "M2"])
    found = [(fault.code, fault.key) for fault in caught.value.faults]
    assert found == [("mode-indicator-not-measured", "E01"), ("mode-share", "甲"), ("mode-share", "乙")]


def changed(form: QuestionnaireFile, item: str, **values) -> QuestionnaireFile:
    items = dict(form.items)
    items[item] = items[item].model_copy(update=values)
    return form.model_copy(update={"items": items})


def test_questions_must_be_worded_alike():
    forms = yt.load_edition("zhejiang-2022").questionnaires
    citizens, telephone = forms["citizens"], forms["telephone"]
    assert shared_items(citizens, telephone) == {
        "M1": ("CZ04", "PH04"),
        "M2": ("CZ07", "PH05"),
        "M3": ("CZ11", "PH06"),
        "M4": ("CZ15", "PH07"),
    }
    with pytest.raises(InputError, match="no question in common"):
        shared_items(citizens, forms["post-check"])
    with pytest.raises(InputError, match="reverse"):
        shared_items(citizens, changed(telephone, "PH05", reverse=True))
    with pytest.raises(InputError, match="stands at PH04 already"):
        shared_items(citizens, changed(telephone, "PH05", mode_key="M1"))


def answers(name: str) -> pd.DataFrame:
    folder = shipped_root() / "data" / f"zhejiang-2022-simulated-{name}"
    file = next(folder.glob("*.parquet")).as_posix()
    table = duckdb.sql(f"select * from read_parquet('{file}')").df()
    return table[table["disposition"].isin(["complete", "partial"])].reset_index(drop=True)


def test_simulated_province():
    """Authority: how it was simulated; the telephone stands 3 points above on a scale cut at both ends."""
    forms = yt.load_edition("zhejiang-2022").questionnaires
    citizens, phone = answers("citizens"), answers("telephone")
    phone = phone[phone["part"] == "A"].reset_index(drop=True)
    pairs = shared_items(forms["citizens"], forms["telephone"])
    designs, columns = [], []
    for table, form, place in ((citizens, forms["citizens"], 0), (phone, forms["telephone"], 1)):
        strata = table["county"] + table["stratum"]
        designs.append(
            SurveyDesign.from_columns(table["weight"].to_numpy(float), strata=[strata], clusters=[table["psu"]])
        )
        scores = {
            key: item_scores(table[pair[place]].to_numpy(dtype=float, na_value=np.nan), form.items[pair[place]], form)
            for key, pair in pairs.items()
        }
        about = {name: table[name].astype(int).tolist() for name in ("age_band", "sex", "area")}
        columns.append(scores | about | {"county": table["county"].tolist()})
    both = stack_columns(*columns)
    mode = ["self-administered"] * len(citizens) + ["telephone"] * len(phone)
    found = mode_effects(
        stack_designs(*designs),
        {key: both[key] for key in pairs},
        mode,
        covariates={name: both[name] for name in ("age_band", "sex", "area")},
        within=both["county"],
    )
    assert not found.strong_selection
    assert found.flags == ()
    for k, truth in enumerate((-3.0, -3.0, -3.0, -2.0)):  # of M4, in per cent of those who have heard
        assert abs(found.effect[0, k] - truth) < 3 * found.se[0, k] + 0.5
    assert (found.se < 1.6).all()
    counties = sorted(citizens["county"].unique())
    measured = {"E01": ("M1",), "E02": ("M2",), "E03": ("M3",), "E09": ("M4",)}
    done = adjust(np.full((90, 4), 60.0), found, np.ones((90, 1)), counties, list(measured), measured=measured)
    assert done.applied
    assert done.value.mean() > 60
    # The same share everywhere: the adjustment moves all counties alike and no rank.
    draws = done.covariance(Covariance.independent(counties, list(measured), np.zeros((90, 4)))).draws(
        50, np.random.default_rng(0)
    )
    np.testing.assert_allclose(np.ptp(draws, axis=1), 0, atol=1e-9)
